/** What one program's series may take. All of it is documented in docs/reference/programs.md#limits. */
export const SERIES_LIMITS = {
  /** Maps are read no more often than this, and take no more than a twentieth of a processor. */
  readEveryMs: 500,
  /** Who asks with a time further before the last reading has a clock that was set back; others have waited for their turn. */
  clockSetBackMs: 5000,
  /** Other work of the thread has its turn after so long, looked at after so many entries: a full map takes a quarter of a second. */
  sliceMs: 4,
  entriesInOneGo: 256,
  /** Times as long as a reading took until the next one. */
  restFactor: 20,
  /** Entries of one map that one reading takes; further ones are counted as unread. */
  entries: 65_536,
  /** Series of one metric, unless the YAML says otherwise, and the most that it may say. */
  defaultSeries: 1000,
  mostSeries: 10_000,
  /** A series whose entries are gone is shown for so long. */
  seriesGraceMs: 300_000,
  /** Elements of one array, and fields of one struct with all that it holds. */
  arrayElements: 64,
  fields: 256,
  nesting: 8,
  /** Slots of a histogram: 2^64 needs one more than 64. */
  slots: 65,
  /** Bytes of a YAML file. */
  yamlBytes: 262_144,
  alerts: 64,
  expressionLength: 1000,
  expressionNodes: 200,
  expressionDepth: 20,
  /** Of `rate()`. */
  longestWindowMs: 600_000,
  shortestWindowMs: 1000,
  /** Points kept of each series that `rate()` is asked of. */
  ratePoints: 32,
  /** Measurements that one reading gives for one alert; the furthest beyond the level first. */
  measurements: 500,
  /** Characters of a title, and of a text in an event. */
  titleLength: 200,
  eventText: 1024,
} as const;

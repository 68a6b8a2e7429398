import type { BpfValue } from '@netguard/libbpf';
import { scriptKey, scriptText } from './bpftrace-text.ts';
import { LineCutter } from './cut-lines.ts';

/** Longest line that is read: 4096 histograms of twenty buckets. What is longer is counted and left. */
const LONGEST_LINE = 4 * 1024 * 1024;
const MOST_MAPS = 64;
const MOST_ENTRIES = 4096;
/** Buckets of one histogram: `hist(n, 5)` has the most, 32 for each power of two. */
const MOST_BUCKETS = 2048;
/** Of tuples in tuples. */
const DEEPEST = 8;

/**
 * Characters of maps that are read in a second, and ahead of it: a script that prints without end may not keep NetGuard from its
 * work, of whose thread 8 MiB may take half. A line that is longer takes from the seconds after it.
 */
const READ_A_SECOND = 1024 * 1024;

/** Of a map, as a metric may have it and as bpftrace takes it. Whatever a script prints by itself may look like one of its maps. */
const MAP_NAME = /^@\w{0,127}$/;

/** How each line of `bpftrace -f json` begins; most lines of a script that prints much are of no concern here. */
const TYPE = /^\{"type": ?"(\w+)"/;
const READ: ReadonlySet<string> = new Set([
  ...['map', 'hist', 'stats', 'attached_probes', 'lost_events'],
  ...['helper_error', 'runtime_error', 'print_error'],
]);

export type ScriptValue = BpfValue;

/** A map as the script printed it last. */
export interface ScriptMap {
  /** `stats` has averages too: their values are bare numbers. */
  readonly kind: 'map' | 'hist' | 'stats';
  /** Keys as bpftrace joins them, with commas; a map without keys has the one key ''. */
  readonly entries: ReadonlyMap<string, ScriptValue>;
}

/**
 * What a script says with `bpftrace -f json`, a line at a time: `{"type": "map" | "hist" | "stats", "data": {"@name": …}}` holds
 * a map as it is when it is printed, `lost_events` what was lost, `helper_error` what the kernel refused. Held against bpftrace
 * 0.23.2; later versions call the numbers of `attached_probes` and `lost_events` `count`. Hostile lines are counted.
 */
export class BpftraceLines {
  readonly maps = new Map<string, ScriptMap>();
  /** It has begun to attach: 0.23 says so before it does. */
  isAttaching = false;
  /** It has said something after that, which it does only when all is attached. */
  isSpeaking = false;
  lostEvents = 0;
  /** Lines that were too many, too long or no JSON, maps and entries over the limits, and names that no map has. */
  ignored = 0;
  /** What went wrong in the kernel while the script ran: a map that was full, memory that could not be read. */
  errors = 0;
  lastError: string | undefined;
  readonly #cutter = new LineCutter(LONGEST_LINE);
  readonly #now: () => number;
  #lookedMs = Number.NEGATIVE_INFINITY;
  /** Characters that were read ahead of time. */
  #ahead = 0;

  /** `now`: milliseconds, from anywhere. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Text as it comes, lines cut anywhere. */
  take(text: string): void {
    for (const line of this.#cutter.take(text)) {
      if (line === undefined) this.ignored++;
      else this.#line(line);
    }
  }

  #line(line: string): void {
    if (line.trim() === '') return;
    const type = TYPE.exec(line)?.[1];
    if (type !== 'attached_probes') this.isSpeaking ||= this.isAttaching;
    if (type !== undefined && !READ.has(type)) return;
    const said = type === undefined || !this.#mayRead(line.length) ? undefined : parsed(line);
    if (said === undefined) {
      this.ignored++;
      return;
    }
    const data = isRecord(said.data) ? said.data : {};
    if (type === 'attached_probes') this.isAttaching = true;
    else if (type === 'lost_events') this.lostEvents += countOf(data.events ?? data.count ?? said.count);
    else if (type === 'map' || type === 'hist' || type === 'stats')
      for (const [name, value] of Object.entries(data)) this.#map(name, type, value);
    else this.#error(said);
  }

  #mayRead(length: number): boolean {
    const nowMs = this.#now();
    this.#ahead = Math.max(0, this.#ahead - (READ_A_SECOND * (nowMs - this.#lookedMs)) / 1000);
    this.#lookedMs = nowMs;
    if (this.#ahead >= READ_A_SECOND) return false;
    this.#ahead += length;
    return true;
  }

  #map(name: string, kind: ScriptMap['kind'], value: unknown): void {
    const isNew = !this.maps.has(name);
    if (isNew && (this.maps.size >= MOST_MAPS || !MAP_NAME.test(name))) {
      this.ignored++;
      return;
    }
    const entries = new Map<string, ScriptValue>();
    const said = isRecord(value) && !isStats(value) ? Object.entries(value) : [['', value] as const];
    for (const [key, one] of said.slice(0, MOST_ENTRIES)) {
      const kept = scriptValue(one);
      if (kept === undefined) this.ignored++;
      else entries.set(scriptKey(key), kept);
    }
    this.ignored += Math.max(0, said.length - MOST_ENTRIES);
    this.maps.set(name, { kind, entries });
  }

  #error({ msg, line }: Record<string, unknown>): void {
    this.errors++;
    const what = typeof msg === 'string' ? scriptText(msg).slice(0, 200) : 'something went wrong';
    this.lastError = typeof line === 'number' ? `line ${line}: ${what}` : what;
  }
}

/** Counts, sums and times are numbers; a histogram is its buckets; `stats()` is count, average and total; a tuple is a list. */
function scriptValue(value: unknown, depth = 0): ScriptValue | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return scriptText(value.slice(0, 4096)).slice(0, 1024);
  if (depth > DEEPEST) return undefined;
  if (Array.isArray(value)) {
    return value.slice(0, MOST_BUCKETS).flatMap((one) => {
      const kept = scriptValue(one, depth + 1);
      return kept === undefined ? [] : [kept];
    });
  }
  if (!isRecord(value)) return undefined;
  const kept: Record<string, ScriptValue> = {};
  for (const [key, one] of Object.entries(value).slice(0, 16)) {
    if (typeof one === 'number' || typeof one === 'string') kept[key] = one;
  }
  return kept;
}

function isStats(value: Record<string, unknown>): boolean {
  return typeof value.count === 'number' && typeof value.average === 'number' && typeof value.total === 'number';
}

function countOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const said: unknown = JSON.parse(line);
    return isRecord(said) ? said : undefined;
  } catch {
    return undefined;
  }
}

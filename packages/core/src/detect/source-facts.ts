/**
 * What not every source can tell. A detector says what it cannot do without, a source what it lacks and why; where the two
 * meet the detector is unavailable, and says so instead of being silent for a reason nobody knows.
 */
export type SourceFact =
  /** Bytes of payload, both ways. */
  | 'payload-bytes'
  /** Every packet is counted, not just those that change something. */
  | 'packet-counts'
  /** How full a listener's queues are. */
  | 'listener-queues'
  /** When a handshake completes, at once. */
  | 'handshakes'
  /** What payloads say: samples, and the facts that parsers make of them. */
  | 'application';

/** What a source lacks: why, in words for a person. */
export type LackingFacts = Readonly<Partial<Record<SourceFact, string>>>;

export const NOTHING_LACKS: LackingFacts = Object.freeze({});

/** Why a detector that needs `needs` cannot work; undefined when it can. */
export function whyUnavailable(needs: readonly SourceFact[], lacking: LackingFacts): string | undefined {
  for (const fact of needs) if (lacking[fact] !== undefined) return lacking[fact];
  return undefined;
}

import { Lru } from '@netguard/core';

const MOST_NODES = 5000;
const RATE_MS = 1000;
/** Within a node flows come in order, but for what two CPUs say in one moment. Older ones are told again. */
const DISORDER_MS = 5000;

interface NodeRecord {
  lastMs: number;
  /** Flows a second, of the last seconds. */
  rate: number;
  countedSinceMs: number;
  count: number;
  /** Its flows may be missing since `lastMs`: no known one has come since the break. */
  isInDoubt: boolean;
}

/** Per node, up to when its flows were heard: what shows whether some are missing after a break. */
export class NodeBook {
  readonly #nodes = new Lru<string, NodeRecord>(MOST_NODES);
  readonly #unavailable = new Map<string, string>();
  #gaps = 0;

  /**
   * Takes a flow that was not heard before. Returns how many are missing before it, as far as its node's rate lets guess:
   * at least one for each gap.
   */
  news(node: string, timeMs: number): number {
    const record = this.#nodes.get(node);
    this.#unavailable.delete(node);
    if (record === undefined) {
      this.#nodes.set(node, { lastMs: timeMs, rate: 0, countedSinceMs: timeMs, count: 1, isInDoubt: false });
      return 0;
    }
    let missing = 0;
    if (record.isInDoubt && timeMs > record.lastMs) {
      missing = Math.max(1, Math.round((record.rate * (timeMs - record.lastMs)) / 1000));
      record.isInDoubt = false;
      record.countedSinceMs = timeMs;
      record.count = 0;
      this.#gaps++;
    }
    count(record, timeMs);
    if (timeMs > record.lastMs) record.lastMs = timeMs;
    return missing;
  }

  /** A flow that was heard before came again: what followed it is there too. */
  known(node: string): void {
    const record = this.#nodes.peek(node);
    if (record !== undefined) record.isInDoubt = false;
  }

  /** Far older than what the node told last: it tells again what it told long ago. */
  isStale(node: string, timeMs: number): boolean {
    const record = this.#nodes.peek(node);
    return record !== undefined && timeMs < record.lastMs - DISORDER_MS;
  }

  /** The stream broke and is asked for again from `sinceMs` on: who told something since then must tell it again. */
  broke(sinceMs: number): void {
    for (const record of this.#nodes.values()) record.isInDoubt = record.lastMs >= sinceMs;
  }

  /** The relay lost a node, for this reason, or has it again. */
  setUnavailable(names: readonly string[], reason: string): void {
    for (const name of names) {
      if (this.#unavailable.size < MOST_NODES) this.#unavailable.set(name, reason);
      const record = this.#nodes.peek(name);
      if (record !== undefined) record.isInDoubt = true;
    }
  }

  setAvailable(names: readonly string[]): void {
    for (const name of names) this.#unavailable.delete(name);
  }

  get unavailable(): readonly string[] {
    return [...this.#unavailable.keys()];
  }

  /** Breaks after which flows were missing. */
  get gaps(): number {
    return this.#gaps;
  }
}

function count(record: NodeRecord, timeMs: number): void {
  record.count++;
  const spanMs = timeMs - record.countedSinceMs;
  if (spanMs < RATE_MS) return;
  record.rate = (record.rate + (record.count * 1000) / spanMs) / (record.rate === 0 ? 1 : 2);
  record.countedSinceMs = timeMs;
  record.count = 0;
}

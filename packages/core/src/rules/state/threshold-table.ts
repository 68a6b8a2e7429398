import type { Inspection } from '../inspection.ts';
import { RULE_RUN_LIMITS } from '../limits.ts';

export interface ThresholdRule {
  readonly type: 'limit' | 'threshold' | 'both' | 'backoff' | 'detection_filter';
  readonly track: 'by_src' | 'by_dst' | 'by_both' | 'by_rule' | 'by_flow';
  readonly count: number;
  readonly seconds: number;
  /** Of `backoff`. */
  readonly multiplier: number;
  /** Only matches with another port than those before count. */
  readonly uniqueOn: 'src_port' | 'dst_port' | undefined;
}

interface Entry {
  startMs: number;
  count: number;
  /** Of `backoff`: the count of the next alert. */
  next: number;
  ports: Set<number> | undefined;
}

/**
 * Counts of `threshold` and `detection_filter`, semantics of Suricata's thresholding documentation: a window begins with its
 * first match. Bounded: when it is full the entry that was begun longest ago goes, counted.
 */
export class ThresholdTable {
  readonly #entries = new Map<string, Entry>();
  readonly #capacity: number;
  evicted = 0;

  constructor(capacity: number = RULE_RUN_LIMITS.thresholds) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Counts a match of the rule with this key; true when it may be told. */
  pass(ruleKey: string, rule: ThresholdRule, inspection: Inspection): boolean {
    const key = `${ruleKey} ${trackKey(rule, inspection)}`;
    const entry = this.#current(key, rule, inspection.timeMs);
    if (rule.uniqueOn !== undefined && !isNewPort(entry, rule, inspection)) return false;
    entry.count++;
    return judge(entry, rule);
  }

  #current(key: string, { type, seconds, count }: ThresholdRule, timeMs: number): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined && (type === 'backoff' || timeMs - known.startMs <= seconds * 1000)) return known;
    const entry: Entry = { startMs: timeMs, count: 0, next: count, ports: undefined };
    // Deleted first, so that the table's order is that of the windows' beginnings.
    this.#entries.delete(key);
    if (this.#entries.size >= this.#capacity) this.#evict();
    this.#entries.set(key, entry);
    return entry;
  }

  #evict(): void {
    const [oldest] = this.#entries.keys();
    if (oldest === undefined) return;
    this.#entries.delete(oldest);
    this.evicted++;
  }
}

function judge(entry: Entry, { type, count, multiplier }: ThresholdRule): boolean {
  switch (type) {
    case 'limit':
      return entry.count <= count;
    case 'threshold':
      if (entry.count < count) return false;
      entry.count = 0;
      entry.ports = undefined;
      return true;
    case 'both':
      return entry.count === count;
    case 'backoff':
      if (entry.count !== entry.next) return false;
      entry.next *= multiplier;
      return true;
    case 'detection_filter':
      return entry.count > count;
    default:
      return type satisfies never;
  }
}

/** Ports are kept up to what the count asks for. */
function isNewPort(
  entry: Entry,
  { uniqueOn, count, type }: ThresholdRule,
  { source, destination }: Inspection,
): boolean {
  entry.ports ??= new Set();
  const port = uniqueOn === 'src_port' ? source.port : destination.port;
  if (entry.ports.has(port)) return type === 'detection_filter' && entry.count > count && entry.count-- > 0;
  if (entry.ports.size <= count) entry.ports.add(port);
  return true;
}

function trackKey({ track }: ThresholdRule, { source, destination, transport }: Inspection): string {
  switch (track) {
    case 'by_src':
      return source.ip;
    case 'by_dst':
      return destination.ip;
    case 'by_both':
      return pairKey(source.ip, destination.ip);
    case 'by_rule':
      return '';
    case 'by_flow':
      return `${transport} ${pairKey(`${source.ip} ${source.port}`, `${destination.ip} ${destination.port}`)}`;
    default:
      return track satisfies never;
  }
}

function pairKey(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

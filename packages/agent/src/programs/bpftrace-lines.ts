import type { BpfValue } from '@netguard/libbpf';

/** Longest line that is read: a printed map of 4096 keys of 64 characters. What is longer is counted and left. */
const LONGEST_LINE = 1024 * 1024;
const MOST_MAPS = 64;
const MOST_ENTRIES = 4096;

export type ScriptValue = BpfValue;

/**
 * What a script says with `bpftrace -f json`, a line at a time: `{"type": "map" | "hist" | "stats", "data": {"@name": …}}` holds
 * maps as they are when it prints them, `attached_probes` that it runs, `lost_events` what it lost. Hostile lines are counted.
 */
export class BpftraceLines {
  /** By name, keys as bpftrace joins them; a map without keys has the one key ''. */
  readonly maps = new Map<string, ReadonlyMap<string, ScriptValue>>();
  isAttached = false;
  lostEvents = 0;
  /** Lines that were too long or no JSON, and maps and entries over the limits. */
  ignored = 0;
  #rest = '';
  #isSkipping = false;

  /** Text as it comes, lines cut anywhere. */
  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.#isSkipping) this.#isSkipping = false;
      else this.#line(line);
    }
    if (this.#rest.length <= LONGEST_LINE) return;
    this.#rest = '';
    if (!this.#isSkipping) this.ignored++;
    this.#isSkipping = true;
  }

  #line(line: string): void {
    if (line.trim() === '') return;
    const said = parsed(line);
    if (said === undefined) {
      this.ignored++;
      return;
    }
    const { type, data } = said;
    if (type === 'attached_probes') this.isAttached = true;
    if (type === 'lost_events') this.lostEvents += Number(data.events) || 0;
    if (type === 'map' || type === 'hist' || type === 'stats')
      for (const [name, value] of Object.entries(data)) this.#map(name, value);
  }

  #map(name: string, value: unknown): void {
    if (!this.maps.has(name) && this.maps.size >= MOST_MAPS) {
      this.ignored++;
      return;
    }
    const entries = new Map<string, ScriptValue>();
    for (const [key, one] of isRecord(value) && !isStats(value) ? Object.entries(value) : [['', value] as const]) {
      const kept = scriptValue(one);
      if (entries.size >= MOST_ENTRIES || kept === undefined) this.ignored++;
      else entries.set(key, kept);
    }
    this.maps.set(name.slice(0, 128), entries);
  }
}

/** Counts, sums and times are numbers; a histogram is its buckets; `stats()` is count, average and total. */
function scriptValue(value: unknown): ScriptValue | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.slice(0, 1024);
  if (Array.isArray(value)) return value.slice(0, 256).flatMap((one) => scriptValue(one) ?? []);
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(line: string): { readonly type: unknown; readonly data: Record<string, unknown> } | undefined {
  try {
    const said: unknown = JSON.parse(line);
    if (!isRecord(said)) return undefined;
    return { type: said.type, data: isRecord(said.data) ? said.data : {} };
  } catch {
    return undefined;
  }
}

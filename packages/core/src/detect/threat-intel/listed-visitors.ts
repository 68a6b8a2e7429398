import type { TopSource } from '../../alert/alert.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { IntelHit } from '../../intel/intel.ts';
import { HyperLogLog } from '../../sketch/hyper-log-log.ts';
import { SpaceSaving } from '../../sketch/space-saving.ts';

const HEAVY = 32;
const TOP = 10;
const LISTS = 16;

/** Listed sources outside that reached one workload. An exposed service has many a day: they are one finding. */
export class ListedVisitors {
  readonly key: string;
  readonly target: Endpoint;
  readonly first: IntelHit;
  readonly sinceMs: number;
  lastMs: number;
  unreported = 0;
  readonly #sources = new HyperLogLog();
  readonly #heavy = new SpaceSaving(HEAVY);
  readonly #lists = new Set<string>();

  constructor(key: string, target: Endpoint, first: IntelHit, timeMs: number) {
    this.key = key;
    this.target = target;
    this.first = first;
    this.sinceMs = timeMs;
    this.lastMs = timeMs;
  }

  add(ip: string, { list }: IntelHit, timeMs: number): void {
    this.lastMs = Math.max(this.lastMs, timeMs);
    this.unreported++;
    this.#sources.add(ip);
    this.#heavy.add(ip);
    if (this.#lists.size < LISTS) this.#lists.add(list);
  }

  /** ± 6.5 %. */
  get distinct(): number {
    return Math.max(1, this.#sources.estimate());
  }

  get top(): TopSource[] {
    return this.#heavy.top(TOP).map(({ key, count }) => ({ ip: key, count }));
  }

  get lists(): string[] {
    return [...this.#lists].sort();
  }
}

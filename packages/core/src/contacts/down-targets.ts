import type { Endpoint } from '../endpoint.ts';
import { Lru } from '../sketch/lru.ts';

/** Source workloads that fail on one target until it is down, and within which time (kubernetes-rules: dead targets). */
export const DOWN_SOURCES = 5;
export const DOWN_WINDOW_MS = 300_000;
/** So many are named; whether there are five is all that is asked. */
const MAX_SOURCES = 16;
const CAPACITY = 1024;

/** Who fails on one address and port, and since when nobody got through. */
export interface DownTarget {
  readonly ip: string;
  readonly port: number;
  target: Endpoint;
  /** First failure since somebody last got an answer. */
  sinceMs: number;
  lastMs: number;
  failures: number;
  /** Of `failures`, those that findings have told of. */
  reported: number;
  readonly sources: Map<string, { lastMs: number; readonly source: Endpoint; failures: number }>;
}

/** Targets on which several source workloads fail: down, not scanned. Bounded; the one touched longest ago goes first. */
export class DownTargets {
  readonly #targets = new Lru<string, DownTarget>(CAPACITY);

  /** A failure of a source workload. `answeredMs`: when this port last answered anybody. */
  fail(
    sourceKey: string,
    source: Endpoint,
    target: Endpoint,
    ip: string,
    port: number,
    timeMs: number,
    answeredMs: number,
  ): DownTarget {
    const key = `${ip}|${port}`;
    let down = this.#targets.get(key);
    if (down === undefined) {
      down = { ip, port, target, sinceMs: timeMs, lastMs: timeMs, failures: 0, reported: 0, sources: new Map() };
      this.#targets.set(key, down);
    }
    if (answeredMs >= down.sinceMs || Math.abs(timeMs - down.lastMs) > DOWN_WINDOW_MS) {
      down.sources.clear();
      down.failures = 0;
      down.reported = 0;
      down.sinceMs = timeMs;
    }
    down.target = target;
    down.lastMs = timeMs;
    down.failures++;
    const known = down.sources.get(sourceKey);
    if (known !== undefined) {
      known.lastMs = timeMs;
      known.failures++;
    } else {
      if (down.sources.size >= MAX_SOURCES) down.sources.delete(down.sources.keys().next().value as string);
      down.sources.set(sourceKey, { lastMs: timeMs, source, failures: 1 });
    }
    return down;
  }

  /** Source workloads that failed there within the window. */
  failing(down: DownTarget, nowMs: number): number {
    let failing = 0;
    for (const { lastMs } of down.sources.values()) if (Math.abs(nowMs - lastMs) <= DOWN_WINDOW_MS) failing++;
    return failing;
  }

  isDown(down: DownTarget, nowMs: number): boolean {
    return down.sources.size >= DOWN_SOURCES && this.failing(down, nowMs) >= DOWN_SOURCES;
  }

  values(): IterableIterator<DownTarget> {
    return this.#targets.values();
  }

  get state() {
    return { entries: this.#targets.size, capacity: this.#targets.capacity, evicted: this.#targets.evicted };
  }
}

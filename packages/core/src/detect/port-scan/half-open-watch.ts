import type { Endpoint } from '../../endpoint.ts';
import type { ListenerObservation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import type { Who } from '../detector.ts';
import { listenerKey, listenerTarget } from '../listener-key.ts';

const LISTENERS = 2048;
/** As many sources of a tick are sampled; with more requests in a second nobody can be told to be one of few. */
const SAMPLES = 8;

export interface HalfOpen {
  readonly sourceIp: string;
  readonly targetIp: string;
  readonly port: number;
}

/** Segments with impossible flags at open ports of one target, of which no source is known. */
export interface OddTarget {
  readonly target: Endpoint;
  readonly ports: readonly number[];
  readonly segments: number;
  readonly sinceMs: number;
  readonly unreported: number;
}

interface Listener {
  readonly target: Endpoint;
  readonly port: number;
  syns: number;
  completed: number;
  oddFlags: number;
  odd: number;
  unreported: number;
  oddSinceMs: number;
  oddMs: number;
}

/** What a scan does at open ports, where the kernel counts by listener: requests left half-open, and impossible flags. */
export class HalfOpenWatch {
  readonly #windowMs: number;
  readonly #listeners = new Lru<string, Listener>(LISTENERS);
  readonly #odd = new Set<Listener>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Sources whose request at this listener stayed half-open since the last tick, as far as they are known. */
  observe(seen: ListenerObservation, who: Who): HalfOpen[] {
    if (seen.trigger === 'threshold') return [];
    const key = listenerKey(seen);
    let listener = this.#listeners.get(key);
    if (listener === undefined) {
      if (seen.syns === 0 && seen.oddFlags === 0) return [];
      const none = { syns: 0, completed: 0, oddFlags: 0, odd: 0, unreported: 0, oddSinceMs: Number.NaN };
      listener = { target: listenerTarget(seen, who), port: seen.local.port, ...none, oddMs: Number.NEGATIVE_INFINITY };
      const evicted = this.#listeners.set(key, listener);
      if (evicted !== undefined) this.#odd.delete(evicted);
    }
    const syns = seen.syns - listener.syns;
    const open = syns - (seen.completed - listener.completed);
    const odd = seen.oddFlags - listener.oddFlags;
    listener.syns = seen.syns;
    listener.completed = seen.completed;
    listener.oddFlags = seen.oddFlags;
    if (odd > 0) this.#noteOdd(listener, odd, seen.timeMs);
    if (syns <= 0 || open <= 0 || syns > SAMPLES) return [];
    const targetIp = listener.target.ip;
    return seen.sampleSources.slice(-syns).map((sourceIp) => ({ sourceIp, targetIp, port: listener.port }));
  }

  /** Targets whose open ports got segments with impossible flags within the window, `enough` of them. Moves the reported counts on. */
  oddTargets(nowMs: number, enough: number): OddTarget[] {
    const byTarget = new Map<string, Listener[]>();
    for (const listener of this.#odd) {
      if (Math.abs(nowMs - listener.oddMs) > this.#windowMs) {
        listener.odd = 0;
        listener.unreported = 0;
        this.#odd.delete(listener);
        continue;
      }
      const of = byTarget.get(listener.target.ip);
      if (of === undefined) byTarget.set(listener.target.ip, [listener]);
      else of.push(listener);
    }
    const found: OddTarget[] = [];
    for (const listeners of byTarget.values()) {
      const segments = listeners.reduce((sum, { odd }) => sum + odd, 0);
      if (segments < enough) continue;
      const { port: _, ...target } = (listeners[0] as Listener).target;
      const unreported = listeners.reduce((sum, listener) => sum + listener.unreported, 0);
      for (const listener of listeners) listener.unreported = 0;
      const sinceMs = Math.min(...listeners.map(({ oddSinceMs }) => oddSinceMs));
      found.push({ target, ports: listeners.map(({ port }) => port), segments, sinceMs, unreported });
    }
    return found;
  }

  get size(): number {
    return this.#listeners.size;
  }

  get capacity(): number {
    return this.#listeners.capacity;
  }

  get evicted(): number {
    return this.#listeners.evicted;
  }

  #noteOdd(listener: Listener, odd: number, timeMs: number): void {
    if (listener.odd === 0) listener.oddSinceMs = timeMs;
    listener.odd += odd;
    listener.unreported += odd;
    listener.oddMs = timeMs;
    this.#odd.add(listener);
  }
}

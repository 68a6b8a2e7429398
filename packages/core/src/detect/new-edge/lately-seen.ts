import type { Endpoint } from '../../endpoint.ts';

const CAPACITY = 16_384;
/** The store hears of an edge at least as often, so that its `last seen` is about right. */
const FOR_MS = 300_000;

/** Contacts that need no second look for some minutes. No text is made to ask: most contacts are of this kind. A peer is a workload or address. */
export class LatelySeen {
  #byLocal = new Map<Endpoint, Map<string, Set<number>>>();
  #sinceMs = Number.NaN;
  size = 0;
  evicted = 0;

  get capacity(): number {
    return CAPACITY;
  }

  has(local: Endpoint, peer: string, port: number, timeMs: number): boolean {
    if (!(Math.abs(timeMs - this.#sinceMs) < FOR_MS)) {
      this.#forget();
      this.#sinceMs = timeMs;
    }
    return this.#byLocal.get(local)?.get(peer)?.has(port) ?? false;
  }

  add(local: Endpoint, peer: string, port: number): void {
    if (this.size >= CAPACITY) {
      this.evicted += this.size;
      this.#forget();
    }
    let byPeer = this.#byLocal.get(local);
    if (byPeer === undefined) {
      byPeer = new Map();
      this.#byLocal.set(local, byPeer);
    }
    const ports = byPeer.get(peer);
    if (ports === undefined) byPeer.set(peer, new Set([port]));
    else if (ports.has(port)) return;
    else ports.add(port);
    this.size++;
  }

  #forget(): void {
    this.#byLocal = new Map();
    this.size = 0;
  }
}

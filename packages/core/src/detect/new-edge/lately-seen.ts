import type { Endpoint } from '../../endpoint.ts';

const CAPACITY = 16_384;
/** The store hears of an edge at least as often, so that its `last seen` is about right. */
const FOR_MS = 300_000;

/** Contacts that need no second look for some minutes. No text is made to ask: most contacts are of this kind. */
export class LatelySeen {
  #byLocal = new Map<Endpoint, Map<string, Set<number>>>();
  #sinceMs = Number.NaN;
  size = 0;
  evicted = 0;

  get capacity(): number {
    return CAPACITY;
  }

  has(local: Endpoint, remoteIp: string, port: number, timeMs: number): boolean {
    if (!(Math.abs(timeMs - this.#sinceMs) < FOR_MS)) {
      this.#forget();
      this.#sinceMs = timeMs;
    }
    return this.#byLocal.get(local)?.get(remoteIp)?.has(port) ?? false;
  }

  add(local: Endpoint, remoteIp: string, port: number): void {
    if (this.size >= CAPACITY) {
      this.evicted += this.size;
      this.#forget();
    }
    let byIp = this.#byLocal.get(local);
    if (byIp === undefined) {
      byIp = new Map();
      this.#byLocal.set(local, byIp);
    }
    const ports = byIp.get(remoteIp);
    if (ports === undefined) byIp.set(remoteIp, new Set([port]));
    else if (ports.has(port)) return;
    else ports.add(port);
    this.size++;
  }

  #forget(): void {
    this.#byLocal = new Map();
    this.size = 0;
  }
}

import type { Endpoint } from '../endpoint.ts';
import { Lru } from '../sketch/lru.ts';

const CAPACITY = 1024;
/** So long after its last failed contact a program of the host is taken for who probes from the host's address. */
const REMEMBER_MS = 60_000;

/**
 * Who was seen to fail from an address of this host: its target sees only the address, while the socket shows the program.
 * With this both ends name one source. Pods need none of it: their address is their own.
 */
export class ClientNames {
  readonly #names = new Lru<string, { source: Endpoint; lastMs: number }>(CAPACITY);

  note(ip: string, source: Endpoint, timeMs: number): void {
    if (source.kind === 'pod' || source.kind === 'node' || ip === '') return;
    const known = this.#names.get(ip);
    if (known === undefined) this.#names.set(ip, { source, lastMs: timeMs });
    else {
      known.source = source;
      known.lastMs = timeMs;
    }
  }

  of(ip: string, otherwise: Endpoint, timeMs: number): Endpoint {
    if (otherwise.kind === 'pod' || this.#names.size === 0) return otherwise;
    const known = this.#names.peek(ip);
    return known !== undefined && Math.abs(timeMs - known.lastMs) <= REMEMBER_MS ? known.source : otherwise;
  }

  get state() {
    return { entries: this.#names.size, capacity: this.#names.capacity, evicted: this.#names.evicted };
  }
}

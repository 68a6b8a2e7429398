import { type Endpoint, hash32 } from '@netguard/core';

const SLOTS = 16_384;

/**
 * Endpoints of addresses that nobody claims, so that who comes again is not described again. One slot an address, by its
 * hash; it is held from the second time on: of a flood with forged sources nothing is, and nothing has to be collected.
 */
export class StrangerCache {
  readonly #tags = new Uint32Array(SLOTS);
  readonly #endpoints: (Endpoint | undefined)[] = new Array(SLOTS).fill(undefined);
  #size = 0;
  #evicted = 0;

  /** What is held of it, or what `describe` says. */
  get(ip: string, describe: (ip: string) => Endpoint): Endpoint {
    const tag = hash32(ip) || 1;
    const slot = tag & (SLOTS - 1);
    const held = this.#endpoints[slot];
    if (held?.ip === ip) return held;
    const endpoint = describe(ip);
    if (this.#tags[slot] !== tag) this.#tags[slot] = tag;
    else {
      if (held === undefined) this.#size++;
      else this.#evicted++;
      this.#endpoints[slot] = endpoint;
    }
    return endpoint;
  }

  get size(): number {
    return this.#size;
  }

  get capacity(): number {
    return SLOTS;
  }

  /** Addresses that came again and whose place another took that came again. */
  get evicted(): number {
    return this.#evicted;
  }
}

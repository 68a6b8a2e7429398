import type { Endpoint } from '../../endpoint.ts';
import { joinHash } from '../../sketch/hash.ts';
import { RecentTimes } from '../../sketch/recent-times.ts';
import type { TableState } from '../../table-state.ts';

const CAPACITY = 16_384;

/** Contacts of the last minutes. No text is made to ask. A peer is a workload, an address or a network. */
export class LatelySeen {
  readonly #contacts: RecentTimes;
  /** Identity hands out one object a subject. */
  readonly #numbers = new WeakMap<Endpoint, number>();
  #lastNumber = 0;

  constructor(forMs: number) {
    this.#contacts = new RecentTimes(CAPACITY, forMs);
  }

  /** @param peer `hash32` of its text. */
  has(local: Endpoint, peer: number, port: number, timeMs: number): boolean {
    return this.#contacts.has(this.#hash(local, peer, port), timeMs);
  }

  add(local: Endpoint, peer: number, port: number, timeMs: number): void {
    this.#contacts.note(this.#hash(local, peer, port), timeMs);
  }

  get state(): TableState {
    const { size: entries, capacity, evicted } = this.#contacts;
    return { entries, capacity, evicted };
  }

  #hash(local: Endpoint, peer: number, port: number): number {
    let number = this.#numbers.get(local);
    if (number === undefined) {
      number = ++this.#lastNumber;
      this.#numbers.set(local, number);
    }
    return joinHash(joinHash(number, port), peer);
  }
}

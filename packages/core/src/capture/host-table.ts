import type { TableState } from '../table-state.ts';
import { Host } from './host.ts';
import type { AddressWords } from './packet.ts';
import { SlotTable } from './slot-table.ts';

/** Hosts remembered at once beside those in a conversation; a flood of spoofed sources turns this over, and never grows it. */
const CAPACITY = 16_384;

export class HostTable {
  readonly #table = new SlotTable(4);
  readonly #hosts: Host[] = [];
  #evicted = 0;

  /** The host of an address, made when it is new. */
  get(words: AddressWords): Host {
    const known = this.#table.find(words);
    if (known >= 0) {
      this.#table.touch(known);
      return this.#hosts[known]!;
    }
    if (this.#table.size() >= CAPACITY) {
      this.#table.remove(this.#table.oldest());
      this.#evicted++;
    }
    const slot = this.#table.add(words);
    const host = new Host(words);
    this.#hosts[slot] = host;
    return host;
  }

  get state(): TableState {
    return { entries: this.#table.size(), capacity: CAPACITY, evicted: this.#evicted };
  }
}

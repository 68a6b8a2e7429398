import { SlotTable } from '../capture/slot-table.ts';
import type { TableState } from '../table-state.ts';
import { SightedPair } from './sighted-pair.ts';

/** Pairs of which one end alone was seen to send have a quota of their own: a flood pushes out only what is like it. */
const CAPACITY = 65_536;
const ONE_SIDED = 0;
const TWO_SIDED = 1;

/** Pairs of sockets that were told of, the ones silent for longest giving way. */
export class PairTable {
  readonly #table = new SlotTable(10, 2);
  readonly #pairs: SightedPair[] = [];
  #evicted = 0;

  /** The pair of a key (`pairKey` and the protocol), made when it is new. */
  get(key: Int32Array): SightedPair {
    const known = this.#table.find(key);
    if (known >= 0) {
      const pair = this.#pairs[known]!;
      const list = pair.hasSent[0] && pair.hasSent[1] ? TWO_SIDED : ONE_SIDED;
      if (list !== this.#table.listOf(known)) this.#makeRoom(list);
      this.#table.touch(known, list);
      return pair;
    }
    this.#makeRoom(ONE_SIDED);
    const slot = this.#table.add(key, ONE_SIDED);
    this.#pairs[slot] ??= new SightedPair();
    const pair = this.#pairs[slot]!;
    pair.reset();
    return pair;
  }

  get state(): TableState {
    return { entries: this.#table.total, capacity: 2 * CAPACITY, evicted: this.#evicted };
  }

  #makeRoom(list: number): void {
    if (this.#table.size(list) < CAPACITY) return;
    this.#table.remove(this.#table.oldest(list));
    this.#evicted++;
  }
}

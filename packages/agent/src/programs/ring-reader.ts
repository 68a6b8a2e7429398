import { type BpfMap, EventLoop, MAP_TYPE, type Ring } from '@netguard/libbpf';

/** Looked at so often. No thread of libuv's pool is held by a wait: there are four for everything. */
const LOOK_EVERY_MS = 100;
/** Records read in one look, wanted or not: half a millisecond. A flood fills the ring beyond that, and its program is told so. */
const READ_AT_MOST = 20_000;
/** Longest record that is handed on; of longer ones the beginning. */
const LONGEST_RECORD = 4096;

export interface RingCounts {
  /** Records handed on. */
  readonly taken: number;
  /** Records over the limit of a second, read and thrown away. */
  readonly dropped: number;
  /** Looks that found a ring over nine tenths full: the kernel program may have found no room. */
  readonly fullLooks: number;
}

/** Takes the records of a user's ring buffers, no more a second than allowed, whatever the program writes. */
export class RingReader {
  readonly #loop = new EventLoop();
  readonly #rings: Ring[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #perSecond: () => number;
  readonly #now: () => number;
  #second = 0;
  #inSecond = 0;
  #taken = 0;
  #dropped = 0;
  #fullLooks = 0;

  /** `onRecord` gets a copy. `now`: milliseconds. */
  constructor(
    maps: Iterable<BpfMap>,
    options: {
      readonly perSecond: () => number;
      readonly onRecord: (map: string, record: Uint8Array) => void;
      readonly now?: () => number;
    },
  ) {
    this.#perSecond = options.perSecond;
    this.#now = options.now ?? Date.now;
    for (const map of maps) {
      if (map.type !== MAP_TYPE.RINGBUF) continue;
      const take = (view: { readonly u8: Uint8Array }, at: number, length: number) => {
        if (!this.#admits()) return;
        options.onRecord(map.name, view.u8.slice(at, at + Math.min(length, LONGEST_RECORD)));
      };
      this.#rings.push(this.#loop.addRing(map, take));
    }
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  get counts(): RingCounts {
    return { taken: this.#taken, dropped: this.#dropped, fullLooks: this.#fullLooks };
  }

  /** Reads what waits, up to a bound. */
  look(): void {
    for (const ring of this.#rings) {
      if (ring.bytesPending > ring.size * 0.9) this.#fullLooks++;
      ring.drain(READ_AT_MOST);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#loop.close();
  }

  #admits(): boolean {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    if (this.#inSecond >= this.#perSecond()) {
      this.#dropped++;
      return false;
    }
    this.#inSecond++;
    this.#taken++;
    return true;
  }
}

import { Newcomers } from '../sketch/newcomers.ts';
import type { TableState } from '../table-state.ts';

const SLOTS = 32_768;
const TARGET = 0;
const HOST = 1;
const PORT = 2;

/** What a source failed on first, as hashes: enough to count it once a second failure makes it a suspect. */
export interface EarlierFailure {
  readonly target: number;
  readonly host: number;
  readonly port: number;
  readonly timeMs: number;
}

/** The first failure of sources that have no other: a spoofed flood, in which nobody comes twice, costs a few numbers a packet. */
export class FirstFailures {
  readonly #sources: Newcomers;

  /** @param withinMs a failure longer ago than this is forgotten. */
  constructor(withinMs: number) {
    this.#sources = new Newcomers(SLOTS, 3, withinMs);
  }

  /** Remembers a failure, or returns the earlier one when the source failed on something else. */
  note(source: number, target: number, host: number, port: number, timeMs: number): EarlierFailure | undefined {
    const sources = this.#sources;
    const known = sources.find(source, timeMs);
    if (known >= 0) {
      if (sources.get(known, TARGET) !== target) {
        return {
          target: sources.get(known, TARGET),
          host: sources.get(known, HOST),
          port: sources.get(known, PORT),
          timeMs: sources.timeOf(known, timeMs),
        };
      }
      sources.setTime(known, timeMs);
      return undefined;
    }
    const slot = sources.enter(source, timeMs);
    sources.set(slot, TARGET, target);
    sources.set(slot, HOST, host);
    sources.set(slot, PORT, port);
    return undefined;
  }

  get state(): TableState {
    const { size: entries, capacity, evicted } = this.#sources;
    return { entries, capacity, evicted };
  }
}

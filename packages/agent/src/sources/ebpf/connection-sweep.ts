import type { ConnectionTable } from './connection-table.ts';
import type { LivePass } from './live-sockets.ts';

/** A sweep costs a pass in which every socket moved, so not more often than this. */
const MIN_GAP_MS = 60_000;
/** The kernel ends a read after so many sockets, and the next one may then leave some out: no proof that one is gone. */
const MAX_SOCKETS_A_READ = 1_000_000;
/** What the kernel holds of the number is a byte, and 0 stands for never. */
const NUMBERS = 255;

/**
 * Finds connections whose final record was lost: all sockets are told once, moved or not, and who is not among them is gone.
 * They are forgotten a tick later, when every final record that was in the ring by then has been read.
 */
export class ConnectionSweep {
  readonly #table: ConnectionTable;
  #number = 1;
  #lost = 0;
  #beganMs = Number.NEGATIVE_INFINITY;
  #state: 'idle' | 'telling' | 'told' = 'idle';

  constructor(table: ConnectionTable) {
    this.#table = table;
    table.beginSweep(this.#number);
  }

  /** The number for `LiveSockets.read`. */
  get number(): number {
    return this.#number;
  }

  /** Call before a pass, with the ring drained. `lost`: final records lost since the start. */
  before(nowMs: number, lost: number): void {
    if (this.#state === 'told') {
      this.#table.endSweep();
      this.#state = 'idle';
    }
    const isDue = lost > this.#lost && Math.abs(nowMs - this.#beganMs) >= MIN_GAP_MS;
    if (this.#state !== 'idle' || !isDue) return;
    this.#lost = lost;
    this.#beganMs = nowMs;
    this.#number = (this.#number % NUMBERS) + 1;
    this.#table.beginSweep(this.#number);
    this.#state = 'telling';
  }

  /** Call after a pass. */
  after(pass: LivePass): void {
    if (this.#state !== 'telling' || pass.left > 0) return;
    this.#state = pass.seen < MAX_SOCKETS_A_READ ? 'told' : 'idle';
  }
}

/**
 * SYNs per source and listener in a tumbling window, as the kernel counts them (bpf/include/netguard/syn_rate.h): a
 * count-min sketch (Cormode and Muthukrishnan 2005) in fixed memory, so that spoofed sources evict nothing. What crosses the
 * limit is judged `graceMs` later by the handshakes completed since.
 */
import type { Host } from './host.ts';
import type { CaptureLimits } from './limits.ts';

const ROWS = 4;
const COLUMNS = 4096;
const CELLS = ROWS * COLUMNS;

export class SynRate {
  readonly #window = new Float64Array(CELLS);
  readonly #syns = new Uint32Array(CELLS);
  readonly #completed = new Uint32Array(CELLS);
  /** Time in the window when the limit was reached, plus one; 0: not yet. */
  readonly #crossedMs = new Float64Array(CELLS);
  readonly #fired = new Uint8Array(CELLS);
  readonly #cells = new Int32Array(ROWS);

  /** Handshakes that the source completed in this window, when it is over the limit and half of them did not; else -1. */
  syn(source: Host, target: Host, port: number, nowMs: number, limits: CaptureLimits): number {
    const window = Math.floor(nowMs / limits.windowMs);
    const intoMs = nowMs - window * limits.windowMs;
    this.#find(source, target, port, window);
    let least = this.#cells[0]!;
    for (const cell of this.#cells) {
      this.#syns[cell]!++;
      if (this.#syns[cell]! < this.#syns[least]!) least = cell;
    }
    if (this.#syns[least]! < limits.sourceSyns || this.#fired[least] !== 0) return -1;
    if (this.#crossedMs[least] === 0) this.#crossedMs[least] = intoMs + 1;
    if (intoMs + 1 < this.#crossedMs[least]! + limits.graceMs) return -1;
    const completed = this.#completed[least]!;
    if (completed * 2 >= limits.sourceSyns) return -1;
    this.#fired[least] = 1;
    return completed;
  }

  completed(source: Host, target: Host, port: number, nowMs: number, limits: CaptureLimits): void {
    this.#find(source, target, port, Math.floor(nowMs / limits.windowMs));
    for (const cell of this.#cells) this.#completed[cell]!++;
  }

  /** Leaves a cell of each row in `#cells`; those of an older window are taken over. */
  #find(source: Host, target: Host, port: number, window: number): void {
    const salt = target.hash(port);
    const low = source.hash(salt);
    const high = source.hash(~salt);
    for (let row = 0; row < ROWS; row++) {
      // Double hashing (Kirsch and Mitzenmacher 2006) gives each row a place of its own.
      const cell = row * COLUMNS + ((low + Math.imul(row, high | 1)) & (COLUMNS - 1));
      this.#cells[row] = cell;
      if (this.#window[cell] === window) continue;
      this.#window[cell] = window;
      this.#syns[cell] = 0;
      this.#completed[cell] = 0;
      this.#crossedMs[cell] = 0;
      this.#fired[cell] = 0;
    }
  }
}

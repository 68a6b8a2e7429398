import { hash32 } from './hash.ts';

const REGISTERS = 256;
const INDEX_BITS = 8;
/** α for 256 registers (Flajolet et al. 2007, figure 3). */
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** How many distinct keys a stream had, in 256 bytes; standard error 6.5 % (HyperLogLog, Flajolet et al. 2007). */
export class HyperLogLog {
  readonly #registers = new Uint8Array(REGISTERS);

  add(key: string): void {
    const hash = hash32(key);
    const index = hash >>> (32 - INDEX_BITS);
    const rank = Math.clz32((hash << INDEX_BITS) | (1 << (INDEX_BITS - 1))) + 1;
    if (rank > this.#registers[index]!) this.#registers[index] = rank;
  }

  /** Distinct keys so far; with `other`, of both streams together. */
  estimate(other?: HyperLogLog): number {
    let sum = 0;
    let zeros = 0;
    for (let index = 0; index < REGISTERS; index++) {
      const own = this.#registers[index]!;
      const rank = other === undefined ? own : Math.max(own, other.#registers[index]!);
      sum += 2 ** -rank;
      if (rank === 0) zeros++;
    }
    const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
    return Math.round(raw <= 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw);
  }

  clear(): void {
    this.#registers.fill(0);
  }
}

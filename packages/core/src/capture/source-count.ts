/**
 * Distinct sources of a window as the kernel counts them (bpf/include/netguard/listener.h): HyperLogLog with 64 registers
 * (Flajolet et al. 2007), standard error 13 %.
 */
import type { Host } from './host.ts';

const REGISTERS = 64;

export class SourceCount {
  readonly #registers = new Uint8Array(REGISTERS);

  clear(): void {
    this.#registers.fill(0);
  }

  add(source: Host): void {
    const hash = source.hash(0x1f83d9ab);
    const index = hash & (REGISTERS - 1);
    // 26 bits are left; a second hash of the rest would count beyond 2^26 sources a second.
    const rest = hash >>> 6;
    const rank = rest === 0 ? 27 : 32 - Math.clz32(rest & -rest);
    if (this.#registers[index]! < rank) this.#registers[index] = rank;
  }

  /** The estimate, with the small-range correction; α for 64 registers is 0.709. */
  get estimate(): number {
    let sum = 0;
    let zeros = 0;
    for (const rank of this.#registers) {
      sum += 2 ** -rank;
      if (rank === 0) zeros++;
    }
    const raw = (0.709 * REGISTERS * REGISTERS) / sum;
    return Math.round(raw <= 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw);
  }
}

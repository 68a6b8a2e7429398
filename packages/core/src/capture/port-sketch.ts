/** Distinct ports in 256 bits: linear counting (Whang et al. 1990), as the kernel's probe map has it. */
const BITS = 256;

export class PortSketch {
  readonly #words = new Int32Array(BITS / 32);
  bits = 0;

  clear(): void {
    this.#words.fill(0);
    this.bits = 0;
  }

  /** True when the port set a bit that was not set. */
  add(port: number): boolean {
    const bit = portHash(port) >>> 24;
    const mask = 1 << (bit & 31);
    const word = bit >>> 5;
    if ((this.#words[word]! & mask) !== 0) return false;
    this.#words[word]! |= mask;
    this.bits++;
    return true;
  }

  /** n = −m·ln(unset/m); a full sketch says "at least 1,419". */
  get estimate(): number {
    return Math.round(-BITS * Math.log((BITS - this.bits || 1) / BITS));
  }
}

/** 32-bit mix (murmur3's finaliser), as `port_hash` in bpf/include/netguard/probe.h. */
function portHash(port: number): number {
  let hash = Math.imul(port ^ (port >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

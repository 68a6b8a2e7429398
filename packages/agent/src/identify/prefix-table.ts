import { parseAddress } from '@netguard/core';

/** Address ranges with a value each; the longest one that holds an address wins. IPv4 ranges hold IPv4 addresses only. */
export class PrefixTable<T> {
  /* Prefix length over 16 bytes (IPv4: plus 96, v4-mapped), longest first → masked bytes → value. */
  #lengths: (readonly [bits: number, values: Map<string, T>])[] = [];

  /** `10.0.0.0/8` or `fd00::/8`; host bits are ignored. False when `cidr` is neither, and nothing was added. */
  add(cidr: string, value: T): boolean {
    const [address = '', suffix = ''] = cidr.split('/');
    const bytes = parseAddress(address);
    const isIPv4 = !address.includes(':');
    const prefix = Number(suffix);
    if (bytes === undefined || !/^\d{1,3}$/.test(suffix) || prefix > (isIPv4 ? 32 : 128)) return false;
    const bits = isIPv4 ? prefix + 96 : prefix;
    let values = this.#lengths.find(([length]) => length === bits)?.[1];
    if (!values) {
      values = new Map();
      this.#lengths = [...this.#lengths, [bits, values] as const].sort((a, b) => b[0] - a[0]);
    }
    const key = masked(bytes, bits);
    if (!values.has(key)) values.set(key, value);
    return true;
  }

  /** The value of the longest range that holds the 16 network-order bytes. */
  find(bytes: Uint8Array): T | undefined {
    const mapped = isMapped(bytes);
    for (const [bits, values] of this.#lengths) {
      /* An IPv6 range as short as ::/0 would swallow the v4-mapped form. */
      if (mapped && bits < 96) return undefined;
      const value = values.get(masked(bytes, bits));
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

function masked(bytes: Uint8Array, bits: number): string {
  const whole = bits >>> 3;
  const rest = bits & 7;
  const kept = Buffer.from(bytes.subarray(0, whole + (rest === 0 ? 0 : 1)));
  if (rest !== 0) kept[whole] = (kept[whole] ?? 0) & (0xff << (8 - rest));
  return kept.toString('latin1');
}

function isMapped(bytes: Uint8Array): boolean {
  for (let index = 0; index < 10; index++) if (bytes[index] !== 0) return false;
  return bytes[10] === 255 && bytes[11] === 255;
}

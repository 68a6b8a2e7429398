import { parseAddress } from '@netguard/core';

/** The ranges of one length. IPv4's are kept as numbers: they are asked for once for each stranger, of whom a flood has many. */
interface Length<T> {
  /** Over 16 bytes (IPv4: plus 96, v4-mapped). */
  readonly bits: number;
  readonly v4: Map<number, T>;
  readonly v6: Map<string, T>;
}

/** Address ranges with a value each; the longest one that holds an address wins. IPv4 ranges hold IPv4 addresses only. */
export class PrefixTable<T> {
  /** Longest first. */
  #lengths: Length<T>[] = [];

  /** `10.0.0.0/8` or `fd00::/8`; host bits are ignored. False when `cidr` is neither, and nothing was added. */
  add(cidr: string, value: T): boolean {
    const [address = '', suffix = ''] = cidr.split('/');
    const bytes = parseAddress(address);
    const isIPv4 = !address.includes(':');
    const prefix = Number(suffix);
    if (bytes === undefined || !/^\d{1,3}$/.test(suffix) || prefix > (isIPv4 ? 32 : 128)) return false;
    const { bits, v4, v6 } = this.#length(isIPv4 ? prefix + 96 : prefix);
    if (isMapped(bytes) && bits >= 96) setOnce(v4, maskedWord(wordOf(bytes), bits), value);
    else setOnce(v6, masked(bytes, bits), value);
    return true;
  }

  /** The value of the longest range that holds the 16 network-order bytes. */
  find(bytes: Uint8Array): T | undefined {
    return isMapped(bytes) ? this.#findIPv4(wordOf(bytes)) : this.#findIPv6(bytes);
  }

  /* An IPv6 range as short as ::/0 would swallow the v4-mapped form. */
  #findIPv4(word: number): T | undefined {
    for (const { bits, v4 } of this.#lengths) {
      const value = v4.size > 0 ? v4.get(maskedWord(word, bits)) : undefined;
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #findIPv6(bytes: Uint8Array): T | undefined {
    for (const { bits, v6 } of this.#lengths) {
      const value = v6.size > 0 ? v6.get(masked(bytes, bits)) : undefined;
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #length(bits: number): Length<T> {
    const known = this.#lengths.find((length) => length.bits === bits);
    if (known !== undefined) return known;
    const length = { bits, v4: new Map<number, T>(), v6: new Map<string, T>() };
    this.#lengths = [...this.#lengths, length].sort((a, b) => b.bits - a.bits);
    return length;
  }
}

function setOnce<K, T>(values: Map<K, T>, key: K, value: T): void {
  if (!values.has(key)) values.set(key, value);
}

function masked(bytes: Uint8Array, bits: number): string {
  const whole = bits >>> 3;
  const rest = bits & 7;
  const kept = Buffer.from(bytes.subarray(0, whole + (rest === 0 ? 0 : 1)));
  if (rest !== 0) kept[whole] = (kept[whole] ?? 0) & (0xff << (8 - rest));
  return kept.toString('latin1');
}

/** @param bits 96 to 128. */
function maskedWord(word: number, bits: number): number {
  return bits === 96 ? 0 : word & (-1 << (128 - bits));
}

/** The IPv4 address in a v4-mapped one. */
function wordOf(bytes: Uint8Array): number {
  return (bytes[12]! << 24) | (bytes[13]! << 16) | (bytes[14]! << 8) | bytes[15]!;
}

function isMapped(bytes: Uint8Array): boolean {
  for (let index = 0; index < 10; index++) if (bytes[index] !== 0) return false;
  return bytes[10] === 255 && bytes[11] === 255;
}

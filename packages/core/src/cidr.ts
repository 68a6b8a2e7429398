import { parseAddress, parseIPv4 } from './address.ts';

/** A range of addresses of one family. `::ffff:0:0/96` and shorter hold IPv4 only when written as IPv4. */
export class Cidr {
  readonly text: string;
  readonly family: 4 | 6;
  readonly prefix: number;
  readonly #bytes: Uint8Array;
  /** Prefix over the 16 bytes: an IPv4 prefix plus 96. */
  readonly #bits: number;

  private constructor(text: string, family: 4 | 6, prefix: number, bytes: Uint8Array) {
    this.text = text;
    this.family = family;
    this.prefix = prefix;
    this.#bytes = bytes;
    this.#bits = family === 4 ? prefix + 96 : prefix;
  }

  /** `10.0.0.0/8`, `fd00::/8`, or one address. Host bits are ignored. Undefined when it is neither. */
  static parse(text: string): Cidr | undefined {
    const slash = text.indexOf('/');
    const address = slash < 0 ? text : text.slice(0, slash);
    const bytes = parseAddress(address);
    if (bytes === undefined) return undefined;
    const family = address.includes(':') ? 6 : 4;
    const widest = family === 4 ? 32 : 128;
    if (slash < 0) return new Cidr(text, family, widest, bytes);
    const suffix = text.slice(slash + 1);
    if (!/^\d{1,3}$/.test(suffix)) return undefined;
    const prefix = Number(suffix);
    return prefix > widest ? undefined : new Cidr(text, family, prefix, bytes);
  }

  /** Whether the address (text, either family) lies in this range; false for text that is no address. */
  contains(ip: string): boolean {
    const isIPv4 = parseIPv4(ip) >= 0;
    if (isIPv4 !== (this.family === 4)) return false;
    const bytes = parseAddress(ip);
    return bytes !== undefined && this.containsBytes(bytes, 0);
  }

  /** The same for 16 network-order bytes; an IPv4 address is v4-mapped. Allocates nothing. */
  containsBytes(bytes: Uint8Array, offset: number): boolean {
    const whole = this.#bits >>> 3;
    for (let index = 0; index < whole; index++) {
      if (bytes[offset + index] !== this.#bytes[index]) return false;
    }
    const rest = this.#bits & 7;
    if (rest === 0) return true;
    const mask = (0xff << (8 - rest)) & 0xff;
    return (bytes[offset + whole]! & mask) === (this.#bytes[whole]! & mask);
  }
}

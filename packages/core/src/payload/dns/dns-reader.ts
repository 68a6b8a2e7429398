import { PAYLOAD_LIMITS as LIMITS } from '../limits.ts';

/** Why reading stopped: the sample ended, the message is not as RFC 1035 says, or a limit was reached. */
export type DnsStop = 'cut' | 'malformed' | 'limit';

/** Goes through one message. The first problem stops it: every further read gives undefined, or 0 for a number. */
export class DnsReader {
  readonly bytes: Uint8Array;
  at: number;
  stop: DnsStop | undefined;
  #nameBytesLeft: number = LIMITS.dnsNameBytesOfMessage;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Big-endian, `size` bytes of at most 4. */
  number(size: number): number {
    if (this.at + size > this.bytes.length) this.fail('cut');
    if (this.stop !== undefined) return 0;
    let value = 0;
    for (let end = this.at + size; this.at < end; this.at++) value = value * 256 + this.bytes[this.at]!;
    return value;
  }

  /**
   * A name at `at`, as facts write it. Pointers lead strictly towards the beginning of the message, so that none is followed
   * twice.
   */
  name(): string | undefined {
    const { bytes } = this;
    let at = this.at;
    let start = at;
    let after = -1;
    let octets = 1;
    let pointers = 0;
    let text = '';
    while (this.stop === undefined) {
      const length = bytes[at];
      if (length === undefined) return this.fail('cut');
      if (length === 0) {
        this.at = after < 0 ? at + 1 : after;
        return text;
      }
      if (length >= 0xc0) {
        if (at + 1 >= bytes.length) return this.fail('cut');
        if (after < 0) after = at + 2;
        at = (length & 0x3f) * 256 + bytes[at + 1]!;
        if (at < 12 || at >= start) return this.fail('malformed');
        if (++pointers > LIMITS.dnsPointers) return this.fail('limit');
        start = at;
        continue;
      }
      octets += length + 1;
      // 0x40 and 0x80 began kinds of labels that were given up (RFC 6891, section 5).
      if (length > 63 || octets > LIMITS.dnsNameBytes) return this.fail('malformed');
      if (at + 1 + length > bytes.length) return this.fail('cut');
      this.#nameBytesLeft -= length + 1;
      if (this.#nameBytesLeft < 0) return this.fail('limit');
      const label = labelText(bytes, at + 1, at + 1 + length);
      text = text === '' ? label : `${text}.${label}`;
      at += 1 + length;
    }
    return undefined;
  }

  fail(stop: DnsStop): undefined {
    this.stop ??= stop;
    return undefined;
  }
}

/** By byte: what it is in the text of a name. */
const CHARACTERS: readonly string[] = Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code).toLowerCase();
  return code < 128 && /[a-z0-9_-]/.test(character) ? character : `\\${String(code).padStart(3, '0')}`;
});

function labelText(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += CHARACTERS[bytes[at]!]!;
  return text;
}

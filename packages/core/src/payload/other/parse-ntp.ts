import type { OtherFacts } from '../facts.ts';
import { otherFacts } from './other-facts.ts';

/** Header of RFC 5905, section 7.3; extensions and a digest may follow, in words of 4 bytes. */
const HEADER_BYTES = 48;
const MOST_BYTES = 1024;
const OLD_DIGEST_BYTES = 20;
const LAST_PRIVATE_CODE = 45;
const CONTROL_HEADER_BYTES = 12;
const PRIVATE_HEADER_BYTES = 8;
const MODES = { symmetricActive: 1, client: 3, broadcast: 5, control: 6, private: 7 } as const;

/**
 * A datagram of NTP: time (modes 1 to 5), control (6, RFC 9327), or ntpd's private mode 7, which `monlist` is of. Modes 6 and 7
 * are what amplifies.
 */
export function parseNtp(bytes: Uint8Array, wireLength: number): OtherFacts | undefined {
  if (bytes.length < PRIVATE_HEADER_BYTES) return undefined;
  const [first, second] = [bytes[0]!, bytes[1]!];
  const mode = first & 7;
  const version = (first >>> 3) & 7;
  if (mode === MODES.private)
    return isPrivate(bytes, version, wireLength)
      ? otherFacts('ntp', first >= 0x80 ? 'response' : 'request')
      : undefined;
  if (version < 1 || version > 4) return undefined;
  if (mode === MODES.control) {
    const isControl =
      bytes.length >= CONTROL_HEADER_BYTES && first < 0x40 && controlBytes(bytes) <= wireLength && bytes[6] === 0;
    return isControl ? otherFacts('ntp', second >= 0x80 ? 'response' : 'request') : undefined;
  }
  if (mode < MODES.symmetricActive || mode > MODES.broadcast || !isTime(bytes, wireLength, version)) return undefined;
  return otherFacts('ntp', mode === MODES.client || mode === MODES.symmetricActive ? 'request' : 'response');
}

/**
 * Stratum up to 16, a poll interval up to 2^17 s, distances to the reference clock that leave room over 16 s (MAXDISP of RFC 5905).
 * Windows has a signature of 72 bytes after version 3.
 */
function isTime(bytes: Uint8Array, wireLength: number, version: number): boolean {
  const most = version < 3 ? HEADER_BYTES + OLD_DIGEST_BYTES : MOST_BYTES;
  const isLength = wireLength >= HEADER_BYTES && wireLength <= most && wireLength % 4 === 0;
  return isLength && bytes[1]! <= 16 && bytes[2]! <= 17 && seconds(bytes, 4) < 64 && seconds(bytes, 8) < 64;
}

/** Of a time in 32 bits, half of them for the fraction; beyond all limits where the sample ends before. */
function seconds(bytes: Uint8Array, at: number): number {
  return at + 1 < bytes.length ? bytes[at]! * 256 + bytes[at + 1]! : Number.POSITIVE_INFINITY;
}

/** Version 2, implementation 2 or 3, a request code that ntpd had, and no more items than fit. */
function isPrivate(bytes: Uint8Array, version: number, wireLength: number): boolean {
  const items = (bytes[4]! & 15) * 256 + bytes[5]!;
  const itemBytes = (bytes[6]! & 15) * 256 + bytes[7]!;
  const isCode = version === 2 && (bytes[2] === 2 || bytes[2] === 3) && bytes[3]! <= LAST_PRIVATE_CODE;
  return isCode && PRIVATE_HEADER_BYTES + items * itemBytes <= wireLength;
}

/** What header and data take by the count of the header. */
function controlBytes(bytes: Uint8Array): number {
  return CONTROL_HEADER_BYTES + bytes[10]! * 256 + bytes[11]!;
}

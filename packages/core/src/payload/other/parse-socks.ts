import type { OtherFacts } from '../facts.ts';
import { otherFacts } from './other-facts.ts';

const CONNECT = 1;
const BIND = 2;
const UDP_ASSOCIATE = 3;
/** VN, CD, port, address: a reply whole, and a request before its user. */
const SOCKS4_BYTES = 8;
const SOCKS4_GRANTED = 90;
const SOCKS4_LAST_REFUSAL = 93;
/** RFC 1928 and IANA, SOCKS Methods: 0 to 9, and 0x80 to 0xfe for private use. */
const isMethod = (code: number): boolean => code < 10 || (code >= 0x80 && code < 0xff);

/** SOCKS4 and 4a: a request to connect or bind up to the end of its user, or a reply of 8 bytes. */
export function parseSocks4(bytes: Uint8Array, toServer: boolean | undefined): OtherFacts | undefined {
  if (bytes.length < SOCKS4_BYTES) return undefined;
  const [version, code] = [bytes[0]!, bytes[1]!];
  if (toServer !== false && version === 4 && (code === CONNECT || code === BIND)) {
    const user = bytes.subarray(SOCKS4_BYTES, SOCKS4_BYTES + 256);
    const end = user.indexOf(0);
    const hasPort = bytes[2] !== 0 || bytes[3] !== 0;
    return hasPort && end >= 0 && user.subarray(0, end).every(isPrintable)
      ? otherFacts('socks4', 'request')
      : undefined;
  }
  if (toServer === true || version !== 0) return undefined;
  // A reply that is granted is followed by whatever the target says.
  const isReply =
    code === SOCKS4_GRANTED || (code > SOCKS4_GRANTED && code <= SOCKS4_LAST_REFUSAL && bytes.length === SOCKS4_BYTES);
  return isReply ? otherFacts('socks4', 'response') : undefined;
}

/**
 * SOCKS5 (RFC 1928): the client's methods, alone or followed by its request or its user and password (RFC 1929); the server's
 * choice, alone or followed by what belongs to it.
 */
export function parseSocks5(bytes: Uint8Array, toServer: boolean | undefined): OtherFacts | undefined {
  if (bytes.length < 2 || bytes[0] !== 5) return undefined;
  if (toServer !== false && isGreeting(bytes)) return otherFacts('socks5', 'request');
  return toServer !== true && isChoice(bytes) ? otherFacts('socks5', 'response') : undefined;
}

function isGreeting(bytes: Uint8Array): boolean {
  const end = 2 + bytes[1]!;
  if (end === 2 || end > bytes.length || !bytes.subarray(2, end).every(isMethod)) return false;
  if (bytes.length === end || bytes[end] === 1) return true;
  return bytes[end] === 5 && bytes[end + 1]! >= CONNECT && bytes[end + 1]! <= UDP_ASSOCIATE && bytes[end + 2] === 0;
}

function isChoice(bytes: Uint8Array): boolean {
  const method = bytes[1]!;
  if (bytes.length === 2) return method === 0xff || isMethod(method);
  // Status of the password, then the reply to the request; or that reply at once.
  if (method === 2) return bytes[2] === 1;
  return method === 0 && bytes[2] === 5 && bytes[3]! <= 8 && (bytes.length < 5 || bytes[4] === 0);
}

function isPrintable(code: number): boolean {
  return code >= 0x20 && code < 0x7f;
}

import { ByteCursor } from '../byte-cursor.ts';
import { isPrintable } from '../byte-text.ts';
import type { StoreFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { detailText, storeFacts } from './store-facts.ts';

const PROTOCOL_10 = 10;
const ERROR = 0xff;
/** Capability flags of a client (MySQL source, Protocol::Capabilities). */
const CONNECT_WITH_DATABASE = 1 << 3;
const PROTOCOL_41 = 1 << 9;
const TLS = 1 << 11;
const SECURE_CONNECTION = 1 << 15;
const LONG_AUTHENTICATION = 1 << 21;
/** A request for TLS is the beginning of a login. */
const TLS_REQUEST_BYTES = 32;

/**
 * MySQL and MariaDB: a server's greeting (`detail`: its version) or refusal, a client's login (`NAME to DATABASE`) or request for
 * TLS. The password's hash is not read. Empty: no MySQL.
 */
export function parseMysql(stream: Uint8Array): readonly StoreFacts[] {
  const cursor = new ByteCursor(stream);
  const length = cursor.u8() + cursor.u8() * 0x100 + cursor.u8() * 0x10000;
  const sequence = cursor.u8();
  if (cursor.left < 4 || length > PAYLOAD_LIMITS.mysqlLoginBytes) return [];
  const packet = cursor.part(length);
  if (sequence === 0) return readGreeting(packet, length);
  return sequence === 1 ? readLogin(packet, length) : [];
}

function readGreeting(packet: ByteCursor, length: number): readonly StoreFacts[] {
  const protocol = packet.u8();
  if (protocol === ERROR) {
    const code = packet.u16le();
    const text = packet.take(Math.min(packet.left, PAYLOAD_LIMITS.storeTextBytes));
    const isError = code >= 1000 && code < 5000 && text.length >= 4 && isPrintable(text);
    return isError ? storeFacts('mysql', 'greeting', detailText(text)) : [];
  }
  if (protocol !== PROTOCOL_10 || length < 20) return [];
  const version = packet.until(0, 64);
  if (version === undefined || !isPrintable(version) || !/^\d+\.\d/.test(detailText(version))) return [];
  return storeFacts('mysql', 'greeting', detailText(version));
}

function readLogin(packet: ByteCursor, length: number): readonly StoreFacts[] {
  const flags = packet.u32le();
  if ((flags & PROTOCOL_41) === 0 || length < TLS_REQUEST_BYTES) return [];
  packet.skip(5);
  /** MariaDB puts four bytes of its own at the end of the filler. */
  const filler = packet.take(19);
  packet.skip(4);
  if (packet.isCut || filler.some((byte) => byte !== 0)) return [];
  if (length === TLS_REQUEST_BYTES) return (flags & TLS) === 0 ? [] : storeFacts('mysql', 'request', 'TLS');
  const user = packet.until(0, PAYLOAD_LIMITS.storeTextBytes);
  if (user === undefined) return [];
  skipAuthentication(packet, flags);
  const database = flags & CONNECT_WITH_DATABASE ? packet.until(0, PAYLOAD_LIMITS.storeTextBytes) : undefined;
  const to = database === undefined || database.length === 0 ? '' : ` to ${detailText(database)}`;
  return storeFacts('mysql', 'request', detailText(user) + to);
}

function skipAuthentication(packet: ByteCursor, flags: number): void {
  if (flags & (LONG_AUTHENTICATION | SECURE_CONNECTION)) packet.skip(packet.u8());
  else packet.until(0, PAYLOAD_LIMITS.storeTextBytes);
}

import { headerBlocks } from '../http2/frame.ts';
import { parseHttp2 } from '../http2/parse-http2.ts';
import { berAt, INTEGER, OCTET_STRING, SEQUENCE } from '../other/ber.ts';
import { parseLdap } from '../other/parse-ldap.ts';
import { parseMqtt } from '../other/parse-queues.ts';
import { parseSnmp } from '../other/parse-snmp.ts';
import { parseSocks5 } from '../other/parse-socks.ts';
import { startsWith } from '../starts-with.ts';
import type { SecretSpan } from './secret-spans.ts';

const HTTP2_PREFACE_BYTES = 24;
const LDAP_BIND = 0x60;
const LDAP_SIMPLE = 0x80;

/** Secrets of protocols without lines, where `bytes` is a direction from its beginning or a datagram. */
export function binarySecrets(bytes: Uint8Array): SecretSpan[] {
  return [http2, mqtt, ldap, snmp, socks5, postgresql].flatMap((find) => find(bytes));
}

/** Whole header blocks: compression leaves nothing that could be taken out. */
function http2(bytes: Uint8Array): SecretSpan[] {
  if (parseHttp2(bytes).length === 0) return [];
  const start = startsWith(bytes, 'PRI ') ? HTTP2_PREFACE_BYTES : 0;
  const spans: SecretSpan[] = [];
  for (const { parts } of headerBlocks(bytes, start)) {
    for (const part of parts) {
      const from = part.byteOffset - bytes.byteOffset;
      spans.push({ from, to: from + part.length });
    }
  }
  return spans;
}

/** What CONNECT ends with behind the client's name: will, user and password. */
function mqtt(bytes: Uint8Array): SecretSpan[] {
  if (bytes[0] !== 0x10 || parseMqtt(bytes, true) === undefined) return [];
  let at = 1;
  while (at < 4 && bytes[at]! >= 0x80) at++;
  at += 1 + 2 + number16(bytes, at + 1);
  const [level, flags] = [bytes[at] ?? 0, bytes[at + 1] ?? 0];
  const hasSecret = (flags & 0xc4) !== 0;
  at += 4;
  if (level >= 5) at += 1 + (bytes[at] ?? 0);
  at += 2 + number16(bytes, at);
  return hasSecret ? [{ from: at, to: bytes.length }] : [];
}

/** The password of a simple bind (RFC 4511, section 4.2). */
function ldap(bytes: Uint8Array): SecretSpan[] {
  if (parseLdap(bytes) === undefined) return [];
  const id = berAt(bytes, berAt(bytes, 0)!.from)!;
  const bind = berAt(bytes, id.to);
  const version = bind?.tag === LDAP_BIND ? berAt(bytes, bind.from) : undefined;
  const name = version === undefined ? undefined : berAt(bytes, version.to);
  const password = name === undefined ? undefined : berAt(bytes, name.to);
  return password?.tag === LDAP_SIMPLE ? [password] : [];
}

/** The community of v1 and v2c. */
function snmp(bytes: Uint8Array): SecretSpan[] {
  if (bytes[0] !== SEQUENCE || parseSnmp(bytes, undefined) === undefined) return [];
  const version = berAt(bytes, berAt(bytes, 0)!.from);
  const community = version?.tag === INTEGER ? berAt(bytes, version.to) : undefined;
  return community?.tag === OCTET_STRING ? [community] : [];
}

/** User and password of RFC 1929, behind the client's methods. */
function socks5(bytes: Uint8Array): SecretSpan[] {
  if (parseSocks5(bytes, true) === undefined) return [];
  const at = 2 + bytes[1]!;
  if (bytes[at] !== 1) return [];
  const password = at + 2 + (bytes[at + 1] ?? 0);
  return [{ from: password + 1, to: password + 1 + (bytes[password] ?? 0) }];
}

/** Version 3.0 behind the length of a startup message. */
const POSTGRESQL_STARTUP = '\x00\x03\x00\x00';
const PASSWORD_MESSAGE = 0x70;

/** The password, or what SASL says, behind the startup message. */
function postgresql(bytes: Uint8Array): SecretSpan[] {
  if (!startsWith(bytes, POSTGRESQL_STARTUP, 4) || number16(bytes, 0) !== 0) return [];
  const at = number16(bytes, 2);
  if (bytes[at] !== PASSWORD_MESSAGE) return [];
  return [{ from: at + 5, to: at + 1 + number16(bytes, at + 3) }];
}

function number16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}

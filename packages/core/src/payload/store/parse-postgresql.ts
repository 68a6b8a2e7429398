import { ByteCursor } from '../byte-cursor.ts';
import { isPrintable } from '../byte-text.ts';
import type { StoreFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { isTlsRecord } from '../tls/records.ts';
import { detailText, storeFacts } from './store-facts.ts';

/** What a client asks for before anything else (PostgreSQL manual, "Message Formats"). */
const CODES: Readonly<Record<number, string>> = { 80877102: 'cancel', 80877103: 'TLS', 80877104: 'GSSAPI' };
const VERSION_3 = 3;
const MOST_STARTUP_BYTES = 10_000;
const AUTHENTICATION = 0x52;
const ERROR = 0x45;
const AUTHENTICATIONS: Readonly<Record<number, string>> = {
  0: 'ok',
  2: 'kerberos',
  3: 'password',
  5: 'md5',
  7: 'gss',
  9: 'sspi',
  10: 'sasl',
};

/**
 * PostgreSQL: a client's startup (`detail`: `NAME to DATABASE`) or request for TLS; a server's demand for authentication or its
 * error. A request for TLS and the startup in clear behind it are two. Empty: no PostgreSQL.
 */
export function parsePostgresql(stream: Uint8Array): readonly StoreFacts[] {
  const startup = readStartup(stream);
  return startup.length > 0 ? startup : readAnswer(stream);
}

function readStartup(stream: Uint8Array): readonly StoreFacts[] {
  const facts: StoreFacts[] = [];
  const cursor = new ByteCursor(stream);
  while (cursor.left >= 8 && facts.length < 3) {
    const length = cursor.u32();
    const code = cursor.u32();
    const asked = CODES[code];
    if (asked !== undefined && length === (asked === 'cancel' ? 16 : 8)) {
      facts.push(...storeFacts('postgresql', 'request', asked));
      cursor.skip(length - 8);
      continue;
    }
    if (code >>> 16 !== VERSION_3 || (code & 0xffff) > 2 || length < 9 || length > MOST_STARTUP_BYTES) break;
    const detail = readParameters(cursor.part(length - 8));
    if (detail !== undefined) facts.push(...storeFacts('postgresql', 'request', detail));
    break;
  }
  return facts;
}

/** `user` is never left out. */
function readParameters(list: ByteCursor): string | undefined {
  let user: string | undefined;
  let database: string | undefined;
  for (let count = 0; count < PAYLOAD_LIMITS.postgresParameters; count++) {
    const key = list.until(0, PAYLOAD_LIMITS.storeTextBytes);
    if (key === undefined || !isPrintable(key)) break;
    const value = list.until(0, 4096);
    if (value === undefined) break;
    if (detailText(key) === 'user') user = detailText(value);
    if (detailText(key) === 'database') database = detailText(value);
  }
  return user === undefined ? undefined : `${user} to ${database ?? user}`;
}

function readAnswer(stream: Uint8Array): readonly StoreFacts[] {
  if (stream[0] === 0x53 && stream.length > 6 && isTlsRecord(stream.subarray(1)))
    return storeFacts('postgresql', 'response', 'TLS');
  /** A byte of yes or no may stand in front: the answer to a request for TLS. */
  const cursor = new ByteCursor(stream, stream[0] === 0x4e ? 1 : 0);
  const type = cursor.u8();
  const length = cursor.u32();
  if (cursor.left < 4 || length < 8 || length > MOST_STARTUP_BYTES) return [];
  if (type === AUTHENTICATION) {
    const method = AUTHENTICATIONS[cursor.u32()];
    return method === undefined ? [] : storeFacts('postgresql', 'response', `authentication ${method}`);
  }
  return type === ERROR ? readError(cursor) : [];
}

/** Fields of a letter and a text each: S severity first, M the message. */
function readError(cursor: ByteCursor): readonly StoreFacts[] {
  let isFirst = true;
  for (let fields = 0; fields < 20; fields++) {
    const letter = cursor.u8();
    const text = cursor.until(0, 4096);
    if (text === undefined || (isFirst && (letter !== 0x53 || !/^[A-Z]{4,8}$/.test(detailText(text))))) return [];
    isFirst = false;
    if (letter === 0x4d) return storeFacts('postgresql', 'response', detailText(text));
  }
  return [];
}

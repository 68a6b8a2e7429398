import { ByteCursor } from '../byte-cursor.ts';
import { byteText } from '../byte-text.ts';
import type { StoreFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { detailText, storeFacts } from './store-facts.ts';

/** What a command or an answer begins with: a type of RESP, or a letter of a command that was typed. */
const BEGINS = new Set(Buffer.from('*$+-:%~>CIFSRKMBDEPcifsrkmbdep', 'latin1'));
const ARRAY = 0x2a;
const BULK = 0x24;
const CARRIAGE_RETURN = 0x0d;
/** Commands whose first argument is part of their name. */
const CONTAINERS =
  /^(ACL|CLIENT|CLUSTER|COMMAND|CONFIG|DEBUG|FUNCTION|LATENCY|MEMORY|MODULE|OBJECT|PUBSUB|SCRIPT|SLOWLOG|XGROUP|XINFO)$/;
const COMMAND = /^[A-Z][A-Z0-9._-]{0,31}$/;
/** Commands typed without RESP, those that no other protocol of lines has. */
const INLINE =
  /^(PING|INFO|FLUSHALL|FLUSHDB|SLAVEOF|REPLICAOF|CONFIG (?:GET|SET|REWRITE|RESETSTAT)|KEYS|MONITOR|BGSAVE|DBSIZE|EVAL)(?: [^:\r\n{][^\r\n]{0,255})?\r?\n/i;
/** POP3 answers with `+OK text` and `-ERR text`, so those count only as Redis writes them. */
const ANSWER =
  /^(?:\+(?:OK|PONG|QUEUED|NOAUTH)\r\n|\+(?:Background|FULLRESYNC|CONTINUE) |-(?:NOAUTH|DENIED|WRONGPASS|WRONGTYPE|NOPERM|MOVED|ASK|LOADING|READONLY|MISCONF|EXECABORT|MASTERDOWN|NOSCRIPT|NOPROTO|CLUSTERDOWN) |-ERR (?:unknown|wrong number|operation not|invalid|Client sent|Protocol|syntax|value|no such|DB index|AUTH)|:-?\d{1,19}\r\n|\$(?:-1|\d{1,9})\r\n|[*%~>](?:-1|0)\r\n|[*%~>]\d{1,7}\r\n[$*:+%~#,_-])/;

/**
 * Redis: the commands at the beginning of a client's stream (RESP, or typed), or what a server answers first. `detail` is the
 * command's name with its subcommand, or the server's version or error; arguments are left out. Empty: no Redis.
 * @param toServer tells commands from answers that are lists; undefined: lists are commands
 */
export function parseRedis(stream: Uint8Array, toServer: boolean | undefined): readonly StoreFacts[] {
  if (!BEGINS.has(stream[0]!)) return [];
  const [first, second] = toServer === false ? [readAnswer, readCommands] : [readCommands, readAnswer];
  const facts = first(stream);
  return facts.length > 0 ? facts : second(stream);
}

function readCommands(stream: Uint8Array): readonly StoreFacts[] {
  if (stream[0] !== ARRAY) {
    const typed = INLINE.exec(byteText(stream, PAYLOAD_LIMITS.redisInfoBytes))?.[1];
    return typed === undefined ? [] : storeFacts('redis', 'request', typed.toUpperCase());
  }
  const facts: StoreFacts[] = [];
  const cursor = new ByteCursor(stream);
  while (facts.length < PAYLOAD_LIMITS.storeMessages && cursor.left > 0) {
    const name = readCommand(cursor);
    if (name === undefined) break;
    facts.push({ protocol: 'redis', message: 'request', detail: name });
  }
  return facts;
}

/** One array of bulk strings, and the command that it is. */
function readCommand(cursor: ByteCursor): string | undefined {
  const count = header(cursor, ARRAY);
  if (count === undefined || count < 1) return undefined;
  const first = bulk(cursor);
  const name = first && byteText(first, 64).toUpperCase();
  if (name === undefined || !COMMAND.test(name)) return undefined;
  let detail = name;
  for (let index = 1; index < count && cursor.left > 0; index++) {
    const argument = bulk(cursor);
    if (argument === undefined) break;
    if (index > 1 || !CONTAINERS.test(name)) continue;
    const subcommand = byteText(argument, 64).toUpperCase();
    if (COMMAND.test(subcommand)) detail = `${name} ${subcommand}`;
  }
  return detail;
}

/** The number behind a type byte. */
function header(cursor: ByteCursor, type: number): number | undefined {
  if (cursor.u8() !== type) return undefined;
  const digits = cursor.until(CARRIAGE_RETURN, PAYLOAD_LIMITS.redisNumberBytes);
  cursor.skip(1);
  const text = digits && byteText(digits);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function bulk(cursor: ByteCursor): Uint8Array | undefined {
  const length = header(cursor, BULK);
  if (length === undefined) return undefined;
  const text = cursor.part(length);
  cursor.skip(2);
  return text.isCut ? undefined : text.bytes.subarray(text.at, text.end);
}

function readAnswer(stream: Uint8Array): readonly StoreFacts[] {
  const text = byteText(stream, PAYLOAD_LIMITS.redisInfoBytes);
  if (!ANSWER.test(text)) return [];
  const version = /\bredis_version:([\w.-]{1,32})/.exec(text)?.[1];
  const error = text.startsWith('-') ? detailText(stream.subarray(1)).split('\r\n', 1)[0]! : '';
  return storeFacts('redis', 'response', version ?? error);
}

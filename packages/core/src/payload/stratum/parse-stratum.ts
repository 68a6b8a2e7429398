import type { StratumFacts } from '../facts.ts';
import { latin1 } from '../latin1.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { type JsonObject, parseObject } from './json-line.ts';
import { isMiningMethod, isMiningResult, minerOf } from './stratum-method.ts';

const LINE_FEED = 0x0a;
const BRACE = 0x7b;

/**
 * Lines of Stratum at the beginning of a stream: version 1, and the dialects of Monero and Ethereum miners. A line that is not of
 * mining ends them, but answers that say little (`{"id":4,"result":true}`) are told behind one that is. The line that the stream
 * ends within is told when its beginning says enough. Stratum v2 begins with 64 bytes that look random (its Noise handshake), so
 * nothing can be told of it. Empty: no Stratum.
 * @param toServer a miner's request has an `id`, a pool's may have none: the direction is not needed for more than that
 */
export function parseStratum(stream: Uint8Array, toServer: boolean | undefined): readonly StratumFacts[] {
  if (stream[0] !== BRACE) return [];
  const facts: StratumFacts[] = [];
  let at = 0;
  while (at < stream.length && facts.length < PAYLOAD_LIMITS.stratumLines) {
    const found = stream.indexOf(LINE_FEED, at);
    const end = found < 0 ? stream.length : found;
    if (end - at > PAYLOAD_LIMITS.lineBytes) break;
    const line = latin1(stream, at, end).trim();
    at = end + 1;
    if (line === '') continue;
    const object = parseObject(line);
    const fact = object ? readLine(object, facts.length > 0, toServer) : found < 0 ? readCutLine(line) : undefined;
    if (fact === undefined) break;
    facts.push(fact);
  }
  return facts;
}

function readLine(object: JsonObject, isKnown: boolean, toServer: boolean | undefined): StratumFacts | undefined {
  const { method, params, id, result, error } = object;
  if (typeof method === 'string') {
    if (!isMiningMethod(method, params)) return undefined;
    const isAsked = toServer === true || (id !== undefined && id !== null);
    return { protocol: 'stratum', message: isAsked ? 'request' : 'notification', method, ...minerOf(method, params) };
  }
  const isAnswer = id !== undefined && (result !== undefined || error !== undefined);
  if (!isAnswer || !(isKnown || isMiningResult(result))) return undefined;
  return { protocol: 'stratum', message: 'response', method: '' };
}

/** A line without its end: the method, and the parts of it that nobody else writes. */
function readCutLine(line: string): StratumFacts | undefined {
  const method = /"method"\s{0,8}:\s{0,8}"([\w.]{1,64})"/.exec(line)?.[1];
  const login = textOf(line, 'login');
  const agent = textOf(line, 'agent');
  const params = {
    ...(login === undefined ? {} : { login }),
    ...(agent === undefined ? {} : { agent }),
    ...seenKeys(line),
  };
  if (method === undefined || !isMiningMethod(method, params)) return undefined;
  const message = method === 'job' || method === 'mining.notify' ? 'notification' : 'request';
  return { protocol: 'stratum', message, method, ...minerOf(method, params), isCut: true };
}

function textOf(line: string, key: string): string | undefined {
  return new RegExp(`"${key}"\\s{0,8}:\\s{0,8}"([^"\\\\]{1,256})"`).exec(line)?.[1];
}

/** Keys that tell Monero's dialect, with nothing in them. */
function seenKeys(line: string): JsonObject {
  const keys = ['pass', 'algo', 'job_id', 'blob', 'target', 'nonce'].filter((key) => line.includes(`"${key}"`));
  return Object.fromEntries(keys.map((key) => [key, '']));
}

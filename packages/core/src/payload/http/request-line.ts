import { latin1 } from '../latin1.ts';
import { PAYLOAD_LIMITS as LIMITS } from '../limits.ts';
import { startsWith } from '../starts-with.ts';
import { type Line, lineAt } from './http-head.ts';
import { HTTP_METHODS, LONGEST_METHOD } from './http-methods.ts';

export interface RequestLine extends Line {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

const SPACE = 32;
const TAB = 9;
/** What a target of a known method can begin with: a path, a URL, `*` (RFC 9112, section 3.2). */
const TARGET = /^(?:\/|\*$|https?:\/\/|ftp:\/\/)/i;
const VERSION = /[ \t](HTTP\/\d[^ \t]*)[ \t]*$/i;

/**
 * The request line at `at`. With a version any method will do and any target; without one (HTTP/0.9, a line that is cut off or
 * wrong) the method must be a known one and the target look like one.
 */
export function requestLine(stream: Uint8Array, at: number): RequestLine | undefined {
  const space = methodEnd(stream, at);
  // The preface of HTTP/2 looks like a request on purpose.
  if (space < 0 || startsWith(stream, 'PRI * HTTP/2.0', at)) return undefined;
  const line = lineAt(stream, at);
  if (line.end - at > LIMITS.lineBytes) return undefined;
  const method = latin1(stream, at, space);
  const rest = latin1(stream, space, line.end);
  const version = line.isCut ? null : VERSION.exec(rest);
  if (version !== null) return { ...line, method, target: rest.slice(0, version.index).trim(), version: version[1]! };
  const target = line.isCut ? /[^ \t]*/.exec(rest.trimStart())![0] : rest.trim();
  const isTarget = TARGET.test(target) || (method === 'CONNECT' && /^[\w.[\]:-]+:\d*$/.test(target));
  return HTTP_METHODS.has(method) && isTarget ? { ...line, method, target, version: '' } : undefined;
}

/** Where the token at `at` ends with a space; -1 when it does not within the length of a method. */
function methodEnd(stream: Uint8Array, at: number): number {
  for (let end = at; end <= at + LONGEST_METHOD && end < stream.length; end++) {
    const code = stream[end]!;
    if (code === SPACE || code === TAB) return end > at ? end : -1;
    if (!IS_TOKEN[code]) return -1;
  }
  return -1;
}

/** By byte: it can be in a token (RFC 9110, section 5.6.2). */
const IS_TOKEN: readonly boolean[] = Array.from({ length: 256 }, (_, code) =>
  /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(code)),
);

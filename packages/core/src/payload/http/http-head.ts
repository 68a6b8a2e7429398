import { latin1 } from '../latin1.ts';
import { PAYLOAD_LIMITS as LIMITS } from '../limits.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;

/** One line: where its text ends, and where the next begins. A line that has no end in the sample ends with it. */
export interface Line {
  readonly end: number;
  readonly next: number;
  readonly isCut: boolean;
}

/** The line at `from`, ended by LF with or without CR before it (RFC 9112, section 2.2). */
export function lineAt(bytes: Uint8Array, from: number): Line {
  const feed = bytes.indexOf(LF, from);
  if (feed < 0) return { end: bytes.length, next: bytes.length, isCut: true };
  return { end: feed > from && bytes[feed - 1] === CR ? feed - 1 : feed, next: feed + 1, isCut: false };
}

export interface HeaderFields {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Where the body begins, or the sample ends. */
  readonly end: number;
  readonly isComplete: boolean;
}

/**
 * Header fields from `from` to the blank line. Lines that continue one (obs-fold) are joined to it by a space; a line without a
 * colon is a name without a value. Beyond the limit of fields the blank line is still looked for.
 */
export function readHeaderFields(stream: Uint8Array, from: number, start: number): HeaderFields {
  const headers: [string, string][] = [];
  const limit = Math.min(stream.length, start + LIMITS.httpHeadBytes);
  let at = from;
  while (at < limit) {
    const { end, next, isCut } = lineAt(stream, at);
    if (isCut || next > limit) return { headers, end: limit, isComplete: false };
    if (end === at) return { headers, end: next, isComplete: true };
    addLine(headers, stream, at, end);
    at = next;
  }
  return { headers, end: limit, isComplete: false };
}

function addLine(headers: [string, string][], stream: Uint8Array, from: number, end: number): void {
  const last = headers.at(-1);
  if ((stream[from] === SPACE || stream[from] === TAB) && last !== undefined) {
    last[1] = `${last[1]} ${trimmed(stream, from, end)}`;
    return;
  }
  if (headers.length === LIMITS.httpHeaders) return;
  const line = latin1(stream, from, end);
  const colon = line.indexOf(':');
  headers.push(colon < 0 ? [line.trim(), ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
}

function trimmed(stream: Uint8Array, from: number, end: number): string {
  return latin1(stream, from, end).trim();
}

/** The value of the first header of this name, in any case. */
export function headerValue(headers: HeaderFields['headers'], name: string): string | undefined {
  return headers.find(([other]) => other.length === name.length && other.toLowerCase() === name)?.[1];
}

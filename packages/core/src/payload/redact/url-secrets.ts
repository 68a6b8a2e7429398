import type { SecretSpan } from './secret-spans.ts';

/** What ends a URL in running text. */
const ENDS: ReadonlySet<string> = new Set([' ', '\t', '\r', '\n', '"', "'", '<', '>', '`', '{', '}', '|', '\0']);
/** `user:password@` is not longer; what has an `@` far behind is something else. */
const USERINFO_LENGTH = 512;

/** Userinfo and query of all URLs with a host between `from` and `to`. */
export function urlSecrets(text: string, from: number, to: number): SecretSpan[] {
  const spans: SecretSpan[] = [];
  for (let at = text.indexOf('://', from); at >= 0 && at < to; at = text.indexOf('://', at)) {
    const start = at + 3;
    const end = urlEnd(text, start, to);
    const query = text.slice(start, end).indexOf('?');
    const authority = authorityEnd(text, start, query < 0 ? end : start + query);
    const userinfo = text.slice(start, authority).lastIndexOf('@');
    if (userinfo >= 0) spans.push({ from: start, to: start + userinfo });
    if (query >= 0) spans.push({ from: start + query + 1, to: end });
    at = end;
  }
  return spans;
}

/** The query of a target that may have no host, between `from` and `to`. */
export function targetSecrets(text: string, from: number, to: number): SecretSpan[] {
  const query = text.indexOf('?', from);
  const spans = urlSecrets(text, from, to);
  if (query >= 0 && query < to) spans.push({ from: query + 1, to });
  return spans;
}

function urlEnd(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && !ENDS.has(text[at]!)) at++;
  return at;
}

function authorityEnd(text: string, from: number, to: number): number {
  const most = Math.min(to, from + USERINFO_LENGTH);
  let at = from;
  while (at < most && text[at] !== '/' && text[at] !== '#') at++;
  return at;
}

import { FORM_SECRET, isSecretHeader, JSON_SECRET, SASL_MECHANISM, URL_HEADERS } from './secret-names.ts';
import type { SecretSpan } from './secret-spans.ts';
import { targetSecrets, urlSecrets } from './url-secrets.ts';

const HEADER = /^([!#$%&'*+.^`|~\w-]{1,64})[ \t]*:[ \t]*/;
const REQUEST = /^[!#$%&'*+.^`|~\w-]{1,32}[ \t]+(?=\S)/;
const VERSION = /[ \t]+(?:HTTP|RTSP|SIP)\/\d\S{0,8}[ \t]*$/i;
/** The scheme of an Authorization may be seen: `Basic`, `Bearer`. */
const SCHEME = /^[A-Za-z][\w-]{0,20}[ \t]+(?=\S)/;
const AUTHORIZATION = /^(?:proxy-)?authorization$/i;

/** A name, a sign and a secret: `a:b?c` has none. */
const SHORTEST = 6;

/**
 * Commands and where what they give away begins: the whole match is kept. FTP, POP3, SMTP, IMAP, IRC, NNTP, Redis' inline form.
 * Ordered: the first that matches counts.
 */
const COMMANDS: readonly RegExp[] = [
  /^(?:PASS|ACCT|AUTHINFO PASS|OPER)[ \t]+/i,
  /^APOP[ \t]+\S+[ \t]+/i,
  /^[\w.]{1,16}[ \t]+LOGIN[ \t]+(?:"[^"]{0,256}"|\S{1,256})[ \t]+/i,
  /^(?:PRIVMSG[ \t]+)?:?(?:NICKSERV|NS)[ \t]+:?IDENTIFY[ \t]+/i,
  /^CONFIG[ \t]+SET[ \t]+(?:requirepass|masterauth)[ \t]+/i,
  /^HELLO[ \t]+\d[ \t]+AUTH[ \t]+/i,
  /^ACL[ \t]+SETUSER[ \t]+\S+[ \t]+/i,
];
const AUTH = /^(?:[\w.]{1,16}[ \t]+AUTHENTICATE|AUTH)[ \t]+(\S+)[ \t]*/i;

/** Secrets of one line without its end, where the line alone tells. */
export function lineSecrets(line: string): SecretSpan[] {
  if (line.length < SHORTEST) return [];
  const header = HEADER.exec(line);
  const spans = header === null ? requestSecrets(line) : headerSecrets(line, header[1]!, header[0].length);
  return [...spans, ...commandSecrets(line), ...urlSecrets(line, 0, line.length), ...parameterSecrets(line)];
}

/** Whether lines that continue this one (obs-fold) belong to a secret. */
export function isSecretHeaderLine(line: string): boolean {
  const header = HEADER.exec(line);
  return header !== null && isSecretHeader(header[1]!);
}

/** Whether the lines after this one are answers to challenges of SASL. */
export function beginsSasl(line: string): boolean {
  const mechanism = AUTH.exec(line)?.[1];
  return mechanism !== undefined && SASL_MECHANISM.test(mechanism);
}

/** Secrets of a header's value alone. */
export function headerValueSecrets(name: string, value: string): SecretSpan[] {
  if (isSecretHeader(name)) {
    const scheme = AUTHORIZATION.test(name) ? (SCHEME.exec(value)?.[0].length ?? 0) : 0;
    return [{ from: scheme, to: value.length }];
  }
  const isUrl = URL_HEADERS.has(name.toLowerCase());
  return isUrl ? targetSecrets(value, 0, value.length) : urlSecrets(value, 0, value.length);
}

function headerSecrets(line: string, name: string, valueAt: number): SecretSpan[] {
  const spans = headerValueSecrets(name, line.slice(valueAt));
  return spans.map(({ from, to }) => ({ from: from + valueAt, to: to + valueAt }));
}

function requestSecrets(line: string): SecretSpan[] {
  const start = REQUEST.exec(line)?.[0].length;
  if (start === undefined) return [];
  const version = VERSION.exec(line.slice(-64));
  const end = version === null ? line.length : line.length - version[0].length;
  const isTarget = version !== null || line[start] === '/';
  return isTarget ? targetSecrets(line, start, end) : [];
}

function commandSecrets(line: string): SecretSpan[] {
  for (const command of COMMANDS) {
    const kept = command.exec(line);
    if (kept !== null) return [{ from: kept[0].length, to: line.length }];
  }
  const auth = AUTH.exec(line);
  if (auth === null) return [];
  const first = auth[1]!;
  // FTP's AUTH names a protocol; SASL's a mechanism; Redis' gives the password at once, or a user before it.
  if (/^(?:TLS|SSL)(?:-[CP])?$/i.test(first)) return [];
  if (SASL_MECHANISM.test(first)) return [{ from: auth[0].length, to: line.length }];
  return [{ from: auth[0].trimEnd().length - first.length, to: line.length }];
}

function parameterSecrets(line: string): SecretSpan[] {
  return [FORM_SECRET, JSON_SECRET].flatMap((pattern) =>
    Array.from(line.matchAll(pattern), ({ indices }) => ({ from: indices![1]![0], to: indices![1]![1] })),
  );
}

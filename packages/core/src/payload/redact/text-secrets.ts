import { beginsSasl, isSecretHeaderLine, lineSecrets } from './line-secrets.ts';
import type { SecretSpan } from './secret-spans.ts';

/** Lines of answers after a command that begins SASL: user, password, and one to spare. */
const SASL_LINES = 3;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const BULK = /^\$(\d{1,9})$/;
const KEY_BEGINS = /^-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----/;
const RESP_SECRET = /^(?:AUTH|requirepass|masterauth)$/i;

/** What one line tells of those after it. */
interface State {
  isSecretHeader: boolean;
  /** Within a private key in PEM. */
  isKey: boolean;
  saslLines: number;
  /** Within a command of Redis' protocol: what follows AUTH. */
  isRespSecret: boolean;
  lastLine: string;
}

/** Secrets of lines, also those that only the lines before tell: folded headers, answers of SASL, arguments in Redis' protocol. */
export function textSecrets(text: string): SecretSpan[] {
  const state: State = { isSecretHeader: false, isKey: false, saslLines: 0, isRespSecret: false, lastLine: '' };
  const spans: SecretSpan[] = [];
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf('\n', at);
    const next = feed < 0 ? text.length : feed + 1;
    let end = feed < 0 ? text.length : feed;
    if (text[end - 1] === '\r' && end > at) end--;
    const argument = respArgument(state, at);
    if (argument > at) {
      spans.push({ from: at, to: Math.min(argument, text.length) });
      state.lastLine = '';
      at = lineAfter(text, argument);
      continue;
    }
    for (const { from, to } of secretsOf(text.slice(at, end), state)) spans.push({ from: at + from, to: at + to });
    at = next;
  }
  return spans;
}

function secretsOf(line: string, state: State): readonly SecretSpan[] {
  const whole = [{ from: 0, to: line.length }];
  if (state.isKey && !line.startsWith('-----')) return whole;
  state.isKey = KEY_BEGINS.test(line);
  if (line[0] === ' ' || line[0] === '\t') {
    if (state.isSecretHeader) return whole;
  } else {
    state.isSecretHeader = isSecretHeaderLine(line);
  }
  const isAnswer = state.saslLines > 0 && BASE64.test(line);
  state.saslLines = beginsSasl(line) ? SASL_LINES : isAnswer ? state.saslLines - 1 : 0;
  if (line[0] === '*') state.isRespSecret = false;
  else if (BULK.test(state.lastLine) && RESP_SECRET.test(line)) state.isRespSecret = true;
  state.lastLine = line;
  return isAnswer ? whole : lineSecrets(line);
}

/** Where the argument that begins at `at` ends, when it is a secret in Redis' protocol; else -1. */
function respArgument(state: State, at: number): number {
  const length = state.isRespSecret ? BULK.exec(state.lastLine)?.[1] : undefined;
  return length === undefined ? -1 : at + Number(length);
}

function lineAfter(text: string, at: number): number {
  const feed = text.indexOf('\n', at);
  return feed < 0 ? text.length : feed + 1;
}

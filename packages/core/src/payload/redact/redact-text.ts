import { type SecretSpan, united } from './secret-spans.ts';
import { textSecrets } from './text-secrets.ts';
import { targetSecrets } from './url-secrets.ts';

/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/** Lines of a protocol or of a log without credentials, cookies, queries of URLs, and userinfo. */
export function redactText(text: string): string {
  return withoutSpans(text, textSecrets(text));
}

/** A URL or the target of a request: `/path?[redacted]`, `https://[redacted]@host/`. */
export function redactUrl(url: string): string {
  return withoutSpans(url, targetSecrets(url, 0, url.length));
}

export function withoutSpans(text: string, spans: readonly SecretSpan[]): string {
  let result = '';
  let at = 0;
  for (const { from, to } of united(spans)) {
    result += text.slice(at, from) + REDACTED;
    at = to;
  }
  return result + text.slice(at);
}

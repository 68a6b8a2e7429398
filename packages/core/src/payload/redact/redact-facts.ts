import type { ApplicationFacts, HttpRequest } from '../facts.ts';
import { headerValueSecrets } from './line-secrets.ts';
import { isForm, masked, redactBytes } from './redact-bytes.ts';
import { redactText, redactUrl, withoutSpans } from './redact-text.ts';

type Headers = HttpRequest['headers'];

/**
 * Facts as they may be shown, stored and sent: without credentials, cookies, queries of URLs, forms and userinfo. Texts have
 * `[redacted]` there, bytes keep their length. Names that were asked for, fingerprints and certificates are no secrets.
 */
export function redactFacts(facts: ApplicationFacts): ApplicationFacts {
  switch (facts.protocol) {
    case 'http': {
      const { head, body, headers } = facts;
      const redacted = {
        headers: redactHeaders(headers),
        head: redactBytes(head),
        body: isForm(headers) ? masked(body, [{ from: 0, to: body.length }]) : redactBytes(body),
      };
      return facts.message === 'request'
        ? { ...facts, ...redacted, target: redactUrl(facts.target) }
        : { ...facts, ...redacted };
    }
    case 'http2':
      return { ...facts, headers: redactHeaders(facts.headers) };
    case 'other':
      return { ...facts, detail: redactText(facts.detail) };
    case 'redis':
    case 'mysql':
    case 'postgresql':
    case 'mongodb':
    case 'kafka':
      return { ...facts, detail: redactText(facts.detail) };
    case 'unknown':
      return { ...facts, bytes: redactBytes(facts.bytes) };
    case 'dns':
    case 'tls':
    case 'quic':
    case 'ssh':
    case 'smb':
    case 'dcerpc':
    case 'stratum':
      return facts;
  }
}

/** Header fields with their secrets replaced; `:path` of HTTP/2 as the URL that it is. */
export function redactHeaders(headers: Headers): Headers {
  return headers.map(([name, value]) => [
    name,
    name === ':path' ? redactUrl(value) : withoutSpans(value, headerValueSecrets(name, value)),
  ]);
}

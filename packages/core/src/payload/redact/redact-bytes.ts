import { headerValue } from '../http/http-head.ts';
import { parseHttpRequests } from '../http/parse-http-request.ts';
import { latin1 } from '../latin1.ts';
import { binarySecrets } from './binary-secrets.ts';
import type { SecretSpan } from './secret-spans.ts';
import { textSecrets } from './text-secrets.ts';

/** `x`: what each byte of a secret becomes. */
const MASK = 0x78;

export interface RedactOptions {
  /**
   * The bytes begin somewhere within a stream, not where a message can begin. What was before a gap is not known, so all up to
   * the end of the first line is taken for a secret.
   */
  readonly isMiddle?: boolean;
}

/**
 * Sampled bytes without credentials, cookies, queries of URLs, forms and userinfo, the length and place of everything else kept:
 * a slice of it belongs to the packet that the same slice of the sample was of. Give the joined stream, not single segments: a
 * secret may begin in one and end in the next.
 * @returns a copy
 */
export function redactBytes(bytes: Uint8Array, { isMiddle = false }: RedactOptions = {}): Uint8Array {
  const spans = [...textSecrets(latin1(bytes, 0, bytes.length)), ...binarySecrets(bytes), ...formSecrets(bytes)];
  if (isMiddle) {
    const feed = bytes.indexOf(0x0a);
    spans.push({ from: 0, to: feed < 0 ? bytes.length : feed });
  }
  return masked(bytes, spans);
}

/** A copy with `x` in place of the spans. */
export function masked(bytes: Uint8Array, spans: readonly SecretSpan[]): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (const { from, to } of spans) copy.fill(MASK, Math.max(0, from), Math.max(0, to));
  return copy;
}

/** Bodies that are a query by another way. */
function formSecrets(bytes: Uint8Array): SecretSpan[] {
  const requests = parseHttpRequests(bytes);
  return requests
    .filter(({ headers }) => isForm(headers))
    .map(({ body }) => {
      const from = body.byteOffset - bytes.byteOffset;
      return { from, to: from + body.length };
    });
}

export function isForm(headers: readonly (readonly [name: string, value: string])[]): boolean {
  return headerValue(headers, 'content-type')?.toLowerCase().startsWith('application/x-www-form-urlencoded') ?? false;
}

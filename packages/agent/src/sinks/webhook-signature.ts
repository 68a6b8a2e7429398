import { createHmac } from 'node:crypto';

export const SIGNATURE_HEADER = 'x-netguard-signature';

/**
 * `t=1769860800,v1=5257a8…`: the time in seconds since 1970, and HMAC-SHA256 over `<t>.<body>` in hexadecimal, once for each
 * secret. A receiver takes the request when one `v1` is right and the time is not old.
 */
export function signature(body: string, secrets: readonly string[], nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  const marks = secrets.map((secret) => createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
  return [`t=${seconds}`, ...marks.map((mark) => `v1=${mark}`)].join(',');
}

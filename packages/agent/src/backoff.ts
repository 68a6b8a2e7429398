export interface BackoffLimits {
  readonly firstMs: number;
  readonly mostMs: number;
}

const BACKOFF: BackoffLimits = { firstMs: 1000, mostMs: 60_000 };

/** A receiver that asks for more than this is asked again all the same: it may have been mistaken. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * Milliseconds before attempt number `failures` + 1: doubled each time up to a limit, less up to a half by chance, so that many
 * agents do not come back in one moment. Never sooner than the receiver asked for.
 */
export function backoffMs(failures: number, retryAfterMs = 0, { firstMs, mostMs } = BACKOFF, random = Math.random()) {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(whole * (1 - random / 2), retryAfterMs);
}

/** The Retry-After header (RFC 9110: seconds, or a date) in milliseconds from now, an hour at most; undefined when it says nothing. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), LONGEST_RETRY_AFTER_MS) : undefined;
}

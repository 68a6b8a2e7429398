import { setTimeout as delay } from 'node:timers/promises';

/** A daemon that was told to stop has ten seconds (contract of `run` and `agent`); one is kept for the exit itself. */
export const CLOSE_LIMIT_MS = 9000;

/** Awaits `close`; false when it took longer than `limitMs`, which is then said and not waited for. */
export async function closeInTime(close: () => Promise<void>, limitMs = CLOSE_LIMIT_MS): Promise<boolean> {
  const late = new AbortController();
  const timeout = delay(limitMs, false, { signal: late.signal }).catch(() => true);
  try {
    return await Promise.race([close().then(() => true), timeout]);
  } finally {
    late.abort();
  }
}

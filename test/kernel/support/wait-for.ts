import { setTimeout as sleep } from 'node:timers/promises';

/** Calls `condition` until it gives a value that is not false or undefined; fails with `what` after `limitMs`. */
export async function waitFor<T>(
  what: string | (() => string),
  condition: () => T | false | undefined | Promise<T | false | undefined>,
  limitMs = 15_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value !== false && value !== undefined) return value;
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${typeof what === 'string' ? what : what()}`);
    await sleep(20);
  }
}

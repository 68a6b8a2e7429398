import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** 20 s unless set: a machine that is busy with other suites is slow, not wrong. */
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/**
 * Polls until `condition` gives something other than undefined or false, and returns it. An error thrown by the condition
 * counts as "not yet" and is told when time is up.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { withinMs = 20_000, everyMs = 50 }: UntilOptions = {},
): Promise<Exclude<T, undefined | false>> {
  let last: unknown;
  for (const end = Date.now() + withinMs; ; await sleep(everyMs)) {
    try {
      const found = await condition();
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end)
      assert.fail(`not within ${withinMs} ms: ${what}${last === undefined ? '' : ` (${String(last)})`}`);
  }
}

/** Polls for `forMs` and fails as soon as `forbidden` gives something: for what must not happen. */
export async function never(
  what: string,
  forbidden: () => Promise<unknown>,
  { forMs, everyMs = 200 }: { readonly forMs: number; readonly everyMs?: number },
): Promise<void> {
  for (const end = Date.now() + forMs; Date.now() < end; await sleep(everyMs)) {
    const found = await forbidden();
    if (found !== undefined && found !== false) assert.fail(`${what}: ${JSON.stringify(found)}`);
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Alert, AlertEvent } from '@netguard/core';
import { attackRound, type RoundResult } from './attack-round.ts';
import { DEMO_RESOLVE_MS, type Stage } from './demo-stage.ts';

export interface RoundsOptions {
  readonly attackAfterMs: number;
  /** Pause between the rounds; undefined for one round only. */
  readonly attackEveryMs?: number | undefined;
  readonly signal: AbortSignal;
  readonly onDetected: (alert: Alert, sinceAttackMs: number) => void;
  readonly onRound: (result: RoundResult) => void;
}

/** The attacks of the demo, one after the other, until there are no more or the signal aborts. */
export async function demoRounds({ demo, opened }: Stage, options: RoundsOptions): Promise<void> {
  const { signal } = options;
  const { state } = opened.daemon;
  let pauseMs = options.attackAfterMs;
  while (!signal.aborted) {
    await delay(pauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const result = await attackRound({
      attack: () => demo.attack(),
      victim: demo.victim,
      onAlert: (listener) => {
        const heard = (event: AlertEvent): void => listener(event);
        state.changes.on('alert', heard);
        return () => void state.changes.off('alert', heard);
      },
      now: Date.now,
      signal,
      // The quiet time, a tick of the detectors, and some slack on a busy machine.
      resolveWithinMs: DEMO_RESOLVE_MS + 15_000,
      onDetected: options.onDetected,
    }).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (!result || signal.aborted) return;
    options.onRound(result);
    if (options.attackEveryMs === undefined) return;
    pauseMs = options.attackEveryMs;
  }
}

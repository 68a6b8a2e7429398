import { setTimeout as delay } from 'node:timers/promises';
import type { Alert, AlertEvent } from '@netguard/core';

/** The attack lasts 8 s; an alert that comes later than this after its end is not its alert. */
const GRACE_MS = 3000;

export interface RoundParts {
  /** Runs the attack and says how many SYNs were sent. */
  readonly attack: () => Promise<{ readonly syns: number }>;
  /** The attacked pod. */
  readonly victim: { readonly namespace: string; readonly name: string };
  /** Calls the listener with every alert's change until the returned function is called. */
  readonly onAlert: (listener: (event: AlertEvent) => void) => () => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** How long to wait for the alert to resolve after the attack, milliseconds. */
  readonly resolveWithinMs: number;
  /** Called once, as soon as the attack is detected. */
  readonly onDetected?: (alert: Alert, sinceAttackMs: number) => void;
}

export interface RoundResult {
  /** The alert as it was last seen; null when none was raised. */
  readonly alert: Alert | null;
  /** From the start of the attack to the alert, milliseconds. */
  readonly detectedMs: number | null;
  readonly syns: number;
  readonly resolved: boolean;
}

/** One attack: runs it, waits for its alert, then for the alert to resolve by itself. */
export async function attackRound(parts: RoundParts): Promise<RoundResult> {
  const { signal, now } = parts;
  const startMs = now();
  const seen: { alert: Alert | null; detectedMs: number | null } = { alert: null, detectedMs: null };
  const detected = Promise.withResolvers<void>();
  const resolved = Promise.withResolvers<void>();
  const unsubscribe = parts.onAlert((event) => {
    if (!concerns(event.alert, parts.victim)) return;
    // An alert of an earlier round that is still open is updated, not opened again.
    if (event.type === 'resolve' && seen.alert === null) return;
    seen.alert = event.alert;
    if (event.type === 'resolve') resolved.resolve();
    else if (seen.detectedMs === null) {
      seen.detectedMs = now() - startMs;
      detected.resolve();
      parts.onDetected?.(event.alert, seen.detectedMs);
    }
  });
  try {
    const { syns } = await parts.attack();
    await within(detected.promise, GRACE_MS, signal);
    const found = seen.alert !== null && (await within(resolved.promise, parts.resolveWithinMs, signal));
    return { alert: seen.alert, detectedMs: seen.detectedMs, syns, resolved: found };
  } finally {
    unsubscribe();
  }
}

function concerns({ rule, target }: Alert, victim: RoundParts['victim']): boolean {
  if (rule !== 'syn-flood' || !target) return false;
  return target.pod === undefined || (target.pod === victim.name && target.namespace === victim.namespace);
}

/** Whether the promise resolves in time; false also when the signal aborts. */
async function within(promise: Promise<void>, ms: number, signal: AbortSignal): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(ms, false, { signal: AbortSignal.any([signal, timer.signal]) }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    timer.abort();
  }
}

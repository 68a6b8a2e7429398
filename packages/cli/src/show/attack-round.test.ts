import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertEvent } from '@netguard/core';
import { podEndpoint, sampleAlert } from '../testing/samples.ts';
import { attackRound, type RoundParts } from './attack-round.ts';

/** A round whose attack says, while it runs, the alert events that a test gives; each takes 100 ms of its clock. */
function round(events: readonly AlertEvent[], parts: Partial<RoundParts> = {}) {
  let listener: ((event: AlertEvent) => void) | undefined;
  let clock = 0;
  let listening = true;
  const result = attackRound({
    attack: async () => {
      for (const event of events) {
        clock += 100;
        listener?.(event);
      }
      return { syns: 16_000 };
    },
    victim: { namespace: 'shop', name: 'web-1' },
    onAlert: (heard) => {
      listener = heard;
      return () => {
        listening = false;
      };
    },
    now: () => clock,
    signal: new AbortController().signal,
    resolveWithinMs: 1,
    ...parts,
  });
  return { result, isListening: () => listening };
}

const open = { type: 'open', alert: sampleAlert() } as const;
const resolve = { type: 'resolve', alert: sampleAlert({ status: 'resolved' }) } as const;

test('the alert of the attacked pod is its alert, told once with its delay', async () => {
  const told: number[] = [];
  const { result, isListening } = round([open, { ...open, type: 'update' }, resolve], {
    onDetected: (_alert, ms) => told.push(ms),
  });
  const { alert, detectedMs, syns, resolved } = await result;
  assert.equal(alert?.status, 'resolved');
  assert.deepEqual([detectedMs, syns, resolved], [100, 16_000, true]);
  assert.deepEqual(told, [100]);
  assert.equal(isListening(), false);
});

test('alerts of other pods and rules, and the end of an older one, are not its alert', async () => {
  const stop = AbortSignal.timeout(50);
  const other = sampleAlert({ target: podEndpoint('web-2') });
  const { alert, resolved } = await round(
    [{ type: 'open', alert: other }, { type: 'open', alert: sampleAlert({ rule: 'port-scan' }) }, resolve],
    { signal: stop },
  ).result;
  assert.deepEqual([alert, resolved], [null, false]);
});

test('an alert still open from the round before counts when it is updated', async () => {
  const { detectedMs, resolved } = await round([{ ...open, type: 'update' }]).result;
  assert.deepEqual([detectedMs, resolved], [100, false]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoPlan } from './demo-plan.ts';

test('the flags become a plan in milliseconds', () => {
  assert.deepEqual(demoPlan({ attack: true, attackAfter: '10s' }), {
    attack: true,
    attackAfterMs: 10_000,
    once: false,
  });
  assert.deepEqual(demoPlan({ attack: true, attackAfter: '2s', attackEvery: '1m', duration: '5m' }), {
    attack: true,
    attackAfterMs: 2000,
    attackEveryMs: 60_000,
    durationMs: 300_000,
    once: false,
  });
});

test('flags that contradict each other are refused', () => {
  assert.throws(() => demoPlan({ attack: false, attackAfter: '1s', once: true }), { code: 'NG_ERR_CLI_USAGE' });
  assert.throws(() => demoPlan({ attack: true, attackAfter: '1s', once: true, attackEvery: '1m' }), {
    code: 'NG_ERR_CLI_USAGE',
  });
  assert.throws(() => demoPlan({ attack: true, attackAfter: 'soon' }), {
    code: 'NG_ERR_CLI_USAGE',
    message: /--attack-after/,
  });
});

import assert from 'node:assert/strict';
import { type Alert, compareSeverity } from '@netguard/core';
import type { ExpectedAlert } from './scenario.ts';

/** Asserts what an alert says when it opens. `is`: whether an end of it is that role. */
export function assertExpected(
  alert: Alert,
  expected: ExpectedAlert,
  is: (role: string, endpoint: Alert['source']) => boolean,
): void {
  const told = JSON.stringify(alert);
  assert.equal(alert.rule, expected.rule, told);
  assert.ok(compareSeverity(alert.severity, expected.severity) >= 0, `${alert.severity}: ${told}`);
  for (const end of ['source', 'target'] as const) {
    const role = expected[end];
    if (role === undefined) continue;
    if (role === null) assert.equal(alert[end], null, told);
    else assert.ok(is(role, alert[end]), `${end} is not ${role}: ${told}`);
  }
  expected.check?.(alert);
}

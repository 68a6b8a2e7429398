import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '@netguard/core';
import { AlertTally, isOfScope, type Scope, type Told } from './alert-tally.ts';
import { failures, reportLines, type SoakReport, workloadDays } from './report.ts';

const scope: Scope = {
  namespaces: new Set(['shop']),
  isInside: (ip) => ip.startsWith('10.200.7.'),
  isExempt: (namespace) => namespace === 'proof',
};

function alert(more: Partial<Alert>): Alert {
  const evidence = { observed: 1, threshold: 1, unit: 'x', windowMs: 1 };
  return {
    id: 'a1',
    rule: 'port-scan',
    severity: 'low',
    title: 'a title',
    firstSeen: '2026-01-02T03:04:05.000Z',
    source: null,
    target: null,
    evidence,
    ...more,
  } as Alert;
}

function told(severity: Told['severity'], rule = 'udp-flood'): Told {
  const { id, title, firstSeen } = alert({});
  return { id, rule, severity, title, firstSeen, alert: alert({}) };
}

function report(more: Partial<SoakReport> = {}): SoakReport {
  return {
    run: 'ng-0000000000',
    seconds: 3600,
    wantedSeconds: 3600,
    learningSeconds: 750,
    workloads: 48,
    twins: [{ id: 'logs', what: 'log shipping', done: 10, failed: 1 }],
    alerts: [],
    observed: [],
    others: 0,
    usage: {
      agentCores: 0.1,
      agentCoresMax: 0.2,
      rssBytes: 2e8,
      rssMaxBytes: 3e8,
      anonymousBytes: 1e8,
      machineBusy: 0.5,
    },
    lost: {},
    troubles: [],
    scanToldMs: 80,
    proof: 'told',
    ...more,
  };
}

test('an alert is the soak’s by the namespace, by the address, and by what an outside source is said to have tried', () => {
  const pod = { ip: '', kind: 'pod', namespace: 'shop', pod: 'web-0' } as const;
  const world = { ip: '203.0.113.10', kind: 'world' } as const;
  const other = { ip: '10.201.0.9', kind: 'pod', pod: '1c7f9a5e' } as const;
  assert.ok(isOfScope(alert({ target: pod }), scope));
  assert.ok(isOfScope(alert({ source: { ip: '10.200.7.4', kind: 'private' } }), scope));
  assert.ok(!isOfScope(alert({ source: world, target: other }), scope), 'another lab has the same addresses outside');
  assert.ok(!isOfScope(alert({ target: { ...pod, ip: '10.201.0.9' } }), scope), 'the number of a namespace used again');
  const evidence = { observed: 1, threshold: 1, unit: 'x', windowMs: 1 };
  assert.ok(isOfScope(alert({ source: world, evidence: { ...evidence, targets: ['10.200.7.4'] } }), scope));
  assert.ok(!isOfScope(alert({ source: world, evidence: { ...evidence, targets: ['10.201.0.9'] } }), scope));
  assert.ok(!isOfScope(alert({ source: { ...pod, namespace: 'proof' } }), scope));
});

test('an alert is counted once, by its gravest severity', () => {
  const tally = new AlertTally(scope);
  const target = { ip: '10.200.7.4', kind: 'pod', namespace: 'shop', pod: 'web-0' } as const;
  for (const severity of ['low', 'high', 'medium'] as const) tally.note(alert({ severity, target }));
  tally.note(alert({ id: 'a2', target: { ip: '10.9.9.9', kind: 'pod', pod: 'x' } }));
  assert.deepEqual(
    tally.all.map(({ severity }) => severity),
    ['high'],
  );
  assert.equal(tally.others, 1);
});

test('the rate is by workload and day', () => {
  assert.equal(workloadDays(report()), 2);
  const lines = reportLines(report({ alerts: [told('low'), told('low'), told('low', 'target-down')] }));
  assert.ok(
    lines.some((line) => /^udp-flood +2 +0 +0 +0 +1\.00$/.test(line)),
    lines.join('\n'),
  );
  assert.ok(
    lines.some((line) => /^total +3 +0 +0 +0 +1\.50$/.test(line)),
    lines.join('\n'),
  );
});

test('it fails for medium and above, for a twin that did nothing, for trouble and for a deaf agent; not for low or observed', () => {
  assert.deepEqual(failures(report({ alerts: [told('low')], observed: [told('critical')] })), []);
  assert.deepEqual(failures(report({ alerts: [told('medium')] })), ['medium alert of udp-flood: a title']);
  assert.deepEqual(failures(report({ twins: [{ id: 'logs', what: '', done: 0, failed: 3 }] })), [
    'logs has done nothing',
  ]);
  assert.deepEqual(failures(report({ troubles: ['logs/shipper ended'] })), ['logs/shipper ended']);
  assert.equal(failures(report({ proof: 'missed' })).length, 1);
});

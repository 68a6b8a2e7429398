import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodIdentity } from './identity-file.ts';
import { SharedParts } from './shared-parts.ts';

function pod(name: string, app: string): PodIdentity {
  return structuredClone({
    uid: `uid-of-${name}`,
    namespace: 'shop',
    name,
    workload: { kind: 'Deployment', name: app },
    labels: { app },
    ips: [],
    containers: [{ id: 'a'.repeat(64), name: 'app', ports: [{ port: 80, protocol: 'TCP' as const }], probes: [80] }],
    hostNetwork: false,
    phase: 'Running' as const,
  });
}

test('pods of one workload stay equal to what was told, and have their equal parts in common', () => {
  const parts = new SharedParts();
  const [one, two, other] = [pod('web-1', 'web'), pod('web-2', 'web'), pod('db-1', 'db')];
  const [held, alike, unlike] = [parts.pod(one), parts.pod(two), parts.pod(other)];
  assert.deepEqual([held, alike, unlike], [one, two, other]);
  assert.equal(held.labels, alike.labels);
  assert.equal(held.workload, alike.workload);
  assert.equal(held.containers[0]?.ports, alike.containers[0]?.ports);
  assert.notEqual(held.labels, unlike.labels);
});

test('it forgets when too many are different, and nothing becomes wrong by that', () => {
  const parts = new SharedParts();
  for (let nth = 0; nth < 20_000; nth++) parts.pod(pod(`p-${nth}`, `app-${nth}`));
  assert.deepEqual(parts.pod(pod('p-0', 'app-0')), pod('p-0', 'app-0'));
});

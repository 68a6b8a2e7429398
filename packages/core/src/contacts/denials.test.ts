import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorContext } from '../detect/context.ts';
import { DetectorSet } from '../detect/detector-set.ts';
import type { Endpoint } from '../endpoint.ts';
import type { DenialObservation } from '../observation.ts';

const T0 = 1_800_000_000_000;

function pod(workload: string, ip: string): Endpoint {
  return {
    ip,
    kind: 'pod',
    namespace: 'shop',
    pod: `${workload}-1-a`,
    workload: { kind: 'Deployment', name: workload },
  };
}

function newSet(): DetectorSet {
  return new DetectorSet({ context: detectorContext({ nameAddress: (ip) => pod('unnamed', ip) }) });
}

function deny(set: DetectorSet, from: Endpoint, to: Endpoint, part: Partial<DenialObservation> & { port: number }) {
  const denial: DenialObservation = {
    kind: 'denial',
    timeMs: T0,
    protocol: 'TCP',
    client: { ip: from.ip, port: 40_000 },
    server: { ip: to.ip, port: part.port },
    cause: 'policy',
    reason: 'POLICY_DENIED',
    packets: 1,
    ...part,
  };
  set.observe(denial, { local: to, remote: from });
}

const rules = (set: DetectorSet, nowMs: number) =>
  set.evaluate(nowMs).map(({ rule, source, target }) => [rule, source?.workload?.name, target?.workload?.name]);

test('ports of one target that a policy forbids are a port scan', () => {
  const set = newSet();
  for (let port = 1; port <= 60; port++)
    deny(set, pod('prowler', '10.0.0.9'), pod('web', '10.0.0.1'), { port, timeMs: T0 + port });
  assert.deepEqual(rules(set, T0 + 100), [['port-scan', 'prowler', 'web']]);
});

test('one port of many targets is a sweep', () => {
  const set = newSet();
  for (let nth = 1; nth <= 60; nth++)
    deny(set, pod('prowler', '10.0.0.9'), pod(`web-${nth}`, `10.0.1.${nth}`), { port: 22, timeMs: T0 + nth });
  assert.deepEqual(
    rules(set, T0 + 100).map(([rule, source]) => [rule, source]),
    [['host-sweep', 'prowler']],
  );
});

test('a client that is denied the same again and again is nothing', () => {
  const set = newSet();
  for (let nth = 0; nth < 500; nth++)
    deny(set, pod('web', '10.0.0.1'), pod('db', '10.0.0.2'), { port: 5432, timeMs: T0 + nth * 1000 });
  assert.deepEqual(rules(set, T0 + 500_000), []);
});

test('who is forbidden by many is not down; an address where nobody is may be', () => {
  for (const cause of ['policy', 'nowhere'] as const) {
    const set = newSet();
    for (let second = 0; second < 120; second++) {
      const client = pod(`client-${second % 6}`, `10.0.3.${1 + (second % 6)}`);
      deny(set, client, pod('db', '10.0.0.2'), { port: 5432, timeMs: T0 + second * 1000, cause });
    }
    const found = rules(set, T0 + 120_000).map(([rule]) => rule);
    assert.deepEqual(found, cause === 'policy' ? [] : ['target-down']);
  }
});

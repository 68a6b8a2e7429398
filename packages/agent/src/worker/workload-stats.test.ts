import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionObservation, Endpoint } from '@netguard/core';
import { WorkloadStats } from './workload-stats.ts';

const WEB: Endpoint = { ip: '10.0.0.1', kind: 'pod', namespace: 'shop', workload: { kind: 'Deployment', name: 'web' } };

function stats() {
  const all = new WorkloadStats();
  const observe = (id: string, srttUs: number, timeMs: number, retransmits = 0, established = true) =>
    all.observe({ id, srttUs, timeMs, established, delta: { retransmits } } as ConnectionObservation, WEB);
  return { all, observe };
}

test('each bucket that got a sample names the latest flow in it, once', () => {
  const { all, observe } = stats();
  observe('1.1', 80, 1000);
  observe('2.1', 90, 1001);
  observe('3.1', 2_000_000, 1002);
  const [row] = all.take(2000).rtt;
  assert.deepEqual(row?.buckets, [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(row?.exemplars, [
    { bucket: 0, flowId: '2.1', seconds: 0.00009, timeMs: 1001 },
    { bucket: 9, flowId: '3.1', seconds: 2, timeMs: 1002 },
  ]);
  assert.deepEqual(all.take(3000).rtt, []);
  observe('4.1', 700, 4000);
  assert.deepEqual(all.take(5000).rtt[0]?.exemplars, [{ bucket: 2, flowId: '4.1', seconds: 0.0007, timeMs: 4000 }]);
});

test('a connection that was never established is no sample, but its retransmissions count', () => {
  const { all, observe } = stats();
  observe('1.1', 80, 1000, 3, false);
  const { rtt, retransmits } = all.take(2000);
  assert.deepEqual([rtt, retransmits], [[], [{ namespace: 'shop', workload: 'web', segments: 3 }]]);
});

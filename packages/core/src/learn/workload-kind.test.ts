import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../endpoint.ts';
import { historyKey, runOf } from './workload-kind.ts';

describe('the key of a workload’s past', () => {
  it('is the workload for what has a controller', () => {
    for (const key of [
      'shop/Deployment/web',
      'shop/StatefulSet/redis-0',
      'unit/nginx.service',
      '10.0.0.1',
      'process/curl',
    ]) {
      assert.equal(historyKey(key), key);
    }
  });

  it('is the generateName for pods and Jobs without controller', () => {
    assert.equal(historyKey('ci/Pod/runner-x7k2p'), 'ci/Pod/runner-*');
    assert.equal(historyKey('ci/Job/build-zz9vb'), 'ci/Job/build-*');
  });

  it('is not cut where a name only looks generated', () => {
    for (const key of ['ci/Pod/my-nginx', 'ci/Pod/web-proxy', 'ci/Pod/redis-0', 'ci/Job/migrate-db']) {
      assert.equal(historyKey(key), key);
    }
  });

  it('is the CronJob for its Jobs and the Deployment for its ReplicaSets', () => {
    assert.equal(historyKey('ops/Job/backup-28493040'), 'ops/CronJob/backup');
    assert.equal(historyKey('shop/ReplicaSet/web-7d4f9c6b5d'), 'shop/Deployment/web');
  });
});

describe('the run of an endpoint', () => {
  const pod = (kind: string, name: string, podName: string): Endpoint => ({
    ip: '10.0.0.1',
    kind: 'pod',
    namespace: 'ops',
    pod: podName,
    workload: { kind, name },
  });

  it('is its Job, whether identity names the Job or the CronJob behind it', () => {
    const expected = { kind: 'ops/CronJob/backup', id: 'backup-28493040' };
    assert.deepEqual(runOf(pod('Job', 'backup-28493040', 'backup-28493040-x7k2p')), expected);
    assert.deepEqual(runOf(pod('CronJob', 'backup', 'backup-28493040-x7k2p')), expected);
  });

  it('is none for what runs for ever', () => {
    assert.equal(runOf(pod('Deployment', 'web', 'web-7d4f9c6b5d-x7k2p')), undefined);
    assert.equal(runOf({ ip: '192.0.2.1', kind: 'world' }), undefined);
  });
});

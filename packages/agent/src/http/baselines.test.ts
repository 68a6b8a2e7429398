import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LearningStore } from '@netguard/core';
import { BaselineDesk } from '../state/baseline-desk.ts';
import { testApp } from '../testing/test-app.ts';
import { Baselines } from '../worker/baselines.ts';
import type { BaselineView, List } from './api-types.ts';

const T0 = Date.parse('2026-11-25T10:00:00Z');
const JSON_BODY = { 'content-type': 'application/json' };

function withBaselines(access: Parameters<typeof testApp>[0] = {}) {
  const store = new LearningStore({ learningMs: 60_000, maxWorkloads: 100 });
  for (const workload of ['shop/Deployment/web', 'shop/Deployment/api', 'ops/CronJob/backup']) {
    store.learn(workload, '>shop/StatefulSet/db|5432|TCP', T0);
    store.sample(workload, 'volume.served.bytes', 100, T0 + 30_000);
  }
  const app = testApp(access);
  const worker = new Baselines(store, (answer) => desk.receive(answer));
  const desk: BaselineDesk = new BaselineDesk(
    (id, request) => {
      worker.ask(id, request);
      worker.advance();
    },
    () => {},
  );
  app.state.baselines = desk;
  return { ...app, store };
}

describe('baselines over HTTP', () => {
  it('are listed in order, page by page, by namespace and workload', async () => {
    const { app } = withBaselines();
    const list = async (query: string) => (await app.inject(`/api/v1/baselines?${query}`)).json() as List<BaselineView>;
    const first = await list('limit=2');
    assert.deepEqual(
      first.items.map(({ workload }) => workload),
      ['ops/CronJob/backup', 'shop/Deployment/api'],
    );
    const second = await list(`limit=2&cursor=${first.nextCursor}`);
    const [web] = second.items;
    assert.deepEqual(
      [web?.workload, web?.progress, web?.firstSeen],
      ['shop/Deployment/web', 0.5, '2026-11-25T10:00:00.000Z'],
    );
    assert.deepEqual(web?.measures['volume.served.bytes'], {
      mean: 100,
      deviation: 0,
      samples: 1,
      largest: 100,
      hoursOfWeek: 0,
    });
    assert.equal(web?.facts[0]?.fact, '>shop/StatefulSet/db|5432|TCP');
    assert.deepEqual((await list('namespace=ops')).items.length, 1);
    assert.deepEqual((await list('workload=deployment/api')).items.length, 1);
  });

  it('are exported, reset and imported again, and each change is audited', async () => {
    const { app, store, audited } = withBaselines();
    const exported = (await app.inject('/api/v1/baselines/export')).json();
    assert.equal(exported.schemaVersion, 1);
    const post = (url: string, body: unknown) =>
      app.inject({ method: 'POST', url, headers: JSON_BODY, payload: JSON.stringify(body) });
    assert.deepEqual((await post('/api/v1/baselines/reset', { namespace: 'shop' })).json(), { workloads: 2 });
    assert.equal(store.export().workloads.length, 1);
    assert.deepEqual((await post('/api/v1/baselines/import', exported)).json(), { workloads: 3 });
    assert.deepEqual((await post('/api/v1/baselines/import?how=merge', exported)).json(), { workloads: 3 });
    assert.equal(store.find('shop/Deployment/web')?.facts[0]?.[3], 2);
    assert.deepEqual(
      audited.map(({ action, outcome, workloads }) => [action, outcome, workloads]),
      [
        ['baseline.reset', 'done', 2],
        ['baseline.replace', 'done', 3],
        ['baseline.merge', 'done', 3],
      ],
    );
  });

  it('of a wrong shape or version are refused by name and change nothing', async () => {
    const { app, store } = withBaselines();
    for (const [body, detail] of [
      [{ schemaVersion: 9, workloads: [] }, /schemaVersion 9, this NetGuard reads 1/],
      [{ schemaVersion: 1, workloads: [{}] }, /workloads\[0\]/],
    ] as const) {
      const answer = await app.inject({
        method: 'POST',
        url: '/api/v1/baselines/import',
        headers: JSON_BODY,
        payload: JSON.stringify(body),
      });
      assert.equal(answer.statusCode, 400);
      assert.match(answer.json().detail, detail);
    }
    const bad = await app.inject({
      method: 'POST',
      url: '/api/v1/baselines/import?how=add',
      headers: JSON_BODY,
      payload: '{}',
    });
    assert.match(bad.json().detail, /replace.*merge/);
    assert.equal(store.export().workloads.length, 3);
  });

  it('are changed with the admin token only, where the API is reached over the network', async () => {
    const { app, store, audited } = withBaselines({ listenHost: '10.0.0.1', token: { accepts: () => true } });
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/baselines/reset',
      headers: JSON_BODY,
      payload: '{}',
    });
    assert.equal(answer.statusCode, 403);
    assert.equal(store.export().workloads.length, 3);
    assert.deepEqual(
      audited.map(({ outcome }) => outcome),
      ['refused'],
    );
  });

  it('are not there before the start', async () => {
    const { app } = testApp();
    assert.equal((await app.inject('/api/v1/baselines')).statusCode, 503);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LearningStore } from '@netguard/core';
import { BaselineDesk } from '../state/baseline-desk.ts';
import { Baselines } from './baselines.ts';

/** Both ends of the thread border, and what crossed it. */
function bothEnds(workloads: number) {
  const store = new LearningStore({ learningMs: 1000, maxWorkloads: 1000 });
  for (let index = 0; index < workloads; index++) {
    store.learn(`${index % 2 ? 'shop' : 'ops'}/Deployment/w${index}`, 'fact', 1_700_000_000_000);
  }
  let messages = 0;
  let changes = 0;
  const desk: BaselineDesk = new BaselineDesk(
    (id, request) => worker.ask(id, structuredClone(request)),
    () => changes++,
  );
  let last: ReturnType<BaselineDesk['receive']>;
  const worker = new Baselines(store, (answer) => {
    messages++;
    last = desk.receive(structuredClone(answer)) ?? last;
  });
  return { store, desk, worker, counts: () => ({ messages, changes }), last: () => last };
}

describe('baselines over the border of the thread', () => {
  it('are exported a few workloads at a time, in as many turns of the loop as it takes', async () => {
    const { store, desk, worker, counts } = bothEnds(250);
    const exported = desk.export();
    for (let turn = 0; turn < 20; turn++) worker.advance();
    assert.deepEqual(await exported, store.export());
    assert.ok(counts().messages >= 12, `${counts().messages}`);
  });

  it('are exported for one namespace or workload, with how far each has come', async () => {
    const { desk, worker } = bothEnds(10);
    const shop = desk.list({ namespace: 'shop' });
    const one = desk.list({ workload: 'deployment/w4' });
    for (let turn = 0; turn < 5; turn++) worker.advance();
    assert.deepEqual(
      (await shop).map(({ workload }) => workload).sort(),
      ['w1', 'w3', 'w5', 'w7', 'w9'].map((name) => `shop/Deployment/${name}`),
    );
    assert.deepEqual(
      (await one).map(({ workload, progress }) => [workload, progress]),
      [['ops/Deployment/w4', 0]],
    );
  });

  it('are imported, merged and reset, and each change is told', async () => {
    const from = bothEnds(3);
    const { store, desk, counts } = bothEnds(0);
    assert.equal(await desk.import(from.store.export(), false), 3);
    assert.equal(await desk.import(from.store.export(), true), 3);
    assert.equal(store.find('ops/Deployment/w0')?.facts[0]?.[3], 2);
    assert.equal(await desk.reset({ namespace: 'ops' }), 2);
    assert.equal(await desk.reset({}), 1);
    assert.equal(counts().changes, 4);
  });

  it('all come at the end, also when an export was going on', async () => {
    const { store, desk, worker, last } = bothEnds(250);
    const exported = desk.export();
    worker.advance();
    worker.finish();
    assert.deepEqual(last(), store.export());
    desk.close();
    await assert.rejects(exported, /NetGuard is stopping/);
  });

  it('refuse more requests than can wait, at once', async () => {
    const { desk } = bothEnds(1);
    const waiting = Array.from({ length: 16 }, () => desk.export().catch(() => 'closed'));
    await assert.rejects(desk.export(), /too many requests/);
    desk.close();
    assert.deepEqual(new Set(await Promise.all(waiting)), new Set(['closed']));
  });
});

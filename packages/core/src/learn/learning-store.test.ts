import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LearningStore } from './learning-store.ts';

const T0 = 1_700_000_000_000;
const HOUR = 3_600_000;
const WEB = 'shop/Deployment/web';

function store(learningMs = 60_000, maxWorkloads = 100): LearningStore {
  return new LearningStore({ learningMs, maxWorkloads });
}

/** A sample each `everyMs`. */
function watch(
  learning: LearningStore,
  workload: string,
  fromMs: number,
  forMs: number,
  value = 100,
  everyMs = 5000,
): void {
  for (let at = fromMs; at <= fromMs + forMs; at += everyMs) learning.sample(workload, 'bytes', value, at);
}

describe('learning', () => {
  it('takes its time, and that time stands still while nobody watches', () => {
    const learning = store();
    watch(learning, WEB, T0, 30_000);
    assert.equal(learning.progress(WEB, T0 + 30_000), 0.5);
    // A day of absence is no learning.
    learning.sample(WEB, 'bytes', 1, T0 + 24 * HOUR);
    assert.equal(learning.progress(WEB, T0 + 24 * HOUR), 0.5);
    watch(learning, WEB, T0 + 24 * HOUR, 30_000);
    assert.equal(learning.progress(WEB, T0 + 24 * HOUR + 30_000), 1);
    assert.equal(learning.progress('shop/Deployment/other', T0), 0);
  });

  it('is by workload: a new pod that carries a generated name has the history of its kind', () => {
    const learning = store();
    learning.learn('ci/Pod/runner-x7k2p', 'edge', T0);
    assert.ok(learning.knows('ci/Pod/runner-bbbbb', 'edge'));
    assert.ok(!learning.knows('ci/Pod/builder-bbbbb', 'edge'));
  });

  it('stands still while the workload is in alarm', () => {
    const learning = store();
    watch(learning, WEB, T0, 60_000);
    const before = learning.baseline(WEB, 'bytes');
    learning.freeze(WEB, T0 + 200_000);
    watch(learning, WEB, T0 + 65_000, 60_000, 1_000_000);
    learning.learn(WEB, 'attacker', T0 + 70_000);
    assert.deepEqual(learning.baseline(WEB, 'bytes'), before);
    assert.ok(!learning.knows(WEB, 'attacker'));
    learning.learn(WEB, 'after', T0 + 200_000);
    assert.ok(learning.knows(WEB, 'after'));
  });

  it('knows the hours of the week once it has seen a whole one', () => {
    const learning = store();
    const isNight = (at: number) => Math.floor(at / HOUR) % 24 < 12;
    for (let at = T0; at < T0 + 8 * 24 * HOUR; at += 30_000) {
      learning.sample(WEB, 'bytes', isNight(at) ? 10 : 1000, at);
      if (at === T0 + 6 * 24 * HOUR) {
        assert.equal(learning.baseline(WEB, 'bytes', at)?.mean, learning.baseline(WEB, 'bytes')?.mean);
      }
    }
    const midnight = Math.ceil((T0 + 8 * 24 * HOUR) / (24 * HOUR)) * 24 * HOUR;
    assert.equal(learning.baseline(WEB, 'bytes', midnight)?.mean, 10);
    assert.equal(learning.baseline(WEB, 'bytes', midnight + 12 * HOUR)?.mean, 1000);
  });

  it('compares a run with those before it, and leaves out one that was in alarm', () => {
    const learning = store();
    const kind = 'ops/CronJob/backup';
    for (const [run, total] of [
      ['a', 10],
      ['b', 30],
      ['c', 20],
    ] as const) {
      learning.sampleRun(kind, run, 'bytes', total / 2, T0);
      learning.sampleRun(kind, run, 'bytes', total, T0 + 1000);
    }
    assert.deepEqual(learning.pastRuns(kind, 'd', 'bytes'), { count: 3, largest: 30 });
    assert.deepEqual(learning.pastRuns(kind, 'b', 'bytes'), { count: 2, largest: 20 });
    learning.sampleRun(kind, 'd', 'bytes', 500, T0 + 2000);
    learning.freeze('ops/Job/backup-28493040', T0 + 10_000);
    learning.sampleRun(kind, 'd', 'bytes', 600, T0 + 3000);
    assert.deepEqual(learning.pastRuns(kind, 'e', 'bytes'), { count: 3, largest: 30 });
  });

  it('compares with the last ten runs only', () => {
    const learning = store();
    for (let run = 0; run < 15; run++) learning.sampleRun('k', `${run}`, 'bytes', 1000 - run, T0 + run * HOUR);
    assert.deepEqual(learning.pastRuns('k', '14', 'bytes'), { count: 10, largest: 996 });
  });

  it('is bounded in workloads and facts, counts what it forgot, and forgets the idle first', () => {
    const learning = store(60_000, 100);
    for (let index = 0; index < 10_000; index++) {
      learning.learn(`w${index}`, 'fact', T0 + index);
      learning.learn('busy', `f${index}`, T0 + index);
    }
    const { entries, capacity, evicted } = learning.state;
    assert.ok(entries <= 100 + 99 + 256 && entries <= capacity, `${entries}`);
    assert.ok(evicted >= 9_900 + 9_000, `${evicted}`);
    assert.ok(learning.isDiverse('busy') && learning.knows('busy', 'f9999') && !learning.knows('busy', 'f0'));
    assert.ok(learning.knows('w9999', 'fact') && !learning.knows('w0', 'fact'));
  });

  it('holds no more facts in all than it says, and one full workload takes none from another', () => {
    const learning = store(60_000, 1000);
    for (let workload = 0; workload < 600; workload++) {
      for (let fact = 0; fact < 256; fact++) learning.learn(`w${workload}`, `f${fact}`, T0);
    }
    const { entries, capacity } = learning.state;
    assert.ok(entries <= capacity, `${entries} of ${capacity}`);
    assert.ok(learning.knows('w0', 'f0') && learning.knows('w255', 'f255'));
  });

  it('comes back as it was after export and import', () => {
    const learning = store();
    watch(learning, WEB, T0, 8 * 24 * HOUR, 100, 30_000);
    learning.learn(WEB, 'edge', T0);
    learning.sampleRun('ops/CronJob/backup', 'a', 'bytes', 10, T0 + 8 * 24 * HOUR);
    const copy = store();
    copy.import(JSON.parse(JSON.stringify(learning.export())));
    assert.deepEqual(copy.export(), learning.export());
    assert.deepEqual(copy.summary(), learning.summary());
    assert.equal(copy.progress(WEB, T0 + 30 * 24 * HOUR), 1);
  });

  it('forgets one workload or all when told', () => {
    const learning = store();
    for (const workload of ['a', 'b', 'c']) learning.learn(workload, 'fact', T0);
    assert.equal(learning.reset({ workload: 'b' }), 1);
    assert.equal(learning.reset({ workload: 'b' }), 0);
    assert.deepEqual([learning.knows('a', 'fact'), learning.knows('b', 'fact')], [true, false]);
    assert.equal(learning.reset(), 2);
    assert.deepEqual(learning.summary(), { progress: 0, workloads: 0, learned: 0 });
    assert.equal(learning.state.entries, 0);
  });
});

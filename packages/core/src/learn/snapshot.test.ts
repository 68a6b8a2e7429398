import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NetGuardError } from '../error.ts';
import { LearningStore } from './learning-store.ts';
import { mergeSnapshots } from './merge-snapshots.ts';
import { type LearningSnapshot, parseSnapshot } from './snapshot.ts';

const T0 = 1_700_000_000_000;
const step = fc.record({
  workload: fc.constantFrom('a', 'b', 'ci/Pod/runner-x7k2p', 'ops/Job/backup-28493040'),
  what: fc.constantFrom('learn', 'sample', 'run'),
  name: fc.constantFrom('x', 'y', 'z'),
  value: fc.integer({ min: 0, max: 1_000_000 }),
  minutes: fc.integer({ min: 0, max: 600 }),
});

/** A node's store after what happened on it. */
const node = fc.array(step, { maxLength: 60 }).map((steps): LearningSnapshot => {
  const store = new LearningStore();
  for (const { workload, what, name, value, minutes } of steps.sort((a, b) => a.minutes - b.minutes)) {
    const timeMs = T0 + minutes * 60_000;
    if (what === 'learn') store.learn(workload, name, timeMs);
    else if (what === 'sample') for (let i = 0; i < 60; i++) store.sample(workload, name, value + i, timeMs);
    else store.sampleRun(workload, name, 'bytes', value, timeMs);
  }
  return store.export();
});

/** Numbers to nine digits: rounding differs with the order. */
function rounded(snapshot: LearningSnapshot): unknown {
  return JSON.parse(JSON.stringify(snapshot), (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  );
}

describe('what nodes learned', () => {
  it('merges in any order and grouping to the same', () => {
    fc.assert(
      fc.property(node, node, node, (a, b, c) => {
        assert.deepEqual(rounded(mergeSnapshots(a, b)), rounded(mergeSnapshots(b, a)));
        assert.deepEqual(
          rounded(mergeSnapshots(mergeSnapshots(a, b), c)),
          rounded(mergeSnapshots(a, mergeSnapshots(b, c))),
        );
      }),
    );
  });

  it('merges in a store as it does on paper, and nothing known is lost', () => {
    fc.assert(
      fc.property(node, node, (a, b) => {
        const store = new LearningStore();
        store.import(a);
        store.merge(b);
        const merged = store.export();
        const inOrder = {
          ...merged,
          workloads: [...merged.workloads].sort((x, y) => (x.workload < y.workload ? -1 : 1)),
        };
        assert.deepEqual(rounded(inOrder), rounded(mergeSnapshots(a, b)));
        for (const { workload, facts } of [...a.workloads, ...b.workloads]) {
          for (const [fact] of facts) assert.ok(store.knows(workload, fact));
        }
      }),
    );
  });

  it('is read back from its JSON as it was written', () => {
    fc.assert(fc.property(node, (a) => assert.deepEqual(parseSnapshot(JSON.parse(JSON.stringify(a))), a)));
  });
});

describe('a snapshot from outside', () => {
  it('of another version is refused by name', () => {
    for (const json of [{ schemaVersion: 2, workloads: [] }, { workloads: [] }]) {
      assert.throws(
        () => parseSnapshot(json),
        (error) => error instanceof NetGuardError && error.code === 'NG_ERR_LEARNING_VERSION',
      );
    }
  });

  it('that is broken is refused with the place, whatever it is', () => {
    const workload = {
      workload: 'a',
      firstMs: 1,
      lastMs: 1,
      watchedMs: -1,
      facts: [],
      factsEvicted: 0,
      measures: {},
      runs: [],
    };
    assert.throws(() => parseSnapshot({ schemaVersion: 1, workloads: [workload] }), /workloads\[0\]\.watchedMs/);
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          parseSnapshot({ schemaVersion: 1, workloads: JSON.parse(text) as unknown });
        } catch (error) {
          assert.ok(error instanceof NetGuardError);
        }
      }),
    );
  });
});

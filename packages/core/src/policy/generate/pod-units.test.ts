import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Labels, selects } from '../label-selector.ts';
import { isLasting } from '../passing-labels.ts';
import type { PodFacts } from '../subject.ts';
import { podUnits } from './pod-units.ts';
import { samplePod } from './sample-scene.ts';

const label = fc.tuple(
  fc.constantFrom('app', 'k8s-app', 'app.kubernetes.io/name', 'tier', 'pod-template-hash', '__proto__', 'constructor'),
  fc.constantFrom('a', 'b', 'c', ''),
);
const anyPods = fc
  .array(
    fc.record({
      workload: fc.constantFrom('shop/Deployment/a', 'shop/Deployment/b', 'shop/StatefulSet/c', 'ops/Deployment/a'),
      labels: fc.array(label, { maxLength: 4 }).map((pairs): Labels => Object.fromEntries(pairs)),
    }),
    { maxLength: 12 },
  )
  .map((list) => list.map(({ workload, labels }, index) => samplePod(workload, index, { labels })));

function only(pods: readonly PodFacts[], workload: string) {
  const unit = podUnits(pods).find(({ workloads }) => workloads.includes(workload));
  assert.ok(unit);
  return unit;
}

describe('selectors of workloads', () => {
  it('select all pods of theirs and none of another, by lasting labels, whatever the labels are', () => {
    fc.assert(
      fc.property(anyPods, (pods) => {
        const units = podUnits(pods);
        assert.equal(
          units.reduce((sum, unit) => sum + unit.pods.length, 0),
          pods.length,
        );
        for (const { selector, namespace, pods: own } of units) {
          const selected = pods.filter((pod) => pod.namespace.name === namespace && selects(selector, pod.labels));
          assert.deepEqual(selected.map(({ name }) => name).sort(), own.map(({ name }) => name).sort());
          const keys = [...Object.keys(selector.matchLabels), ...selector.matchExpressions.map(({ key }) => key)];
          assert.ok(keys.every(isLasting), keys.join());
        }
      }),
      { numRuns: 500 },
    );
  });

  it('prefer the recommended labels, all three of them, to others', () => {
    const labels = {
      app: 'x',
      'app.kubernetes.io/name': 'web',
      'app.kubernetes.io/instance': 'blue',
      'app.kubernetes.io/component': 'front',
      'app.kubernetes.io/version': '1.2.3',
      'pod-template-hash': '5d8f7b9c64',
    };
    const { matchLabels } = only([samplePod('shop/Deployment/web', 1, { labels })], 'shop/Deployment/web').selector;
    assert.deepEqual(Object.keys(matchLabels).sort(), [
      'app.kubernetes.io/component',
      'app.kubernetes.io/instance',
      'app.kubernetes.io/name',
    ]);
  });

  it('take as few labels more as tell twins apart', () => {
    const pods = ['one', 'two'].map((tier, index) =>
      samplePod(`shop/Deployment/${tier}`, index, { labels: { app: 'web', tier, zone: 'z' } }),
    );
    assert.deepEqual(only(pods, 'shop/Deployment/one').selector.matchLabels, { app: 'web', tier: 'one' });
  });

  it('exclude a canary that has every label of theirs and one more', () => {
    const pods = [
      samplePod('shop/Deployment/web', 1, { labels: { app: 'web' } }),
      samplePod('shop/Deployment/canary', 2, { labels: { app: 'web', track: 'canary' } }),
    ];
    assert.deepEqual(only(pods, 'shop/Deployment/web').selector, {
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'track', operator: 'DoesNotExist', values: [] }],
    });
  });

  it('mean several workloads at once where nothing tells them apart', () => {
    const pods = ['a', 'b'].map((name, index) => samplePod(`shop/Deployment/${name}`, index, { labels: { app: 'x' } }));
    assert.deepEqual(only(pods, 'shop/Deployment/b').workloads, ['shop/Deployment/a', 'shop/Deployment/b']);
  });

  it('never name a pod or one run of a CronJob', () => {
    const run = samplePod('batch/Job/report-29384756', 1, {
      labels: { app: 'report', run: 'report-29384756', 'batch.kubernetes.io/job-name': 'report-29384756' },
    });
    const unit = only([run], 'batch/CronJob/report');
    assert.deepEqual(unit.selector.matchLabels, { app: 'report' });
    const unnamed = samplePod('batch/Job/report-29384756', 1, { labels: { app: 'report-29384756' } });
    assert.deepEqual(only([unnamed], 'batch/CronJob/report').selector.matchLabels, {});
  });
});

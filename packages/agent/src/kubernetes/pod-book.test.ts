import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlledBy, rawOwner, rawPod, uidOf } from '../testing/kubernetes-objects.ts';
import { OwnerBook } from './owner-book.ts';
import { PodBook } from './pod-book.ts';

function books() {
  const clock = { ms: 0 };
  const owners = new OwnerBook(
    (uid) => pods.ownerCame(uid),
    () => clock.ms,
  );
  let changes = 0;
  const pods: PodBook = new PodBook([owners], () => changes++);
  const told = () => pods.changes.take(1000);
  const workloads = () => told().changed.map(({ workload }) => workload && `${workload.kind}/${workload.name}`);
  return { clock, owners, pods, told, workloads, changes: () => changes };
}

const ofReplicaSet = (name: string, owner: number, labels = {}) => ({
  metadata: { labels, ...controlledBy('ReplicaSet', name, owner) },
});

test('a pod belongs to what controls its ReplicaSet or Job, else to its controller', () => {
  const { owners, pods, workloads } = books();
  owners.put(rawOwner(90, 'web-7d4f', controlledBy('Deployment', 'web', 80)));
  owners.put(rawOwner(91, 'roll-1', controlledBy('Rollout', 'roll', 81)));
  owners.put(rawOwner(92, 'backup-29', controlledBy('CronJob', 'backup', 82)));
  owners.put(rawOwner(93, 'alone'));
  pods.put(rawPod(1, 'a', ofReplicaSet('web-7d4f', 90)));
  pods.put(rawPod(2, 'b', ofReplicaSet('roll-1', 91)));
  pods.put(rawPod(3, 'c', { metadata: controlledBy('Job', 'backup-29', 92) }));
  pods.put(rawPod(4, 'd', ofReplicaSet('alone', 93)));
  pods.put(rawPod(5, 'e', { metadata: controlledBy('StatefulSet', 'db', 94) }));
  pods.put(rawPod(6, 'f', { metadata: controlledBy('DaemonSet', 'proxy', 95) }));
  pods.put(rawPod(7, 'g'));
  assert.deepEqual(workloads(), [
    'Deployment/web',
    'Rollout/roll',
    'CronJob/backup',
    'ReplicaSet/alone',
    'StatefulSet/db',
    'DaemonSet/proxy',
    undefined,
  ]);
});

test('a pod that came before its ReplicaSet is told again when that comes', () => {
  const { owners, pods, workloads, told } = books();
  pods.put(rawPod(1, 'a', ofReplicaSet('roll-1', 91)));
  assert.deepEqual(workloads(), ['ReplicaSet/roll-1']);
  owners.put(rawOwner(91, 'roll-1', controlledBy('Rollout', 'roll', 81)));
  assert.deepEqual(workloads(), ['Rollout/roll']);
  pods.put(rawPod(2, 'b', ofReplicaSet('roll-2', 92)));
  pods.remove(rawPod(2, 'b'));
  owners.put(rawOwner(92, 'roll-2', controlledBy('Rollout', 'roll', 81)));
  assert.deepEqual(told(), { changed: [], gone: [uidOf(2)] });
});

test('the Deployment of an unknown ReplicaSet is guessed from the hash in its name', () => {
  const { pods, workloads } = books();
  pods.put(rawPod(1, 'a', ofReplicaSet('web-7d4f', 90, { 'pod-template-hash': '7d4f' })));
  pods.put(rawPod(2, 'b', ofReplicaSet('web-7d4f', 90, { 'pod-template-hash': 'other' })));
  assert.deepEqual(workloads(), ['Deployment/web', 'ReplicaSet/web-7d4f']);
});

test('an owner is remembered for ten minutes after its end', () => {
  const { clock, owners, pods, workloads } = books();
  const owner = rawOwner(90, 'set', controlledBy('Deployment', 'web', 80));
  owners.put(owner);
  owners.remove(owner);
  assert.equal(owners.size(), 0);
  pods.put(rawPod(1, 'a', ofReplicaSet('set', 90)));
  clock.ms = 600_001;
  owners.put(rawOwner(99, 'another'));
  owners.remove(rawOwner(99, 'another'));
  pods.put(rawPod(2, 'b', ofReplicaSet('set', 90)));
  assert.deepEqual(workloads(), ['Deployment/web', 'ReplicaSet/set']);
});

test('what changes nothing that names need is not told', () => {
  const { pods, told, changes } = books();
  pods.put(rawPod(1, 'a'));
  told();
  const before = changes();
  pods.put(rawPod(1, 'a', { metadata: { annotations: { heartbeat: '2' }, resourceVersion: '7' } }));
  assert.equal(changes(), before);
  assert.deepEqual(told(), { changed: [], gone: [] });
});

test('static pods are told, and go, under the UID of their cgroup', () => {
  const { pods, told } = books();
  const annotations = { 'kubernetes.io/config.mirror': 'x', 'kubernetes.io/config.hash': 'abcdef0123456789' };
  const raw = rawPod(1, 'proxy-worker-1', { metadata: { annotations } });
  assert.equal(pods.put(raw), uidOf(1));
  assert.deepEqual(
    told().changed.map(({ uid }) => uid),
    ['abcdef0123456789'],
  );
  pods.retain(new Set([uidOf(1)]));
  assert.deepEqual(told().gone, []);
  pods.remove(raw);
  assert.deepEqual(told().gone, ['abcdef0123456789']);
});

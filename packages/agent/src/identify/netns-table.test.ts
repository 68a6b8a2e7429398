import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NetnsTable } from './netns-table.ts';

test('the only one seen in a namespace owns it', () => {
  const namespaces = new NetnsTable();
  namespaces.learn(1, 'pod:a', false);
  assert.equal(namespaces.owner(1, 1000), 'pod:a');
  assert.equal(namespaces.owner(2, 1000), undefined);
});

test('of two, the one that lives nowhere else owns it, whoever came first', () => {
  for (const order of [
    ['pod:app', 'pod:proxy'],
    ['pod:proxy', 'pod:app'],
  ] as const) {
    const namespaces = new NetnsTable();
    for (const owner of order) namespaces.learn(1, owner, false);
    assert.equal(namespaces.owner(1, 1000), undefined, 'not known yet which is the guest');
    namespaces.learn(9, 'pod:proxy', false);
    assert.equal(namespaces.owner(1, 1000), 'pod:app');
  }
});

test('an own address settles it', () => {
  const namespaces = new NetnsTable();
  namespaces.learn(1, 'pod:proxy', false);
  namespaces.learn(1, 'pod:app', true);
  namespaces.learn(1, 'pod:other', false);
  assert.equal(namespaces.owner(1, 1000), 'pod:app');
});

test('a pod whose sandbox was made again owns both namespaces', () => {
  const namespaces = new NetnsTable();
  namespaces.learn(1, 'pod:a', false);
  namespaces.learn(2, 'pod:a', false);
  assert.deepEqual([namespaces.owner(1, 1000), namespaces.owner(2, 1000)], ['pod:a', 'pod:a']);
});

test('an owner that is gone keeps its namespace until the next one comes, and is remembered', () => {
  const namespaces = new NetnsTable();
  namespaces.learn(1, 'pod:old', true);
  namespaces.ownerGone('pod:old', 1000);
  assert.equal(namespaces.owner(1, 6000), 'pod:old');
  assert.equal(namespaces.owner(1, 6001), undefined, 'its number may be that of another namespace by now');
  namespaces.learn(1, 'pod:new', false);
  assert.equal(namespaces.owner(1, 7000), 'pod:new');
  assert.deepEqual([namespaces.wasOwner(1, 'pod:old'), namespaces.wasOwner(1, 'pod:other')], [true, false]);
});

test('two units of the host make it the host\u2019s, one does not', () => {
  const namespaces = new NetnsTable();
  namespaces.learn(1, 'container:a', false);
  namespaces.learnUnit(1, 'unit:containerd.service');
  namespaces.learnUnit(1, 'unit:containerd.service');
  assert.equal(namespaces.owner(1, 1000), 'container:a');
  namespaces.learnUnit(1, 'unit:sshd.service');
  assert.equal(namespaces.owner(1, 1000), undefined);
});

test('the table is bounded and counts what it let go', () => {
  const namespaces = new NetnsTable(2);
  for (const netns of [1, 2, 3]) namespaces.learn(netns, `pod:${netns}`, false);
  assert.deepEqual(namespaces.state, { entries: 2, capacity: 2, evicted: 1 });
  assert.deepEqual([namespaces.owner(1, 1000), namespaces.owner(3, 1000)], [undefined, 'pod:3']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EndCache, type EndsAsked } from './end-cache.ts';

const POD = { ip: '10.244.1.5', kind: 'pod', namespace: 'shop', pod: 'web-1' } as const;

test('what is not known is asked for once, and known from then on, until it may have changed', () => {
  let nowMs = 0;
  const asked: EndsAsked[] = [];
  const cache = new EndCache(
    (ends) => asked.push(ends),
    () => nowMs,
  );
  assert.equal(cache.cgroup(7), 'pending');
  assert.deepEqual(cache.address('10.244.1.5'), { ip: '10.244.1.5', kind: 'world' });
  cache.cgroup(7);
  cache.cgroup(8);
  cache.request();
  cache.request();
  assert.deepEqual(asked, [{ cgroups: [7, 8], addresses: ['10.244.1.5'] }]);
  cache.receive({
    cgroups: [
      [7, POD],
      [8, null],
    ],
    addresses: [['10.244.1.5', POD]],
  });
  assert.deepEqual([cache.cgroup(7), cache.cgroup(8), cache.address('10.244.1.5')], [POD, undefined, POD]);
  cache.request();
  assert.equal(asked.length, 1);
  nowMs = 20_000;
  assert.equal(cache.cgroup(7), POD, 'the old name holds while it is asked for again');
  cache.request();
  assert.deepEqual(asked[1], { cgroups: [7], addresses: [] });
});

test('a cgroup for which no name comes is not waited for longer', () => {
  let nowMs = 0;
  const cache = new EndCache(
    () => undefined,
    () => nowMs,
  );
  assert.equal(cache.cgroup(7), 'pending');
  nowMs = 6000;
  assert.equal(cache.cgroup(7), 'pending');
  nowMs = 8000;
  assert.equal(cache.cgroup(7), undefined);
});

test('a process has its command, and one that is gone has none', () => {
  const cache = new EndCache(() => undefined);
  assert.match(cache.command(process.pid) ?? '', /node|MainThread/);
  assert.equal(cache.command(2 ** 22 + 1), undefined);
  assert.equal(cache.command(-1), undefined);
});

test('a flood of strangers is asked for in bounded parts', () => {
  const asked: EndsAsked[] = [];
  const cache = new EndCache((ends) => asked.push(ends));
  for (let id = 0; id < 50_000; id++) cache.cgroup(id);
  cache.request();
  assert.equal(asked[0]?.cgroups.length, 2000);
});

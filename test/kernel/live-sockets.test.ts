/** 100,000 sockets are read without losing one, in one look or in many, whether they are younger or older than the source. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ConnectionObservation } from '../../packages/core/src/index.ts';
import { Background } from './support/command.ts';
import { checkLifecycles } from './support/ledger.ts';
import { enterOwnNamespace } from './support/own-namespace.ts';
import { Watch } from './support/watch.ts';

const netns = enterOwnNamespace();
const CHILD = fileURLToPath(new URL('support/children/hold-connections.ts', import.meta.url));

/* A process may open 20,000 files here: 6 × 8,400 connections × 2 ends = 100,800 sockets. */
const HOLDERS = 6;
const PER_HOLDER = 8400;
const CONNECTIONS = HOLDERS * PER_HOLDER;
const SOCKETS = 2 * CONNECTIONS;
const MOVED = 1500;
const BYTES = 321;

/** Room for two such suites at once: the hooks see the whole host. */
const MAX_SOCKETS = 262_144;
/** Room for all final records at once. */
const RING_BYTES = 1 << 26;

function distinct(seen: readonly ConnectionObservation[]): number {
  return new Set(seen.map(({ id }) => id)).size;
}

function bytes(seen: readonly ConnectionObservation[]): [sent: number, received: number] {
  return [
    seen.reduce((sum, { delta }) => sum + delta.sentBytes, 0),
    seen.reduce((sum, { delta }) => sum + delta.receivedBytes, 0),
  ];
}

async function tickMs(watch: Watch): Promise<number> {
  const start = performance.now();
  watch.source.tick();
  return Math.round(performance.now() - start);
}

test('100,800 sockets', async (t) => {
  await using young = new Watch({
    netns,
    settings: { maxSockets: MAX_SOCKETS, maxLiveRecords: MAX_SOCKETS, ringBytes: RING_BYTES },
  });
  await using stack = new AsyncDisposableStack();
  const holders = Array.from({ length: HOLDERS }, (_, i) =>
    stack.use(new Background(process.execPath, [CHILD, `127.0.0.${i + 1}`, String(PER_HOLDER)])),
  );
  for (const holder of holders) await holder.line();
  const moveSome = async () => {
    for (const holder of holders) holder.write(`move ${MOVED} ${BYTES}`);
    for (const holder of holders) await holder.line();
  };

  await t.test('in one look, not one is missing', async () => {
    t.diagnostic(`${SOCKETS} sockets read in ${await tickMs(young)} ms`);
    assert.equal(distinct(young.connections), SOCKETS);
    assert.equal(young.connections.length, SOCKETS, 'each once');
    assert.equal(young.source.liveConnections >= SOCKETS, true);
    assert.deepEqual(young.lost(), {});
  });

  await t.test('then only those that moved, with what they moved', async () => {
    young.source.tick();
    young.connections.length = 0;
    await moveSome();
    t.diagnostic(`${2 * HOLDERS * MOVED} moved sockets among them read in ${await tickMs(young)} ms`);
    assert.ok(young.connections.length >= 2 * HOLDERS * MOVED && distinct(young.connections) === 2 * HOLDERS * MOVED);
    assert.deepEqual(bytes(young.connections), [HOLDERS * MOVED * BYTES, HOLDERS * MOVED * BYTES]);
  });

  await t.test(
    'older than the source, with room for 4,096 in a pass, not one is missing and none comes twice',
    async () => {
      const start = performance.now();
      await using old = new Watch({ netns, settings: { maxSockets: MAX_SOCKETS, maxLiveRecords: 4096 } });
      t.diagnostic(`a source that finds ${SOCKETS} older sockets is up in ${Math.round(performance.now() - start)} ms`);
      let ticks = 0;
      while (distinct(old.connections) < SOCKETS && ticks++ < 20) old.source.tick();
      assert.equal(distinct(old.connections), SOCKETS, `after ${ticks} looks`);
      assert.ok(ticks > 1, 'more than one look was needed');
      assert.equal(old.connections.length, SOCKETS, 'each once');
      assert.ok(old.connections.every((seen) => seen.preexisting && seen.isNew && seen.pid > 0));
      assert.deepEqual(bytes(old.connections), [0, 0], 'what they moved before is not counted');

      await moveSome();
      while (bytes(old.connections)[0] < HOLDERS * MOVED * BYTES && ticks++ < 60) old.source.tick();
      old.source.tick();
      assert.deepEqual(bytes(old.connections), [HOLDERS * MOVED * BYTES, HOLDERS * MOVED * BYTES]);
      assert.deepEqual(checkLifecycles(old.connections), []);
    },
  );

  await t.test('and at their end each is recorded once', async () => {
    for (const holder of holders) holder.write('end');
    for (const until = Date.now() + 30_000; young.closed().length < SOCKETS && Date.now() < until; )
      await young.source.poll(100);
    assert.equal(young.closed().length, SOCKETS);
    const byBytes = new Map<number, number>();
    for (const { total } of young.closed()) {
      const moved = total.sentBytes + total.receivedBytes;
      byBytes.set(moved, (byBytes.get(moved) ?? 0) + 1);
    }
    const movedSockets = 2 * HOLDERS * MOVED;
    assert.deepEqual(
      byBytes,
      new Map([
        [2 * BYTES, movedSockets],
        [0, SOCKETS - movedSockets],
      ]),
    );
    young.source.tick();
    assert.deepEqual(young.lost(), {});
  });
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BpfObject, EventLoop, type RingView } from '../src/index.ts';
import { burst, child, kitchenObject, run, temporaryBpfFs } from './fixture.ts';

const HEADER_BYTES = 8;

function loaded(): BpfObject {
  const object = BpfObject.open(kitchenObject());
  object.load();
  return object;
}

/** A handler that checks every record: whole, in order, in one piece. */
function checker(expectedBytes: () => number) {
  const state = { records: 0, next: 0, faults: 0, highest: 0 };
  const onRecord = (ring: RingView, offset: number, length: number): void => {
    const sequence = ring.u32[offset >>> 2]!;
    const check = ring.u32[(offset >>> 2) + 3]!;
    if (
      offset % 8 !== 0 ||
      length !== expectedBytes() ||
      sequence !== state.next ||
      check !== (sequence ^ 0x5a5a5a5a) >>> 0
    )
      state.faults++;
    state.next = sequence + 1;
    state.records++;
    state.highest = Math.max(state.highest, offset);
  };
  return { state, onRecord };
}

describe('Ring', () => {
  test('reads a million records in order, wrapping around thousands of times', async () => {
    using object = loaded();
    await using loop = new EventLoop();
    let bytes = 16;
    const { state, onRecord } = checker(() => bytes);
    const ring = loop.addRing(object.map('ring'), onRecord);
    assert.equal(ring.size, 65536);
    const emit = object.program('emit');
    for (bytes of [16, 37, 1000]) {
      const count = bytes === 1000 ? 50 : 1000;
      for (let round = 0; round < (bytes === 1000 ? 1000 : 475); round++) {
        emit.testRun({ ctx: burst(count, bytes) });
        assert.equal(loop.drain(), count);
      }
    }
    assert.deepEqual([state.records, state.faults], [1_000_000, 0]);
    assert.equal(object.getGlobal('dropped'), 0);
    assert.equal(ring.bytesPending, 0);
    assert.ok(state.highest < 65536 + HEADER_BYTES, 'records begin in the first copy of the data');
  });

  test('skips discarded records', async () => {
    using object = loaded();
    await using loop = new EventLoop();
    const { state, onRecord } = checker(() => 16);
    loop.addRing(object.map('ring'), onRecord);
    object.program('emit').testRun({ ctx: burst(100, 16, 4) });
    assert.equal(loop.drain(), 75);
    assert.equal(state.faults, 0);
  });

  test('loses nothing silently when the producer is faster: what did not fit was refused to it', async () => {
    using object = loaded();
    await using loop = new EventLoop();
    const { state, onRecord } = checker(() => 1000);
    loop.addRing(object.map('ring'), onRecord);
    for (let round = 0; round < 50; round++) {
      object.program('emit').testRun({ ctx: burst(200, 1000) });
      loop.drain();
    }
    const dropped = object.getGlobal('dropped') as number;
    assert.ok(dropped > 0);
    assert.equal(state.records + dropped, 50 * 200);
    assert.equal(state.faults, 0);
  });

  test('reads at most what it is asked for, and leaves the rest readable', async () => {
    using object = loaded();
    await using loop = new EventLoop();
    const { state, onRecord } = checker(() => 16);
    const ring = loop.addRing(object.map('ring'), onRecord);
    object.program('emit').testRun({ ctx: burst(10, 16) });
    assert.equal(ring.bytesPending, 10 * 24);
    assert.equal(ring.drain(3), 3);
    assert.equal(ring.bytesPending, 7 * 24);
    assert.equal(loop.waitSync(0), true);
    assert.equal(ring.drain(), 7);
    assert.equal(loop.waitSync(0), false);
    assert.deepEqual([state.records, state.faults], [10, 0]);
  });

  test('counts a record as read when its handler throws, and goes on behind it', async () => {
    using object = loaded();
    await using loop = new EventLoop();
    let calls = 0;
    const ring = loop.addRing(object.map('ring'), () => {
      if (++calls === 2) throw new Error('second');
    });
    object.program('emit').testRun({ ctx: burst(5, 16) });
    assert.throws(() => ring.drain(), /second/);
    assert.equal(ring.drain(), 3);
    assert.equal(calls, 5);
  });

  test('refuses to be drained from its own handler', async () => {
    using object = loaded();
    await using loop = new EventLoop();
    const ring = loop.addRing(object.map('ring'), () => void ring.drain());
    object.program('emit').testRun({ ctx: burst(1, 16) });
    assert.throws(() => ring.drain(), { code: 'LIBBPF_ERR_STATE' });
  });

  test('keeps up with a producer in another process, waiting in between', async () => {
    using object = loaded();
    using bpffs = temporaryBpfFs();
    const path = join(bpffs.path, 'ring');
    object.map('ring').pin(path);
    await using loop = new EventLoop();
    const { state, onRecord } = checker(() => 37);
    loop.addRing(object.map('ring'), onRecord);
    const rounds = 400;
    let ended = false;
    const producer = run(process.execPath, [child('producer'), kitchenObject(), path, String(rounds)]).finally(() => {
      ended = true;
    });
    while (!ended) if (await loop.wait(50)) loop.drain();
    loop.drain();
    const { code, stdout, stderr } = await producer;
    assert.equal(code, 0, stderr);
    const { dropped } = JSON.parse(stdout) as { dropped: number };
    assert.equal(state.records + dropped, rounds * 500);
    assert.ok(state.records > 500);
    assert.equal(state.faults, 0);
    object.map('ring').unpin(path);
  });
});

describe('EventLoop', () => {
  test('waits for the timeout when nothing comes', async () => {
    await using loop = new EventLoop();
    const started = performance.now();
    assert.equal(await loop.wait(50), false);
    assert.ok(performance.now() - started >= 45);
  });

  test('wakes for a record within milliseconds', async () => {
    using object = loaded();
    await using loop = new EventLoop();
    loop.addRing(object.map('ring'), () => {});
    const started = performance.now();
    const waiting = loop.wait(5000);
    assert.equal(loop.wait(1), waiting, 'a second wait is the same one');
    setTimeout(() => object.program('emit').testRun({ ctx: burst(1, 16) }), 20);
    assert.equal(await waiting, true);
    assert.ok(performance.now() - started < 3000);
    assert.equal(loop.drain(), 1);
  });

  test('serves several rings, also after their object is closed', async () => {
    const first = loaded();
    using second = loaded();
    await using loop = new EventLoop();
    const seen = [0, 0, 0];
    loop.addRing(first.map('ring'), () => seen[0]!++);
    loop.addRing(second.map('ring'), () => seen[1]!++);
    loop.addRing(second.map('small_ring'), () => seen[2]!++);
    first.program('emit').testRun({ ctx: burst(2, 16) });
    second.program('emit').testRun({ ctx: burst(3, 16) });
    first.close();
    assert.equal(await loop.wait(1000), true);
    assert.equal(loop.drain(), 5);
    assert.deepEqual(seen, [2, 3, 0]);
  });

  test('wake ends a wait, or the next one', async () => {
    await using loop = new EventLoop();
    const waiting = loop.wait(60_000);
    loop.wake();
    assert.equal(await waiting, true);
    loop.wake();
    assert.equal(loop.waitSync(60_000), true);
    assert.equal(loop.waitSync(0), false);
  });

  test('close ends a pending wait; afterwards everything says closed', async () => {
    using object = loaded();
    const loop = new EventLoop();
    const ring = loop.addRing(object.map('ring'), () => {});
    const waiting = loop.wait(60_000);
    await loop.close();
    await loop.close();
    assert.equal(await waiting, false);
    const closed = { code: 'LIBBPF_ERR_CLOSED' };
    assert.throws(() => loop.wait(), closed);
    assert.throws(() => loop.drain(), closed);
    assert.throws(() => loop.wake(), closed);
    assert.throws(() => loop.addRing(object.map('ring'), () => {}), closed);
    assert.throws(() => ring.drain(), closed);
  });

  test('refuses maps that are no ring buffers', async () => {
    using object = loaded();
    await using loop = new EventLoop();
    assert.throws(() => loop.addRing(object.map('hash'), () => {}), { code: 'LIBBPF_ERR_VALUE' });
  });

  test('a process that closes the loop while it waits exits at once', async () => {
    const { code, stdout, stderr } = await run(process.execPath, [child('close-while-waiting'), kitchenObject()]);
    assert.equal(code, 0, stderr);
    const { closeMs, exitedMs } = JSON.parse(stdout) as { closeMs: number; exitedMs: number };
    assert.ok(closeMs < 1000, `close took ${closeMs} ms`);
    assert.ok(exitedMs < 2000, `exit took ${exitedMs} ms`);
  });

  test('waits survive garbage collection', async () => {
    const { code, signal, stdout, stderr } = await run(process.execPath, [
      '--expose-gc',
      child('gc-while-waiting'),
      kitchenObject(),
    ]);
    assert.deepEqual([code, signal], [0, null], stderr);
    assert.match(stdout, /^records \d+\n$/);
  });
});

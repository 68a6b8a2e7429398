import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ngDrop as D, ngDropSet } from '@netguard/core/abi';
import { FakeMap } from '../../testing/fake-map.ts';
import { DropReader } from './drop-reader.ts';
import { KernelClock } from './kernel-clock.ts';

const NO_SOCKET = 3;

describe('a reader of drops', () => {
  let nowMs: number;
  let map: FakeMap;
  let reader: DropReader;

  beforeEach(() => {
    nowMs = 0;
    const clock = new KernelClock(
      () => nowMs * 1e6,
      () => nowMs * 1e6,
    );
    map = new FakeMap(4, ngDropSet.SIZE, 2);
    reader = new DropReader(map, clock, new Map([[NO_SOCKET, 'NO_SOCKET']]));
  });

  /** As the kernel does: claims the counter when nobody has it, and counts up. */
  function drop(n: number, netns: number, reason: number, packets: number): void {
    const view = new DataView(map.mmap().buffer);
    const at = n * D.SIZE;
    view.setUint32(at + D.owner, reason, true);
    view.setUint32(at + D.owner + 4, netns, true);
    view.setBigUint64(at + D.packets, view.getBigUint64(at + D.packets, true) + BigInt(packets), true);
  }

  function owner(n: number): bigint {
    return new DataView(map.mmap().buffer).getBigUint64(n * D.SIZE + D.owner, true);
  }

  function read(): unknown[] {
    const seen: unknown[] = [];
    reader.read(({ netns, reason, packets }) => seen.push([netns, reason, packets]));
    return seen;
  }

  it('tells what each counter moved, and names the reason', () => {
    drop(0, 4026531840, NO_SOCKET, 5);
    drop(15, 4026531840, 77, 2 ** 33);
    assert.deepEqual(read(), [
      [4026531840, 'NO_SOCKET', 5],
      [4026531840, 'reason 77', 2 ** 33],
    ]);
    drop(0, 4026531840, NO_SOCKET, 1);
    assert.deepEqual(read(), [[4026531840, 'NO_SOCKET', 1]]);
    assert.deepEqual(read(), []);
    assert.deepEqual([reader.entries, reader.capacity], [2, 16]);
  });

  it('frees a counter that was idle for a quarter of an hour; its next owner counts on', () => {
    drop(3, 1, NO_SOCKET, 5);
    read();
    nowMs += 900_000;
    read();
    assert.notEqual(owner(3), 0n);
    nowMs += 1;
    assert.deepEqual(read(), []);
    assert.equal(owner(3), 0n);
    assert.deepEqual(read(), []);
    assert.equal(reader.entries, 0);
    drop(3, 2, NO_SOCKET, 4);
    assert.deepEqual(read(), [[2, 'NO_SOCKET', 4]]);
    nowMs += 900_000;
    read();
    assert.notEqual(owner(3), 0n, 'its time began anew');
  });
});

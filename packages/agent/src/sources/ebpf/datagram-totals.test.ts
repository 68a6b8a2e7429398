import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ngTotalKey as K, NG_OVERFLOW_TOTALS, ngTotalValue as V } from '@netguard/core/abi';
import { FakeMap } from '../../testing/fake-map.ts';
import { type DatagramTotal, DatagramTotals } from './datagram-totals.ts';

describe('totals of datagrams', () => {
  let values: FakeMap;
  let slots: FakeMap;
  let free: FakeMap;
  let totals: DatagramTotals;

  beforeEach(() => {
    values = new FakeMap(4, V.SIZE, 32);
    slots = new FakeMap(K.SIZE, 4, 32);
    free = new FakeMap(0, 4, 32);
    totals = new DatagramTotals({ values, slots, free });
  });

  function key(cgroupId: number, protocol: number, loopback = 0): Uint8Array {
    const bytes = new Uint8Array(K.SIZE);
    new DataView(bytes.buffer).setBigUint64(K.cgroup_id, BigInt(cgroupId), true);
    bytes[K.protocol] = protocol;
    bytes[K.loopback] = loopback;
    return bytes;
  }

  /** As the kernel does with a cgroup's packets. */
  function count(slot: number, ofKey: Uint8Array, packets: number): void {
    const memory = values.mmap();
    memory.set(ofKey, slot * V.SIZE);
    new DataView(memory.buffer).setBigUint64(slot * V.SIZE + V.rx_packets, BigInt(packets), true);
    slots.setRaw(ofKey, new Uint8Array(Uint32Array.of(slot).buffer));
  }

  function read(): DatagramTotal[] {
    const seen: DatagramTotal[] = [];
    totals.read((total) => seen.push(total));
    return seen;
  }

  it('have an overflow for each protocol before anything is counted', () => {
    assert.equal(slots.entries.size, NG_OVERFLOW_TOTALS);
    assert.deepEqual(read(), []);
    assert.equal(totals.entries, NG_OVERFLOW_TOTALS);
  });

  it('add ICMP and ICMPv6 up, and keep loopback apart', () => {
    count(10, key(7, 1), 3);
    count(11, key(7, 58), 4);
    count(12, key(7, 1, 1), 2 ** 40);
    const rows = read().map((total) => [total.cgroupId, total.protocol, total.loopback, total.receivedPackets]);
    assert.deepEqual(rows, [
      [7, 'ICMP', false, 7],
      [7, 'ICMP', true, 2 ** 40],
    ]);
  });

  it('give a slot back a tick after its cgroup was deleted, and marked as nobody’s at once', () => {
    count(10, key(7, 17), 3);
    count(11, key(8, 17), 5);
    read();
    totals.delete(7);
    assert.deepEqual(values.mmap().subarray(10 * V.SIZE, 10 * V.SIZE + 8), new Uint8Array(8).fill(0xff));
    assert.deepEqual(free.pushed, []);
    assert.deepEqual(
      read().map(({ cgroupId }) => cgroupId),
      [8],
    );
    assert.deepEqual(free.pushed, [10]);
    read();
    assert.deepEqual(free.pushed, [10], 'once');
  });

  it('never give the overflow away', () => {
    read();
    totals.delete(0);
    read();
    assert.deepEqual(free.pushed, []);
    assert.equal(slots.entries.size, NG_OVERFLOW_TOTALS);
  });
});

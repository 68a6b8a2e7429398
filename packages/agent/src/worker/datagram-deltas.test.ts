import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatagramTotal } from '../sources/ebpf/datagram-totals.ts';
import { DatagramDeltas } from './datagram-deltas.ts';

function total(receivedPackets: number, more: Partial<DatagramTotal> = {}): DatagramTotal {
  return {
    cgroupId: 7,
    protocol: 'UDP',
    loopback: false,
    receivedBytes: receivedPackets * 100,
    sentBytes: 0,
    receivedPackets,
    sentPackets: 0,
    withoutConversation: 0,
    ...more,
  };
}

describe('datagram deltas', () => {
  it('tell what moved between two readings, and nothing of what stood still', () => {
    const deltas = new DatagramDeltas();
    deltas.note(total(10));
    assert.equal(deltas.take(1000)[0]?.delta.receivedPackets, 10);
    deltas.note(total(10));
    assert.deepEqual(deltas.take(2000), []);
    deltas.note(total(400, { withoutConversation: 250 }));
    deltas.note(total(5, { protocol: 'ICMP' }));
    const moved = deltas.take(3000);
    assert.deepEqual(
      moved.map(({ protocol, timeMs, delta, withoutConversation }) => [
        protocol,
        timeMs,
        delta.receivedPackets,
        delta.receivedBytes,
        withoutConversation,
      ]),
      [
        ['UDP', 3000, 390, 39_000, 250],
        ['ICMP', 3000, 5, 500, 0],
      ],
    );
    assert.deepEqual(deltas.take(4000), []);
  });

  it('take a counter that fell, or a cgroup that was forgotten, for a new one', () => {
    const deltas = new DatagramDeltas();
    deltas.note(total(1000));
    deltas.take(1000);
    deltas.note(total(30));
    assert.equal(deltas.take(2000)[0]?.delta.receivedPackets, 30);
    deltas.forget(7);
    deltas.note(total(40));
    assert.equal(deltas.take(3000)[0]?.delta.receivedPackets, 40);
  });
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { parseAddress } from '@netguard/core';
import {
  ngLiveNew as B,
  ngLiveRecord as L,
  NG_ROLE_CLIENT,
  NG_SOCK_ESTABLISHED,
  NG_SOCK_NO_STORAGE,
  NG_SOCK_SEEDED,
  ngSockRecord as R,
} from '@netguard/core/abi';
import { KernelClock } from './kernel-clock.ts';
import { SockRecordReader } from './sock-record.ts';

const NOW_NS = 9_000_000_000;

interface Counters {
  readonly cookie?: number;
  readonly generation?: number;
  readonly rx?: number;
  readonly tx?: number;
  readonly segments?: number;
}

function full(
  { cookie = 7, generation = 0, rx = 0, tx = 0, segments = 0 }: Counters,
  more: Record<string, number> = {},
) {
  const bytes = new Uint8Array(B.SIZE);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(R.cookie, BigInt(cookie), true);
  view.setBigUint64(R.now_ns, BigInt(NOW_NS), true);
  view.setBigUint64(R.start_ns, BigInt(NOW_NS - 5_000_000), true);
  view.setBigUint64(R.cgroup_id, 42n, true);
  view.setBigUint64(R.rx_bytes, BigInt(rx), true);
  view.setBigUint64(R.tx_bytes, BigInt(tx), true);
  view.setUint32(R.rx_segs, segments, true);
  view.setUint32(R.tx_segs, segments, true);
  view.setUint32(R.generation, generation, true);
  view.setUint32(R.netns, 4_026_532_000, true);
  view.setUint32(R.pid, 99, true);
  view.setUint16(R.flags, more.flags ?? NG_SOCK_ESTABLISHED, true);
  view.setUint16(R.lport, more.lport ?? 40_000, true);
  view.setUint16(R.rport, 80, true);
  view.setBigUint64(B.base_rx_bytes, BigInt(more.base ?? 0), true);
  view.setUint32(B.base_rx_segs, more.base ?? 0, true);
  view.setUint8(R.role, NG_ROLE_CLIENT);
  view.setUint8(R.state, 1);
  bytes.set(parseAddress('10.0.0.1') as Uint8Array, R.laddr);
  bytes.set(parseAddress('2001:db8::1') as Uint8Array, R.raddr);
  bytes.set(Buffer.from('curl'), R.comm);
  return [bytes, view, 0] as const;
}

/** As the second record of its array. */
function compact({ cookie = 7, generation = 0, rx = 0, tx = 0, segments = 0 }: Counters) {
  const at = L.SIZE;
  const bytes = new Uint8Array(2 * L.SIZE);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(at + L.cookie, BigInt(cookie), true);
  view.setBigUint64(at + L.rx_bytes, BigInt(rx), true);
  view.setBigUint64(at + L.tx_bytes, BigInt(tx), true);
  view.setUint32(at + L.rx_segs, segments, true);
  view.setUint32(at + L.tx_segs, segments, true);
  view.setUint32(at + L.retrans_segs, 1, true);
  view.setUint32(at + L.unacked_bytes, 11, true);
  view.setUint32(at + L.srtt_us, 222, true);
  view.setUint32(at + L.generation, generation, true);
  return [new Uint32Array(bytes.buffer), at / 4, NOW_NS + 1_000_000_000] as const;
}

describe('socket records', () => {
  const clock = new KernelClock(
    () => NOW_NS,
    () => NOW_NS,
  );
  let reader: SockRecordReader;

  beforeEach(() => {
    reader = new SockRecordReader(clock, 2);
  });

  it('in full become an observation', () => {
    const seen = reader.live(...full({ rx: 2 ** 40, tx: 20, segments: 3 }));
    assert.deepEqual(seen, {
      kind: 'connection',
      timeMs: clock.fromBoot(NOW_NS),
      phase: 'live',
      id: '7.0',
      role: 'client',
      cgroupId: 42,
      netns: 4_026_532_000,
      local: { ip: '10.0.0.1', port: 40_000 },
      remote: { ip: '2001:db8::1', port: 80 },
      pid: 99,
      comm: 'curl',
      established: true,
      isNew: true,
      preexisting: false,
      delta: { receivedBytes: 2 ** 40, sentBytes: 20, receivedPackets: 3, sentPackets: 3, retransmits: 0 },
      total: { receivedBytes: 2 ** 40, sentBytes: 20, receivedPackets: 3, sentPackets: 3, retransmits: 0 },
      unackedBytes: 0,
      srttUs: 0,
      startMs: clock.fromBoot(NOW_NS - 5_000_000),
      closeReason: null,
    });
  });

  it('in short become the same with other numbers', () => {
    const first = reader.live(...full({ rx: 10, tx: 20, segments: 3 }));
    const seen = reader.again(...compact({ rx: 10 + 2 ** 40, tx: 20, segments: 4 }));
    assert.deepEqual(seen, {
      ...first,
      timeMs: clock.fromBoot(NOW_NS + 1_000_000_000),
      isNew: false,
      delta: { receivedBytes: 2 ** 40, sentBytes: 0, receivedPackets: 1, sentPackets: 1, retransmits: 1 },
      total: { receivedBytes: 10 + 2 ** 40, sentBytes: 20, receivedPackets: 4, sentPackets: 4, retransmits: 1 },
      unackedBytes: 11,
      srttUs: 222,
    });
  });

  it('in short of a connection older than the source count from when it was found', () => {
    const first = reader.live(
      ...full({ rx: 1, segments: 1 }, { flags: NG_SOCK_SEEDED | NG_SOCK_ESTABLISHED, base: 50 }),
    );
    assert.deepEqual([first?.preexisting, first?.total.receivedBytes], [true, 1]);
    const seen = reader.again(...compact({ rx: 53, segments: 54 }));
    assert.deepEqual([seen?.delta.receivedBytes, seen?.total.receivedBytes], [2, 3]);
    assert.deepEqual([seen?.delta.receivedPackets, seen?.total.receivedPackets], [3, 4]);
  });

  it('in short say nothing of a connection that did not move', () => {
    reader.live(...full({ rx: 10, segments: 3 }));
    assert.equal(reader.again(...compact({ rx: 10, segments: 3 })), undefined);
  });

  it('in short say nothing of a connection that is not known, or over, or of another generation', () => {
    assert.equal(reader.again(...compact({ segments: 1 })), undefined);
    reader.live(...full({ segments: 1 }));
    assert.equal(reader.again(...compact({ generation: 1, segments: 2 })), undefined);
    reader.closed(...full({ segments: 2 }));
    assert.equal(reader.again(...compact({ segments: 3 })), undefined);
  });

  it('at the end tell the rest, and once', () => {
    reader.live(...full({ rx: 10, tx: 10, segments: 3 }));
    reader.again(...compact({ rx: 20, tx: 10, segments: 5 }));
    const seen = reader.closed(...full({ rx: 25, tx: 11, segments: 6 }));
    assert.deepEqual([seen.phase, seen.isNew, seen.closeReason], ['closed', false, 'reset-sent']);
    assert.deepEqual([seen.delta.receivedBytes, seen.delta.sentBytes, seen.delta.sentPackets], [5, 1, 1]);
    assert.equal(seen.total.receivedBytes, 25);
    assert.equal(reader.live(...full({ rx: 25, tx: 11, segments: 6 })), undefined, 'a live record read too late');
  });

  it('of an old generation that ends late take nothing from the new one', () => {
    reader.live(...full({ rx: 100, segments: 3 }));
    reader.live(...full({ generation: 1, rx: 5, segments: 1 }));
    assert.equal(reader.closed(...full({ rx: 110, segments: 4 })).delta.receivedBytes, 10);
    const seen = reader.again(...compact({ generation: 1, rx: 7, segments: 2 }));
    assert.deepEqual([seen?.id, seen?.isNew, seen?.delta.receivedBytes], ['7.1', false, 2]);
  });

  it('in full again correct what is known, as ports that were not bound at the first', () => {
    reader.live(...full({ segments: 1 }, { lport: 0, flags: 0 }));
    const seen = reader.live(...full({ segments: 2 }));
    assert.deepEqual([seen?.isNew, seen?.local.port, seen?.established], [false, 40_000, true]);
    assert.equal(reader.again(...compact({ segments: 3 }))?.local.port, 40_000);
  });

  it('without room are left out, and counted at the end', () => {
    reader.live(...full({ cookie: 1, segments: 1 }));
    reader.live(...full({ cookie: 2, segments: 1 }));
    assert.equal(reader.live(...full({ cookie: 3, rx: 5, segments: 1 })), undefined);
    assert.equal(reader.table.evicted, 1);
    const seen = reader.closed(...full({ cookie: 3, rx: 9, segments: 2 }));
    assert.deepEqual([seen.isNew, seen.delta.receivedBytes], [true, 9]);
  });

  it('without storage have no counters of ours', () => {
    const seen = reader.closed(...full({ rx: 9, segments: 2 }, { flags: NG_SOCK_NO_STORAGE }));
    assert.deepEqual([seen.total.receivedBytes, seen.total.sentPackets, seen.preexisting], [0, 0, true]);
  });
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type DatagramObservation, parseAddress } from '@netguard/core';
import { ngConv4Key, ngConvKey, ngTotalValue as T, ngConvValue as V } from '@netguard/core/abi';
import { FakeMap } from '../../testing/fake-map.ts';
import { type ConversationKeys, ConversationReader, IPV4_KEYS, IPV6_KEYS } from './conversation-reader.ts';
import { ConversationRooms, conversationQuota } from './conversation-rooms.ts';
import { KernelClock } from './kernel-clock.ts';

const UDP = 17;
const SLOTS = 4;

describe('a reader of conversations', () => {
  let nowMs: number;
  let clock: KernelClock;

  beforeEach(() => {
    nowMs = 1000;
    clock = new KernelClock(
      () => nowMs * 1e6,
      () => nowMs * 1e6,
    );
  });

  const rooms = (totals = new Uint8Array(SLOTS * T.SIZE), quota = 100) => new ConversationRooms(totals, 'room4', quota);

  function key({ at }: ConversationKeys, local: Uint8Array, remote: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(at.SIZE);
    const view = new DataView(bytes.buffer);
    view.setUint32(at.cgroup_id, 9, true);
    bytes.set(local, at.laddr);
    bytes.set(remote, at.raddr);
    view.setUint16(at.lport, 40_000, true);
    view.setUint16(at.rport, 53, true);
    bytes[at.protocol] = UDP;
    return bytes;
  }

  function value(packets: number, firstNs = 5): Uint8Array {
    const bytes = new Uint8Array(V.SIZE);
    const view = new DataView(bytes.buffer);
    view.setUint32(V.first_ns, firstNs, true);
    view.setUint32(V.tx_packets, packets, true);
    view.setUint32(V.opener, 1, true);
    return bytes;
  }

  function read(reader: ConversationReader): DatagramObservation[] {
    const seen: DatagramObservation[] = [];
    reader.read((each) => seen.push(each));
    return seen;
  }

  const ipv4 = key(IPV4_KEYS, Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 0, 0, 2));
  const ipv6 = key(IPV6_KEYS, parseAddress('fd00::1')!, parseAddress('fd00::2')!);
  const families = [
    { title: 'IPv4', keys: IPV4_KEYS, size: ngConv4Key.SIZE, bytes: ipv4, ips: ['10.0.0.1', '10.0.0.2'] },
    { title: 'IPv6', keys: IPV6_KEYS, size: ngConvKey.SIZE, bytes: ipv6, ips: ['fd00::1', 'fd00::2'] },
  ];

  for (const { title, keys, size, bytes, ips } of families) {
    it(`tells an ${title} conversation by what moved, and deletes it after 30 seconds`, () => {
      const map = new FakeMap(size, V.SIZE);
      const reader = new ConversationReader(map, keys, clock, rooms());
      map.setRaw(bytes, value(3));
      const [first] = read(reader);
      assert.deepEqual(
        [first?.local, first?.remote].map((end) => end?.ip),
        ips,
      );
      assert.deepEqual([first?.local.port, first?.remote.port, first?.cgroupId], [40_000, 53, 9]);
      assert.deepEqual([first?.protocol, first?.role, first?.isNew, first?.ended], ['UDP', 'client', true, false]);
      map.setRaw(bytes, value(10));
      const [second] = read(reader);
      assert.deepEqual([second?.delta.sentPackets, second?.isNew, second?.id], [7, false, first?.id]);
      assert.deepEqual(read(reader), []);
      nowMs += 30_000;
      assert.equal(read(reader)[0]?.ended, true);
      assert.equal(map.entries.size, 0);
    });
  }

  it('takes a key that came back for another conversation', () => {
    const map = new FakeMap(ngConv4Key.SIZE, V.SIZE);
    const reader = new ConversationReader(map, IPV4_KEYS, clock, rooms());
    map.setRaw(ipv4, value(3));
    read(reader);
    map.setRaw(ipv4, value(4, 6));
    assert.deepEqual(
      read(reader).map(({ isNew, delta }) => [isNew, delta.sentPackets]),
      [[true, 4]],
    );
  });

  it('tells the kernel how many more each total may begin, and ends idle ones early where half of it is gone', () => {
    const totals = new Uint8Array(SLOTS * T.SIZE);
    const room = (slot: number) => new DataView(totals.buffer).getUint32(slot * T.SIZE + T.room4, true);
    const map = new FakeMap(ngConv4Key.SIZE, V.SIZE);
    const reader = new ConversationReader(map, IPV4_KEYS, clock, rooms(totals, 4));
    assert.deepEqual([0, 1, 2, 3].map(room), [4, 4, 4, 4]);
    for (const [nth, slot] of [1, 1, 2].entries()) {
      const bytes = value(1);
      new DataView(bytes.buffer).setUint32(V.slot, slot, true);
      map.setRaw(key(IPV4_KEYS, Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 0, 1, nth)), bytes);
    }
    read(reader);
    assert.deepEqual([0, 1, 2, 3].map(room), [4, 2, 3, 4]);
    nowMs += 3000;
    assert.deepEqual(
      read(reader).map(({ remote, ended }) => [remote.ip, ended]),
      [
        ['10.0.1.0', true],
        ['10.0.1.1', true],
      ],
    );
    assert.deepEqual([map.entries.size, room(1)], [1, 4]);
  });
});

describe('the quota of conversations', () => {
  it('is a third of the table, or a thousand of a small one', () => {
    assert.deepEqual([49_152, 3000, 1000, 48].map(conversationQuota), [16_384, 1024, 1000, 48]);
  });
});

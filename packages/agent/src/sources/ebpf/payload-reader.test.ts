import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type ConnectionObservation, type PayloadObservation, parseAddress } from '@netguard/core';
import { ngPayloadEvent as E, NG_ROLE_CLIENT, NG_ROLE_SERVER, ngConv4Key, ngConvKey } from '@netguard/core/abi';
import type { RingView } from '@netguard/libbpf';
import { KernelClock } from './kernel-clock.ts';
import { PayloadReader } from './payload-reader.ts';

const TCP = 6;
const UDP = 17;
const NETNS = 4026531840;

interface Record {
  readonly protocol?: number;
  readonly cookie?: number;
  readonly generation?: number;
  readonly role?: number;
  readonly sent?: boolean;
  readonly offset?: number;
  readonly wireBytes?: number;
  readonly segmentBytes?: number;
  readonly netns?: number;
  readonly local?: string;
  readonly lport?: number;
  readonly remote?: string;
  readonly rport?: number;
  readonly bytes?: Uint8Array;
}

/** A ring that holds one record, not at its beginning. */
function ringWith(record: Record): RingView {
  const { protocol = TCP, cookie = 77, generation = 1, role = NG_ROLE_CLIENT, sent = true, offset = 0 } = record;
  const { netns = NETNS, local = '10.0.0.1', lport = 40_000, remote = '10.0.0.2', rport = 80 } = record;
  const { bytes = Uint8Array.of(1, 2, 3), segmentBytes = 0 } = record;
  const u8 = new Uint8Array(AT + E.SIZE + bytes.length + 64).fill(0xee);
  const view = new DataView(u8.buffer);
  u8.fill(0, AT, AT + E.SIZE);
  view.setBigUint64(AT + E.now_ns, 5_000_000_000n, true);
  view.setBigUint64(AT + E.cgroup_id, 4711n, true);
  view.setBigUint64(AT + E.cookie, BigInt(cookie), true);
  view.setUint32(AT + E.generation, generation, true);
  view.setUint32(AT + E.netns, netns, true);
  view.setUint32(AT + E.offset, offset, true);
  view.setUint32(AT + E.wire_bytes, record.wireBytes ?? bytes.length, true);
  view.setUint16(AT + E.bytes, bytes.length, true);
  view.setUint16(AT + E.segment_bytes, segmentBytes, true);
  view.setUint16(AT + E.lport, lport, true);
  view.setUint16(AT + E.rport, rport, true);
  u8[AT + E.protocol] = protocol;
  u8[AT + E.role] = role;
  u8[AT + E.sent] = sent ? 1 : 0;
  u8.set(parseAddress(local)!, AT + E.laddr);
  u8.set(parseAddress(remote)!, AT + E.raddr);
  u8.set(bytes, AT + E.SIZE);
  return { u8, view } as RingView;
}

const AT = 16;

describe('a reader of samples', () => {
  let told: PayloadObservation[];
  let reader: PayloadReader;

  beforeEach(() => {
    told = [];
    const clock = new KernelClock(
      () => 0,
      () => 0,
    );
    reader = new PayloadReader(clock, (sample) => told.push({ ...sample, bytes: sample.bytes.slice() }));
  });

  const read = (record: Record = {}) => reader.record(ringWith(record), AT);

  it('says of TCP what the record says, with the id of the connection', () => {
    const before = Date.now();
    read({ offset: 100, wireBytes: 9, sent: false });
    const { timeMs, ...rest } = told[0]!;
    assert.deepEqual(rest, {
      kind: 'payload',
      transport: 'TCP',
      id: '77.1',
      role: 'client',
      cgroupId: 4711,
      netns: NETNS,
      local: { ip: '10.0.0.1', port: 40_000 },
      remote: { ip: '10.0.0.2', port: 80 },
      sent: false,
      offset: 100,
      length: 9,
      bytes: Uint8Array.of(1, 2, 3),
    });
    assert.ok(timeMs >= before + 4000 && timeMs <= Date.now() + 6000);
  });

  it('copies nothing: the bytes are those of the ring', () => {
    const ring = ringWith({});
    let seen: Uint8Array | undefined;
    const clock = new KernelClock(
      () => 0,
      () => 0,
    );
    new PayloadReader(clock, ({ bytes }) => {
      seen = bytes;
    }).record(ring, AT);
    assert.equal(seen?.buffer, ring.u8.buffer);
    assert.equal(seen?.byteOffset, AT + E.SIZE);
  });

  it('names a conversation of datagrams by the bytes of its key, as conversation-reader.ts does', () => {
    read({ protocol: UDP, cookie: 0, generation: 0, netns: 0, lport: 0x1234 });
    read({ protocol: UDP, cookie: 0, generation: 0, netns: 0, local: 'fd00::1', remote: 'fd00::2' });
    const [ipv4, ipv6] = told.map(({ id }) => Buffer.from(id, 'latin1'));
    assert.deepEqual([ipv4!.length, ipv6!.length], [ngConv4Key.SIZE, ngConvKey.SIZE]);
    assert.equal(ipv4!.readUInt16LE(ngConv4Key.lport), 0x1234);
    assert.deepEqual([...ipv4!.subarray(ngConv4Key.raddr, ngConv4Key.raddr + 4)], [10, 0, 0, 2]);
    assert.equal(ipv6![ngConvKey.protocol], UDP);
    assert.equal(ipv6!.readBigUInt64LE(ngConvKey.cgroup_id), 4711n);
    assert.ok(told.every(({ transport, offset }) => transport === 'UDP' && offset === 0));
  });

  it('parts a batch into its packets', () => {
    const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);
    read({ bytes, wireBytes: 95, segmentBytes: 10, offset: 1000 });
    read({ bytes: bytes.subarray(0, 13), wireBytes: 13, segmentBytes: 10, protocol: UDP });
    assert.deepEqual(
      told.map(({ offset, length, bytes: part }) => [offset, length, part[0], part.length]),
      [
        [1000, 10, 0, 10],
        [1010, 10, 10, 10],
        [0, 10, 0, 10],
        [0, 3, 10, 3],
      ],
    );
  });

  it('tells of one end where both are of this host: the one that was first', () => {
    read();
    read({
      cookie: 78,
      role: NG_ROLE_SERVER,
      sent: false,
      local: '10.0.0.2',
      lport: 80,
      remote: '10.0.0.1',
      rport: 40_000,
    });
    read({ sent: false });
    read({ cookie: 90, rport: 81 });
    assert.deepEqual(
      told.map(({ id }) => id),
      ['77.1', '77.1', '90.1'],
    );
  });

  it('takes the loopback of two network namespaces for two', () => {
    const loopback = { local: '127.0.0.1', remote: '127.0.0.1' };
    read(loopback);
    read({ ...loopback, cookie: 78, lport: 80, rport: 40_000, netns: 5 });
    assert.equal(told.length, 2);
    read({ ...loopback, cookie: 79, lport: 80, rport: 40_000 });
    assert.equal(told.length, 2);
  });

  describe('of what came to a listener', () => {
    const early = { cookie: 0, generation: 0, role: NG_ROLE_SERVER, sent: false, bytes: Uint8Array.of(9) };
    const connection = (remotePort: number) =>
      ({
        kind: 'connection',
        id: '55.0',
        netns: NETNS,
        local: { ip: '10.0.0.1', port: 40_000 },
        remote: { ip: '10.0.0.2', port: remotePort },
      }) as ConnectionObservation;

    it('waits for the next sample of its connection, and is told before it', () => {
      read(early);
      assert.deepEqual(told, []);
      read({ cookie: 55, generation: 0, role: NG_ROLE_SERVER });
      assert.deepEqual(
        told.map(({ id, bytes, sent }) => [id, bytes[0], sent]),
        [
          ['55.0', 9, false],
          ['55.0', 1, true],
        ],
      );
    });

    it('or for the connection itself', () => {
      read(early);
      reader.connection(connection(81));
      assert.deepEqual(told, []);
      reader.connection(connection(80));
      reader.connection(connection(80));
      assert.deepEqual(
        told.map(({ id }) => id),
        ['55.0'],
      );
    });

    it('says it once when it is sent again to the socket', () => {
      read(early);
      read({ cookie: 55, generation: 0, role: NG_ROLE_SERVER, sent: false, bytes: Uint8Array.of(9) });
      assert.equal(told.length, 1);
    });

    it('forgets what nobody claims, and keeps no more than it has room for', () => {
      for (let rport = 1; rport <= 1500; rport++) read({ ...early, rport });
      assert.deepEqual(reader.tables(), [{ name: 'payload_unclaimed', entries: 1024, capacity: 1024, evicted: 476 }]);
      reader.tick(Date.now() + 60_000);
      assert.equal(reader.tables()[0]!.entries, 0);
      reader.connection(connection(1500));
      assert.deepEqual(told, []);
    });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatagramObservation } from '../observation.ts';
import { ICMP, ICMPV6, UDP } from './packet.ts';
import { observeFrames, ofKind } from './testing/observe-frames.ts';
import { ethernet, icmp, ipv4, ipv6, udp } from './testing/packets.ts';
import type { WrittenFrame } from './testing/pcap-writer.ts';

const T0 = 1_700_000_000_000;
const A = '10.0.0.1';
const B = '10.0.0.53';

function at(timeMs: number, source: string, target: string, payload: Uint8Array, protocol: number): WrittenFrame {
  const ip = source.includes(':') ? ipv6 : ipv4;
  return { timeMs: T0 + timeMs, bytes: ethernet(ip(source, target, payload, { protocol })) };
}

function line({ role, protocol, local, remote, delta, isNew, ended }: DatagramObservation): string {
  const marks = `${isNew ? ' new' : ''}${ended ? ' ended' : ''}`;
  return `${role} ${protocol} ${local.ip}:${local.port} ${remote.ip}:${remote.port} ${delta.sentPackets}/${delta.sentBytes} ${delta.receivedPackets}/${delta.receivedBytes}${marks}`;
}

describe('what is not TCP', () => {
  it('is told of each second that it moved, by both ends, and ends after 30 s of silence', () => {
    const frames = [
      at(0, A, B, udp(4000, 53, 30), UDP),
      at(10, B, A, udp(53, 4000, 90), UDP),
      at(1500, A, B, udp(4000, 53, 30), UDP),
    ];
    const seen = ofKind(observeFrames(frames, { afterMs: 40_000 }), 'datagrams');
    assert.deepEqual(seen.filter(({ role }) => role === 'client').map(line), [
      'client UDP 10.0.0.1:4000 10.0.0.53:53 1/30 1/90 new',
      'client UDP 10.0.0.1:4000 10.0.0.53:53 1/30 0/0',
      'client UDP 10.0.0.1:4000 10.0.0.53:53 0/0 0/0 ended',
    ]);
    assert.equal(line(seen[1]!), 'server UDP 10.0.0.53:53 10.0.0.1:4000 1/90 1/30 new');
    assert.deepEqual([seen[0]!.timeMs, seen[0]!.startMs], [T0 + 1000, T0]);
    assert.ok(seen.at(-1)!.timeMs - T0 >= 31_500);
  });

  it('has the type and code of ICMP where ports would be', () => {
    const frames = [
      at(0, A, B, icmp(8, 0, 56), ICMP),
      at(1, B, A, icmp(0, 0, 56), ICMP),
      at(2, 'fe80::1', 'fe80::2', icmp(128, 0, 8), ICMPV6),
    ];
    const seen = ofKind(observeFrames(frames), 'datagrams').filter(({ role }) => role === 'client');
    assert.deepEqual(seen.map(line), [
      'client ICMP 10.0.0.1:8 10.0.0.53:0 1/56 0/0 new',
      'client ICMP 10.0.0.53:0 10.0.0.1:0 1/56 0/0 new',
      'client ICMP fe80::1:128 fe80::2:0 1/8 0/0 new',
    ]);
  });

  it('takes an ICMP error for no answer', () => {
    const question = at(0, A, B, udp(4000, 161, 30), UDP);
    const error = at(5, B, A, icmp(3, 1, question.bytes.subarray(14, 42)), ICMP);
    const client = ofKind(observeFrames([question, error]), 'datagrams').find(
      ({ protocol, role }) => protocol === 'UDP' && role === 'client',
    );
    assert.deepEqual([client?.delta.sentPackets, client?.delta.receivedPackets], [1, 0]);
  });

  it('has no end at a group address', () => {
    const frames = [
      at(0, A, '224.0.0.251', udp(5353, 5353, 40), UDP),
      at(0, '0.0.0.0', '255.255.255.255', udp(68, 67, 300), UDP),
      at(0, 'fe80::1', 'ff02::fb', udp(5353, 5353, 40), UDP),
    ];
    assert.deepEqual(
      ofKind(observeFrames(frames), 'datagrams').map(({ local }) => local.ip),
      [A, 'fe80::1'],
    );
  });

  it('gives each host a namespace of its own, the same in every capture', () => {
    const frames = [at(0, A, B, udp(4000, 53, 30), UDP)];
    const numbers = (): number[] => ofKind(observeFrames(frames), 'datagrams').map(({ cgroupId }) => cgroupId);
    assert.deepEqual(numbers(), numbers());
    assert.equal(new Set(numbers()).size, 2);
  });

  it('stays bounded under spoofed sources; what makes room is told first', () => {
    const sources = 80_000;
    const frames = Array.from({ length: sources }, (_, index) =>
      at(
        index / 100,
        `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
        B,
        udp(1024 + (index % 5000), 53, 20),
        UDP,
      ),
    );
    const observed = observeFrames(frames);
    const received = ofKind(observed, 'datagrams').filter(({ local }) => local.ip === B);
    assert.equal(
      received.reduce((sum, { delta }) => sum + delta.receivedPackets, 0),
      sources,
    );
    for (const { name, entries, capacity } of observed.tracker.tables) assert.ok(entries <= capacity, name);
    assert.ok(observed.tracker.tables.some(({ name, evicted }) => name === 'conversations' && evicted > 0));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProbeObservation, ProbeShape } from '../observation.ts';
import { ACK, FIN, ICMP, PSH, RST, SYN, UDP, URG } from './packet.ts';
import { type Observed, observeFrames, ofKind } from './testing/observe-frames.ts';
import { ethernet, icmp, ipv4, udp } from './testing/packets.ts';
import type { WrittenFrame } from './testing/pcap-writer.ts';
import { type Ends, reversed, segment, Talk } from './testing/talk.ts';

const T0 = 1_700_000_000_000;
const SCANNER = '203.0.113.9';
const TARGET = '10.0.0.2';

function ends(serverPort: number, clientPort = 50_000): Ends {
  return { client: SCANNER, clientPort, server: TARGET, serverPort };
}

/** Probes of `flags` at ports from 1 on, each answered by a RST when `refused`. */
function scan(flags: number, ports: number, refused: boolean, stepMs = 1): WrittenFrame[] {
  return Array.from({ length: ports }, (_, index) => {
    const timeMs = T0 + index * stepMs;
    const probe = segment(ends(index + 1), timeMs, flags, { sequence: 77 });
    return refused
      ? [probe, segment(reversed(ends(index + 1)), timeMs + 0.2, RST | ACK, { acknowledgement: 78 })]
      : [probe];
  }).flat();
}

function probesOf(observed: Observed): {
  packets: number;
  shapes: Partial<Record<ProbeShape, number>>;
  last: ProbeObservation | undefined;
} {
  const probes = ofKind(observed, 'probe').filter(
    ({ sourceIp, targetIp }) => sourceIp === SCANNER && targetIp === TARGET,
  );
  const shapes: Partial<Record<ProbeShape, number>> = {};
  let packets = 0;
  for (const probe of probes) {
    packets += probe.packets;
    for (const [shape, count] of Object.entries(probe.shapes) as [ProbeShape, number][]) {
      if (count > 0) shapes[shape] = (shapes[shape] ?? 0) + count;
    }
  }
  return { packets, shapes, last: probes.at(-1) };
}

describe('packets that find no socket', () => {
  for (const [name, flags, shape] of [
    ['SYN', SYN, 'syn'],
    ['FIN', FIN, 'fin'],
    ['NULL', 0, 'null'],
    ['XMAS', FIN | PSH | URG, 'xmas'],
    ['ACK', ACK, 'ack'],
    ['Maimon', FIN | ACK, 'other'],
  ] as const) {
    for (const refused of [true, false]) {
      it(`of a ${name} scan, ${refused ? 'refused' : 'without an answer'}, are told of as ${shape}`, () => {
        const observed = observeFrames(scan(flags, 40, refused));
        const { packets, shapes, last } = probesOf(observed);
        assert.deepEqual([packets, shapes], [40, { [shape]: 40 }]);
        assert.ok(last && Math.abs(last.distinctPorts - 40) <= 4, `${last?.distinctPorts} distinct ports`);
        assert.equal(ofKind(observed, 'listener').length, 0);
      });
    }
  }

  it('raise an observation at the limit, and again when it has doubled', () => {
    const observed = observeFrames(scan(SYN, 60, true), {
      limits: { listenerSyns: 200, sourceSyns: 160, probePorts: 15, windowMs: 1000, graceMs: 150 },
    });
    const raised = ofKind(observed, 'probe').filter(({ trigger }) => trigger === 'threshold');
    assert.equal(raised.length, 2);
    assert.ok(raised[0]!.timeMs - T0 < 20, `${raised[0]!.timeMs - T0} ms`);
    assert.equal(raised[0]!.firstMs, T0 + 0.2);
  });

  it('are no probes at an open port: the listener has them', () => {
    const open = new Talk(ends(80, 1234), T0).open().close();
    const odd = [FIN, 0, FIN | PSH | URG, ACK].map((flags, index) =>
      segment(ends(80, 50_001 + index), T0 + 100 + index, flags),
    );
    const refusal = segment(reversed(ends(80, 50_004)), T0 + 104, RST);
    const observed = observeFrames([...open.frames, ...odd, refusal]);
    assert.equal(probesOf(observed).packets, 0);
    const listener = ofKind(observed, 'listener').at(-1);
    assert.deepEqual([listener?.oddFlags, listener?.acks, listener?.completed], [3, 2, 1]);
  });

  it('are none when they are late for a connection that is over', () => {
    const over = new Talk(ends(80), T0).open().close();
    const late = segment(ends(80), T0 + 30_000, ACK, { sequence: 1001 });
    const reset = segment(reversed(ends(80)), T0 + 30_001, RST);
    assert.equal(ofKind(observeFrames([...over.frames, late, reset]), 'probe').length, 0);
  });

  it('are backscatter where a host gets answers to what it never sent', () => {
    const answers = [SYN | ACK, RST | ACK].map((flags, index) => segment(ends(1000 + index, 443), T0 + index, flags));
    assert.deepEqual(probesOf(observeFrames(answers)).shapes, { synAck: 1, rst: 1 });
  });

  it('are UDP where a host says that the port is closed, and where it may not say so each time', () => {
    const question = (port: number, timeMs: number): WrittenFrame => ({
      timeMs,
      bytes: ethernet(ipv4(SCANNER, TARGET, udp(50_000, port, 4), { protocol: UDP })),
    });
    const closed = (port: number, timeMs: number): WrittenFrame => {
      const quoted = question(port, timeMs).bytes.subarray(14);
      return { timeMs, bytes: ethernet(ipv4(TARGET, SCANNER, icmp(3, 3, quoted), { protocol: ICMP })) };
    };
    const frames = [question(1, T0), closed(1, T0 + 1), question(2, T0 + 5), question(3, T0 + 6)];
    const observed = observeFrames(frames);
    assert.deepEqual(probesOf(observed).shapes, { udp: 3 });
    assert.equal(probesOf(observeFrames(frames.slice(2))).packets, 0);
    const target = ofKind(observed, 'datagrams').filter(
      ({ local, protocol }) => local.ip === TARGET && protocol === 'UDP',
    );
    assert.deepEqual(
      target.map(({ local }) => local.port),
      [2, 3],
    );
  });

  it('are none where a late answer is turned away', () => {
    const bytes = (source: string, target: string, payload: Uint8Array, protocol: number): Uint8Array =>
      ethernet(ipv4(source, target, payload, { protocol }));
    const question = bytes(SCANNER, TARGET, udp(50_000, 53, 30), UDP);
    const answer = bytes(TARGET, SCANNER, udp(53, 50_000, 90), UDP);
    const closed = bytes(SCANNER, TARGET, icmp(3, 3, answer.subarray(14, 42)), ICMP);
    const frames = [question, answer, closed].map((frame, index) => ({ timeMs: T0 + index * 100, bytes: frame }));
    assert.equal(ofKind(observeFrames(frames), 'probe').length, 0);
  });

  it('are none where a traceroute goes by', () => {
    const frames: WrittenFrame[] = [];
    for (let hops = 1; hops <= 20; hops++) {
      const packet = ipv4(SCANNER, TARGET, udp(50_000, 33_433 + hops, 12), { protocol: UDP, hops });
      const error = ipv4(`192.0.2.${hops}`, SCANNER, icmp(11, 0, packet.subarray(0, 28)), { protocol: ICMP });
      frames.push(
        { timeMs: T0 + hops * 10, bytes: ethernet(packet) },
        { timeMs: T0 + hops * 10 + 5, bytes: ethernet(error) },
      );
    }
    assert.equal(ofKind(observeFrames(frames), 'probe').length, 0);
  });

  it('stay bounded under spoofed sources, and none is lost', () => {
    const sources = 40_000;
    const frames = Array.from({ length: sources }, (_, index) => {
      const from = {
        client: `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
        clientPort: 1024 + (index % 999),
        server: TARGET,
        serverPort: 9,
      };
      return segment(from, T0 + index / 50, ACK, { sequence: index });
    });
    const observed = observeFrames(frames);
    const packets = ofKind(observed, 'probe').reduce((sum, probe) => sum + probe.packets, 0);
    assert.equal(packets, sources);
    for (const { name, entries, capacity } of observed.tracker.tables) assert.ok(entries <= capacity, name);
  });
});

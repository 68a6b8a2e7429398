import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dissector } from './dissector.ts';
import { Frame } from './frame.ts';
import { Host } from './host.ts';
import { ICMP, SYN, TCP, UDP } from './packet.ts';
import { ethernet, icmp, ipv4, ipv6, segmentSize, tcp, udp } from './testing/packets.ts';
import { concat } from './testing/pcap-writer.ts';

const A = '10.0.0.1';
const B = '192.0.2.7';
const SIX_A = '2001:db8::1';
const SIX_B = '2001:db8::2';

function frame(bytes: Uint8Array, linkType = 1, originalLength = bytes.length): Frame {
  return Object.assign(new Frame(), { timeMs: 1000, linkType, bytes, start: 0, end: bytes.length, originalLength });
}

/** What the trackers would get of one frame; undefined when they get nothing. */
function see(bytes: Uint8Array, linkType = 1, dissector = new Dissector(), originalLength = bytes.length) {
  if (!dissector.dissect(frame(bytes, linkType, originalLength))) return undefined;
  const { source, target, protocol, sourcePort, targetPort, payloadBytes, packets, flags } = dissector.packet;
  return {
    from: `${new Host(source).ip} ${sourcePort}`,
    to: `${new Host(target).ip} ${targetPort}`,
    protocol,
    payloadBytes,
    packets,
    flags,
  };
}

const datagram = ipv4(A, B, udp(5000, 53, 30), { protocol: UDP });
const seen = { from: `${A} 5000`, to: `${B} 53`, protocol: UDP, payloadBytes: 30, packets: 1, flags: 0 };

describe('the dissector', () => {
  it('finds IP behind every link type it knows', () => {
    const cooked = concat([new Uint8Array(14), Uint8Array.of(8, 0), datagram]);
    const cooked2 = concat([Uint8Array.of(8, 0), new Uint8Array(18), datagram]);
    const loopback = concat([Uint8Array.of(2, 0, 0, 0), datagram]);
    for (const [linkType, bytes] of [
      [1, ethernet(datagram)],
      [12, datagram],
      [14, datagram],
      [101, datagram],
      [228, datagram],
      [113, cooked],
      [276, cooked2],
      [0, loopback],
      [108, loopback],
    ] as const) {
      assert.deepEqual(see(bytes, linkType), seen, `link type ${linkType}`);
    }
    const six = ipv6(SIX_A, SIX_B, udp(1, 2, 3), { protocol: UDP });
    assert.equal(see(six, 229)?.to, `${SIX_B} 2`);
    assert.equal(see(ethernet(six))?.payloadBytes, 3);
  });

  it('passes VLAN tags, QinQ, MPLS labels and PPPoE', () => {
    assert.deepEqual(see(ethernet(datagram, { vlans: [5] })), seen);
    assert.deepEqual(see(ethernet(datagram, { vlans: [5, 7] })), seen);
    const labels = concat([Uint8Array.of(0, 1, 0, 64), Uint8Array.of(0, 2, 1, 64), datagram]);
    assert.deepEqual(see(ethernet(labels, { type: 0x8847 })), seen);
    const pppoe = concat([Uint8Array.of(0x11, 0, 0, 1, 0, 60, 0, 0x21), datagram]);
    assert.deepEqual(see(ethernet(pppoe, { type: 0x8864 })), seen);
  });

  it('counts the inner packet of GRE, IP in IP, VXLAN and Geneve', () => {
    const outer = (protocol: number, payload: Uint8Array): Uint8Array =>
      ethernet(ipv4('198.51.100.1', '198.51.100.2', payload, { protocol }));
    assert.deepEqual(see(outer(4, datagram)), seen);
    assert.deepEqual(see(outer(47, concat([Uint8Array.of(0, 0, 8, 0), datagram]))), seen);
    const full = concat([Uint8Array.of(0xb0, 0, 0x65, 0x58), new Uint8Array(12), ethernet(datagram)]);
    assert.deepEqual(see(outer(47, full)), seen);
    const vxlan = concat([Uint8Array.of(8, 0, 0, 0, 0, 0, 9, 0), ethernet(datagram, { vlans: [3] })]);
    assert.deepEqual(see(outer(UDP, udp(40_000, 4789, vxlan))), seen);
    const geneve = concat([Uint8Array.of(1, 0, 0x65, 0x58, 0, 0, 9, 0, 1, 2, 3, 4), ethernet(datagram)]);
    assert.deepEqual(see(outer(UDP, udp(40_000, 6081, geneve))), seen);
    const six = ipv6(SIX_A, SIX_B, udp(1, 2, 3), { protocol: UDP });
    assert.equal(see(outer(41, six))?.from, `${SIX_A} 1`);
  });

  it('takes what only looks like a tunnel for what it is', () => {
    const probe = ethernet(ipv4(A, B, udp(5000, 4789, Uint8Array.of(1, 2, 3)), { protocol: UDP }));
    assert.equal(see(probe)?.to, `${B} 4789`);
    const pptp = ethernet(ipv4(A, B, Uint8Array.of(0x30, 1, 0x88, 0x0b, 0, 0, 0, 0), { protocol: 47 }));
    assert.deepEqual(see(pptp), { from: `${A} 0`, to: `${B} 0`, protocol: 47, payloadBytes: 8, packets: 1, flags: 0 });
  });

  it('follows tunnels to a bounded depth', () => {
    let packet = datagram;
    for (let depth = 0; depth < 4; depth++) packet = ipv4(A, B, packet, { protocol: 4 });
    assert.deepEqual(see(packet, 101), seen);
    const dissector = new Dissector();
    assert.equal(see(ipv4(A, B, packet, { protocol: 4 }), 101, dissector), undefined);
    assert.deepEqual(dissector.undecoded.list(), [{ reason: 'tunnels within tunnels', packets: 1 }]);
  });

  it('reads IP options and extension headers', () => {
    const options = ipv4(A, B, udp(5000, 53, 30), { protocol: UDP, options: Uint8Array.of(7, 4, 0, 0) });
    assert.deepEqual(see(options, 101), seen);
    const extensions = [
      { type: 0, bytes: new Uint8Array(8) },
      { type: 60, bytes: Uint8Array.of(0, 1, ...new Array(14).fill(0)) },
      { type: 43, bytes: new Uint8Array(8) },
      { type: 51, bytes: Uint8Array.of(0, 2, ...new Array(14).fill(0)) },
      { type: 44, bytes: new Uint8Array(8) },
    ];
    const six = see(ipv6(SIX_A, SIX_B, udp(1, 2, 3), { protocol: UDP }, extensions), 101);
    assert.deepEqual(six, {
      from: `${SIX_A} 1`,
      to: `${SIX_B} 2`,
      protocol: UDP,
      payloadBytes: 3,
      packets: 1,
      flags: 0,
    });
  });

  it('counts payload by the IP length: not the padding, but what a snap length cut', () => {
    const segment = ipv4(A, B, tcp({ sourcePort: 1, targetPort: 2, flags: 16, payload: 5 }), { protocol: TCP });
    const padded = concat([ethernet(segment), new Uint8Array(9)]);
    assert.equal(see(padded)?.payloadBytes, 5);
    const large = ethernet(
      ipv4(A, B, tcp({ sourcePort: 1, targetPort: 2, flags: 16, payload: 1400 }), { protocol: TCP }),
    );
    assert.equal(see(large.subarray(0, 60), 1, new Dissector(), large.length)?.payloadBytes, 1400);
  });

  it('takes the frame for the length where offload left 0', () => {
    const segment = tcp({ sourcePort: 1, targetPort: 2, flags: 16, payload: 40_000 });
    const offloaded = ethernet(ipv4(A, B, segment, { protocol: TCP, totalLength: 0 }));
    assert.equal(see(offloaded)?.payloadBytes, 40_000);
    assert.equal(see(offloaded.subarray(0, 96), 1, new Dissector(), offloaded.length)?.payloadBytes, 40_000);
    const six = ethernet(ipv6(SIX_A, SIX_B, segment, { protocol: TCP, totalLength: 0 }));
    assert.equal(see(six)?.payloadBytes, 40_000);
  });

  it('reads the segment size of a SYN', () => {
    const dissector = new Dissector();
    const options = concat([Uint8Array.of(1, 1, 4, 2), segmentSize(1400)]);
    see(ipv4(A, B, tcp({ sourcePort: 1, targetPort: 2, flags: SYN, options }), { protocol: TCP }), 101, dissector);
    assert.equal(dissector.packet.segmentSize, 1400);
  });

  it('tells which packet an ICMP error is about', () => {
    const dissector = new Dissector();
    const message = icmp(3, 3, datagram.subarray(0, 28));
    assert.deepEqual(see(ipv4(B, A, message, { protocol: ICMP }), 101, dissector), {
      from: `${B} 3`,
      to: `${A} 3`,
      protocol: ICMP,
      payloadBytes: 28,
      packets: 1,
      flags: 0,
    });
    const { quoted } = dissector.packet;
    assert.deepEqual([quoted?.protocol, quoted?.sourcePort, quoted?.targetPort], [UDP, 5000, 53]);
    see(datagram, 101, dissector);
    assert.equal(dissector.packet.quoted, undefined);
  });

  it('counts what it does not read, by reason', () => {
    const dissector = new Dissector();
    see(ethernet(new Uint8Array(28), { type: 0x0806 }), 1, dissector);
    see(ethernet(new Uint8Array(28), { type: 0x0806 }), 1, dissector);
    see(ethernet(new Uint8Array(28), { type: 0x1234 }), 1, dissector);
    see(new Uint8Array(40), 105, dissector);
    see(ethernet(datagram).subarray(0, 30), 1, dissector);
    see(ethernet(datagram).subarray(0, 36), 1, dissector);
    see(Uint8Array.of(0x90, 0, 0), 101, dissector);
    assert.deepEqual(dissector.undecoded.list(), [
      { reason: 'ARP', packets: 2 },
      { reason: 'IP version 9', packets: 1 },
      { reason: 'cut off within the IP header', packets: 1 },
      { reason: 'cut off within the UDP header', packets: 1 },
      { reason: 'ethertype 0x1234', packets: 1 },
      { reason: 'link type 105', packets: 1 },
    ]);
  });
});

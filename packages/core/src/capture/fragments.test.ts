import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dissector } from './dissector.ts';
import { Frame } from './frame.ts';
import { SYN, TCP, UDP } from './packet.ts';
import { ipv4, ipv6, tcp, udp } from './testing/packets.ts';

const A = '10.0.0.1';
const B = '10.0.0.2';

/** An IPv4 payload cut into fragments of `size` bytes. */
function fragments(payload: Uint8Array, protocol: number, size: number, identification = 7): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const moreFragments = at + size < payload.length;
    parts.push(
      ipv4(A, B, payload.subarray(at, at + size), { protocol, identification, fragmentOffset: at, moreFragments }),
    );
  }
  return parts;
}

function see(dissector: Dissector, bytes: Uint8Array, timeMs = 1000): string | undefined {
  const frame = Object.assign(new Frame(), {
    timeMs,
    linkType: 101,
    bytes,
    start: 0,
    end: bytes.length,
    originalLength: bytes.length,
  });
  return dissector.dissect(frame) ? text(dissector) : undefined;
}

function text({ packet }: Dissector): string {
  const { sourcePort, targetPort, packets, payloadBytes, flags } = packet;
  return `${sourcePort}→${targetPort} ${packets} packets ${payloadBytes} bytes flags ${flags}`;
}

describe('fragments', () => {
  it('of a datagram count as one, with the ports of the first', () => {
    const dissector = new Dissector();
    const seen = fragments(udp(53, 4000, 4000), UDP, 1480).map((part) => see(dissector, part));
    assert.deepEqual(seen, [
      '53→4000 1 packets 1472 bytes flags 0',
      '53→4000 0 packets 1480 bytes flags 0',
      '53→4000 0 packets 1048 bytes flags 0',
    ]);
    assert.equal(dissector.fragments.state.entries, 0);
  });

  it('that come before the first wait for it', () => {
    const dissector = new Dissector();
    const [first, second, third] = fragments(udp(53, 4000, 4000), UDP, 1480) as [Uint8Array, Uint8Array, Uint8Array];
    assert.equal(see(dissector, third), undefined);
    assert.equal(see(dissector, second), undefined);
    assert.equal(see(dissector, first), '53→4000 1 packets 4000 bytes flags 0');
  });

  it('whose first one never comes count without ports', () => {
    const dissector = new Dissector();
    const [, second, third] = fragments(udp(53, 4000, 4000), UDP, 1480) as [Uint8Array, Uint8Array, Uint8Array];
    see(dissector, second);
    see(dissector, third);
    assert.equal(dissector.overdue(1500), false);
    assert.equal(dissector.overdue(2000), true);
    assert.equal(text(dissector), '0→0 2 packets 2528 bytes flags 0');
    assert.equal(dissector.overdue(2000), false);
  });

  it('of a tiny TCP header show its flags (nmap -f)', () => {
    for (const size of [8, 16]) {
      const dissector = new Dissector();
      const parts = fragments(tcp({ sourcePort: 40_000, targetPort: 22, flags: SYN }), TCP, size);
      const seen = parts.map((part) => see(dissector, part));
      assert.equal(seen.pop(), '40000→22 1 packets 0 bytes flags 2');
      assert.ok(seen.every((one) => one === undefined));
      const backwards = new Dissector();
      const last = parts
        .toReversed()
        .map((part) => see(backwards, part))
        .pop();
      assert.equal(last, '40000→22 1 packets 0 bytes flags 2');
    }
  });

  it('of a TCP segment count its whole payload', () => {
    const dissector = new Dissector();
    const parts = fragments(tcp({ sourcePort: 1, targetPort: 2, flags: 24, payload: 3000 }), TCP, 1480);
    assert.deepEqual(
      parts.map((part) => see(dissector, part)),
      [undefined, undefined, '1→2 1 packets 3000 bytes flags 24'],
    );
  });

  it('of TCP without the rest are counted as such', () => {
    const dissector = new Dissector();
    see(dissector, fragments(tcp({ sourcePort: 1, targetPort: 2, flags: SYN }), TCP, 8)[0]!);
    dissector.overdue(40_000);
    assert.equal(dissector.fragments.incomplete, 1);
    assert.equal(dissector.fragments.state.entries, 0);
  });

  it('of IPv6 are read too', () => {
    const dissector = new Dissector();
    const payload = tcp({ sourcePort: 9, targetPort: 80, flags: SYN });
    const part = (at: number, more: boolean): Uint8Array =>
      ipv6('2001:db8::1', '2001:db8::2', payload.subarray(at, more ? at + 8 : undefined), { protocol: TCP }, [
        { type: 44, bytes: Uint8Array.of(0, 0, at >> 8, (at & 0xf8) | Number(more), 0, 0, 0, 9) },
      ]);
    assert.equal(see(dissector, part(0, true)), undefined);
    assert.equal(see(dissector, part(8, true)), undefined);
    assert.equal(see(dissector, part(16, false)), '9→80 1 packets 0 bytes flags 2');
  });

  it('stay bounded under a flood of them, and none is lost uncounted', () => {
    const dissector = new Dissector();
    let packets = 0;
    for (let index = 0; index < 20_000; index++) {
      const identification = index & 0xffff;
      const late = ipv4(A, `10.9.${index >> 8}.${index & 255}`, new Uint8Array(100), {
        protocol: UDP,
        identification,
        fragmentOffset: 1480,
      });
      see(dissector, late, 1000 + index / 1000);
      while (dissector.overdue(1000 + index / 1000)) packets += dissector.packet.packets;
      assert.ok(dissector.fragments.state.entries <= 4096);
    }
    while (dissector.overdue(Number.POSITIVE_INFINITY)) packets += dissector.packet.packets;
    assert.equal(packets, 20_000);
  });
});

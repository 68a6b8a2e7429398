import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NetGuardError } from '../error.ts';
import { ICMP, TCP, UDP } from './packet.ts';
import { observeCapture } from './testing/observe-frames.ts';
import { ethernet, icmp, ipv4, ipv6, tcp, udp } from './testing/packets.ts';
import { concat, pcap, type WrittenFrame } from './testing/pcap-writer.ts';
import { enhancedPacket, interfaceBlock, sectionHeader } from './testing/pcapng-writer.ts';
import { Talk } from './testing/talk.ts';

const T0 = 1_700_000_000_000;
const A = '10.0.0.1';
const B = '10.0.0.2';

/** A capture with something of everything. */
function sample(): WrittenFrame[] {
  const talk = new Talk({ client: A, clientPort: 40_000, server: B, serverPort: 80 }, T0)
    .open()
    .data(0, 300)
    .data(1, 900)
    .close();
  const six = new Talk({ client: '2001:db8::1', clientPort: 40_001, server: '2001:db8::2', serverPort: 80 }, T0)
    .open()
    .data(0, 9)
    .reset(1);
  const datagram = ipv4(A, B, udp(4000, 53, 40), { protocol: UDP });
  const vxlan = concat([Uint8Array.of(8, 0, 0, 0, 0, 0, 9, 0), ethernet(datagram, { vlans: [3] })]);
  const extensions = [
    { type: 0, bytes: new Uint8Array(8) },
    { type: 44, bytes: new Uint8Array(8) },
    { type: 60, bytes: new Uint8Array(8) },
  ];
  const others = [
    ethernet(datagram, { vlans: [1, 2] }),
    ethernet(ipv4(A, B, udp(1, 4789, vxlan), { protocol: UDP })),
    ethernet(ipv4(A, B, concat([Uint8Array.of(0x20, 0, 8, 0, 0, 0, 0, 1), datagram]), { protocol: 47 })),
    ethernet(ipv4(A, B, datagram, { protocol: 4 })),
    ethernet(ipv4(B, A, icmp(3, 3, datagram), { protocol: ICMP })),
    ethernet(ipv6('2001:db8::1', '2001:db8::2', udp(5, 6, 7), { protocol: UDP }, extensions)),
    ethernet(
      ipv4(A, B, tcp({ sourcePort: 1, targetPort: 2, flags: 2 }).subarray(0, 8), {
        protocol: TCP,
        moreFragments: true,
      }),
    ),
    ethernet(
      ipv4(A, B, tcp({ sourcePort: 1, targetPort: 2, flags: 2 }).subarray(8), { protocol: TCP, fragmentOffset: 8 }),
    ),
    ethernet(ipv4(A, B, udp(7, 8, 1000), { protocol: UDP, moreFragments: true, identification: 5 })),
    ethernet(concat([Uint8Array.of(0, 1, 1, 64), datagram]), { type: 0x8847 }),
    ethernet(new Uint8Array(28), { type: 0x0806 }),
  ];
  return [...talk.frames, ...six.frames, ...others.map((bytes, index) => ({ timeMs: T0 + 100 + index, bytes }))];
}

const SAMPLE = sample();
const FILES: readonly Uint8Array[] = [
  pcap(SAMPLE),
  pcap(SAMPLE, { little: false, nanoseconds: true }),
  concat([
    sectionHeader(),
    interfaceBlock({ resolution: 6 }),
    ...SAMPLE.map(({ timeMs, bytes }) => enhancedPacket({ units: BigInt(timeMs * 1000), bytes })),
  ]),
];

interface Mutation {
  readonly at: number;
  readonly what: 'flip' | 'set' | 'cut' | 'insert' | 'copy';
  readonly value: number;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  what: fc.constantFrom('flip', 'set', 'cut', 'insert', 'copy'),
  value: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 0x7f, 0x80, 0xff)),
});

function mutate(file: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  let bytes = Array.from(file);
  for (const { at, what, value } of mutations) {
    const place = at % Math.max(1, bytes.length);
    if (what === 'flip') bytes[place] = (bytes[place] ?? 0) ^ (1 << (value & 7));
    else if (what === 'set') bytes[place] = value;
    else if (what === 'cut') bytes.splice(place, value + 1);
    else if (what === 'insert') bytes.splice(place, 0, ...new Array<number>(value % 9).fill(value));
    else bytes = [...bytes.slice(0, place), ...bytes.slice(Math.max(0, place - value), place), ...bytes.slice(place)];
  }
  return Uint8Array.from(bytes);
}

/** Reads it to its end, or to the error that says why not. */
function survives(file: Uint8Array, chunk: number): void {
  const began = performance.now();
  try {
    const { tracker, observations } = observeCapture(file, { chunk });
    for (const { name, entries, capacity } of tracker.tables) assert.ok(entries <= capacity, name);
    for (const { timeMs } of observations) assert.ok(Number.isFinite(timeMs));
  } catch (error) {
    if (!(error instanceof NetGuardError)) throw error;
    assert.match(error.code, /^NG_ERR_CAPTURE_/);
    assert.notEqual(error.message, '');
  }
  const tookMs = performance.now() - began;
  assert.ok(tookMs < 2000, `${tookMs.toFixed(0)} ms for ${file.length} bytes`);
}

describe('a capture that is damaged or made to do harm', () => {
  it('is read to its end or refused by name, in bounded time, however it was changed', () => {
    const changed = fc.tuple(
      fc.constantFrom(...FILES),
      fc.array(mutation, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 5000 }),
    );
    fc.assert(
      fc.property(changed, ([file, mutations, chunk]) => survives(mutate(file, mutations), chunk)),
      { numRuns: 1500 },
    );
  });

  it('is read to its end whatever its packets hold', () => {
    const packet = fc.record({
      timeMs: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
      bytes: fc.uint8Array({ maxLength: 200 }),
      originalLength: fc.integer({ min: 0, max: 0xffffffff }),
    });
    const frames = fc.array(packet, { maxLength: 30 });
    const linkType = fc.constantFrom(0, 1, 12, 101, 108, 113, 228, 229, 276, 105);
    fc.assert(
      fc.property(frames, linkType, (all, type) => survives(pcap(all, { linkType: type }), 4096)),
      { numRuns: 300 },
    );
  });

  it('is read to its end whatever its IP packets hold', () => {
    const packet = fc.record({
      protocol: fc.constantFrom(0, 1, 4, 6, 17, 41, 43, 44, 47, 51, 58, 60, 132, 255),
      payload: fc.uint8Array({ maxLength: 120 }),
      fragmentOffset: fc.constantFrom(0, 0, 0, 8, 16, 65_528),
      moreFragments: fc.boolean(),
      isSix: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 30 }), (packets) => {
        const frames = packets.map(({ isSix, payload, ...ip }, index) => ({
          timeMs: T0 + index * 700,
          bytes: ethernet(isSix ? ipv6('2001:db8::1', '2001:db8::2', payload, ip) : ipv4(A, B, payload, ip)),
        }));
        survives(pcap(frames), 4096);
      }),
      { numRuns: 300 },
    );
  });
});

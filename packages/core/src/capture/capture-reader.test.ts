import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NetGuardError } from '../error.ts';
import { CaptureReader } from './capture-reader.ts';
import { concat, pcap, pcapHeader, type WrittenFrame } from './testing/pcap-writer.ts';
import {
  block,
  enhancedPacket,
  interfaceBlock,
  oldPacket,
  sectionHeader,
  simplePacket,
} from './testing/pcapng-writer.ts';

interface Read {
  readonly timeMs: number;
  readonly linkType: number;
  readonly originalLength: number;
  readonly bytes: number[];
}

function readAll(
  file: Uint8Array,
  chunks: readonly number[] = [file.length],
): { frames: Read[]; warning: string | undefined } {
  const reader = new CaptureReader();
  const frames: Read[] = [];
  let at = 0;
  for (let turn = 0; at < file.length; turn++) {
    const chunk = file.slice(at, at + Math.max(1, chunks[turn % chunks.length]!));
    at += chunk.length;
    reader.push(chunk);
    chunk.fill(0xee);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      const { timeMs, linkType, originalLength, bytes, start, end } = frame;
      frames.push({ timeMs, linkType, originalLength, bytes: [...bytes.subarray(start, end)] });
    }
  }
  return { frames, warning: reader.end() };
}

const T0 = 1_700_000_000_000;
const FRAMES: readonly WrittenFrame[] = [
  { timeMs: T0 + 0.25, bytes: Uint8Array.of(1, 2, 3) },
  { timeMs: T0 + 999.125, bytes: Uint8Array.of(), originalLength: 60 },
  { timeMs: T0 + 1500, bytes: Uint8Array.of(4, 5, 6, 7, 8), originalLength: 1500 },
];

function expected(linkType: number): Read[] {
  return FRAMES.map(({ timeMs, bytes, originalLength }) => ({
    timeMs,
    linkType,
    originalLength: originalLength ?? bytes.length,
    bytes: [...bytes],
  }));
}

function refuses(file: Uint8Array, code: string, message: RegExp): void {
  assert.throws(
    () => readAll(file),
    (error) => error instanceof NetGuardError && error.code === code && message.test(error.message),
  );
}

describe('the capture reader', () => {
  for (const little of [true, false]) {
    for (const nanoseconds of [true, false]) {
      it(`reads pcap, ${little ? 'little' : 'big'}-endian, in ${nanoseconds ? 'nano' : 'micro'}seconds`, () => {
        const { frames, warning } = readAll(pcap(FRAMES, { little, nanoseconds, linkType: 113 }));
        assert.deepEqual(frames, expected(113));
        assert.equal(warning, undefined);
      });
    }
    it(`reads pcapng sections of both byte orders, ${little ? 'little' : 'big'}-endian first`, () => {
      const units = (ms: number): bigint => BigInt(Math.round(ms * 1000));
      const [first, second, third] = FRAMES as [WrittenFrame, WrittenFrame, WrittenFrame];
      const file = concat([
        sectionHeader(little),
        interfaceBlock({ linkType: 113 }, little),
        enhancedPacket({ units: units(first.timeMs), bytes: first.bytes }, little),
        block(0x0bad, Uint8Array.of(1, 2, 3, 4, 5), little),
        sectionHeader(!little),
        interfaceBlock({ linkType: 1 }, !little),
        interfaceBlock({ linkType: 113 }, !little),
        enhancedPacket({ units: units(second.timeMs), bytes: second.bytes, interface: 1, originalLength: 60 }, !little),
        oldPacket({ units: units(third.timeMs), bytes: third.bytes, interface: 1, originalLength: 1500 }, !little),
      ]);
      const { frames, warning } = readAll(file);
      assert.deepEqual(frames, expected(113));
      assert.equal(warning, undefined);
    });
  }

  it('gives the same frames whatever the chunks are', () => {
    const ng = concat([
      sectionHeader(),
      interfaceBlock(),
      block(4, new Uint8Array(300)),
      ...FRAMES.map(({ timeMs, bytes }) => enhancedPacket({ units: BigInt(Math.round(timeMs * 1000)), bytes })),
    ]);
    for (const file of [pcap(FRAMES), ng]) {
      const whole = readAll(file);
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (chunks) => {
          assert.deepEqual(readAll(file, chunks), whole);
        }),
        { numRuns: 50 },
      );
    }
  });

  it('reads the resolution and the offset of an interface', () => {
    const bytes = Uint8Array.of(9);
    const file = concat([
      sectionHeader(),
      interfaceBlock({ resolution: 9 }),
      interfaceBlock({ resolution: 0x80 + 10 }),
      interfaceBlock({ resolution: 3, offsetSeconds: -60 }),
      enhancedPacket({ units: BigInt(T0) * 1_000_000n + 500_000n, bytes }),
      enhancedPacket({ units: (BigInt(T0) * 1024n) / 1000n, bytes, interface: 1 }),
      enhancedPacket({ units: BigInt(T0), bytes, interface: 2 }),
    ]);
    assert.deepEqual(
      readAll(file).frames.map(({ timeMs }) => timeMs),
      [T0 + 0.5, T0, T0 - 60_000],
    );
  });

  it('gives a simple packet the time of the one before, and no more bytes than were captured', () => {
    const file = concat([
      sectionHeader(),
      interfaceBlock({ snapLength: 4 }),
      enhancedPacket({ units: BigInt(T0 * 1000), bytes: Uint8Array.of(1, 2) }),
      simplePacket(Uint8Array.of(1, 2, 3, 4), 90),
    ]);
    assert.deepEqual(readAll(file).frames[1], { timeMs: T0, linkType: 1, originalLength: 90, bytes: [1, 2, 3, 4] });
  });

  it('says of a file that is cut off how many packets it read', () => {
    const file = pcap(FRAMES);
    for (const [length, packets] of [
      [20, '0 packets were'],
      [30, '0 packets were'],
      [24 + 16 + 3 + 1, '1 packet was'],
      [file.length - 1, '2 packets were'],
    ] as const) {
      const { warning } = readAll(file.subarray(0, length));
      assert.match(warning ?? '', new RegExp(`cut off in the middle of a record; ${packets} read`));
    }
    const skipped = concat([sectionHeader(), interfaceBlock(), block(0x0bad, new Uint8Array(100))]);
    assert.equal(readAll(skipped).warning, undefined);
    assert.match(readAll(skipped.subarray(0, skipped.length - 50)).warning ?? '', /cut off/);
  });

  it('refuses lengths that cannot be, and says which', () => {
    const record = new Uint8Array(16);
    new DataView(record.buffer).setUint32(8, 0xdeadbeef, true);
    refuses(concat([pcap(FRAMES), record]), 'NG_ERR_CAPTURE_CORRUPT', /packet 4 .*3735928559 bytes/);

    const start = concat([sectionHeader(), interfaceBlock()]);
    const bad = (change: (view: DataView, packet: Uint8Array) => void): Uint8Array => {
      const packet = enhancedPacket({ units: 0n, bytes: new Uint8Array(8) });
      change(new DataView(packet.buffer), packet);
      return concat([start, packet]);
    };
    const code = 'NG_ERR_CAPTURE_CORRUPT';
    refuses(
      bad((view) => view.setUint32(4, 7, true)),
      code,
      /length is 7/,
    );
    refuses(
      bad((view) => view.setUint32(4, 0xfffffff0, true)),
      code,
      /4294967280 bytes/,
    );
    refuses(
      bad((view) => view.setUint32(20, 500, true)),
      code,
      /500 bytes in a block/,
    );
    refuses(
      bad((view) => view.setUint32(8, 5, true)),
      code,
      /interface 5/,
    );
    refuses(
      bad((view, packet) => view.setUint32(packet.length - 4, 44, true)),
      code,
      /two different lengths/,
    );
    refuses(
      concat([start, block(0x0bad, new Uint8Array(0)).map((byte, at) => (at === 7 ? 0x7f : byte))]),
      code,
      /length/,
    );
    refuses(
      sectionHeader().map((byte, at) => (at === 8 ? 0 : byte)),
      code,
      /byte order/,
    );
    const many = Array.from({ length: 5000 }, () => interfaceBlock());
    refuses(concat([sectionHeader(), ...many]), code, /4096 interfaces/);
  });

  it('says what a file is that it does not read, and what to do', () => {
    const begins = (...bytes: number[]): Uint8Array => Uint8Array.of(...bytes, 0, 0, 0, 0);
    const code = 'NG_ERR_CAPTURE_FORMAT';
    refuses(begins(0x1f, 0x8b, 8, 0), code, /gzip/);
    refuses(begins(0x28, 0xb5, 0x2f, 0xfd), code, /zstd/);
    refuses(begins(0x50, 0x4b, 3, 4), code, /zip archive/);
    refuses(begins(0x7f, 0x45, 0x4c, 0x46), code, /7f454c46/);
    refuses(new Uint8Array(0), code, /empty/);
    refuses(Uint8Array.of(0xd4), code, /only 1 bytes/);
    assert.throws(() => readAll(begins(0x1f, 0x8b)), { hint: /gunzip/ });
  });

  it('holds no more than a record and a chunk, however long the capture is', () => {
    const reader = new CaptureReader();
    reader.push(pcapHeader());
    const record = pcap([{ timeMs: T0, bytes: new Uint8Array(1000) }]).subarray(24);
    const chunk = concat(Array.from({ length: 64 }, () => record));
    let largest = 0;
    let packets = 0;
    for (let turn = 0; turn < 500; turn++) {
      reader.push(chunk);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
        packets++;
        largest = Math.max(largest, frame.bytes.length);
      }
    }
    assert.equal(packets, 32_000);
    assert.ok(largest <= 256 * 1024, `${largest} bytes are held`);
  });
});

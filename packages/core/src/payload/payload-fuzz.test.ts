import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAYLOAD_PARSERS, type PayloadParser } from './parsers.ts';
import { bytesOf, fromHex, joined } from './testing/bytes.ts';
import { countedBytes } from './testing/counted-bytes.ts';
import { fuzzParser } from './testing/fuzz.ts';
import { frame, HTTP2_PREFACE } from './testing/http2-frames.ts';
import { mutate } from './testing/mutate.ts';
import { Random } from './testing/random.ts';
import { SEEDS } from './testing/seeds.ts';

/** Reads of bytes for each byte of a sample, and beside: DNS may read 16 KB of names of a message, the shortest that can has 720. */
const READS_PER_BYTE = 24;
const READS_BESIDE = 40_000;

function reads(parser: PayloadParser, bytes: Uint8Array, toServer: boolean): number {
  const count = { reads: 0 };
  parser.parse(countedBytes(bytes, count), bytes.length, toServer);
  return count.reads;
}

/** What makes a careless parser slow: a message over and over, lengths that lie, lines without end, pointers to pointers. */
function hostile(): Uint8Array[] {
  const big = 60_000;
  const repeated = SEEDS.map(({ bytes }) => joined(...Array<Uint8Array>(Math.ceil(big / bytes.length)).fill(bytes)));
  const filled = [0, 1, 0x0a, 0x0d, 0x20, 0x30, 0x3a, 0x41, 0x82, 0xbe, 0xc0, 0xff].map((byte) =>
    new Uint8Array(big).fill(byte),
  );
  const begun = SEEDS.flatMap(({ bytes }) =>
    filled.slice(0, 6).map((rest) => joined(bytes.subarray(0, bytes.length / 2), rest)),
  );
  const dns = joined(
    fromHex('0001 8180 0001 1000 0000 0000'),
    ...Array<Uint8Array>(63).fill(bytesOf('\x03aaa')),
    fromHex('00 0005 0001'),
  );
  const bomb = joined(
    fromHex('02d0 0001 8180 0001 0020 0000 0000'),
    ...[63, 63, 63, 61].map((length) => joined(Uint8Array.of(length), new Uint8Array(length).fill(0x61))),
    fromHex('00 0005 0001'),
    ...Array<Uint8Array>(32).fill(fromHex('c00c 0005 0001 00000000 0002 c00c')),
    new Uint8Array(1),
  );
  const records = Array<Uint8Array>(4000).fill(fromHex('c00c 0005 0001 00000000 0002 c00c'));
  const fields = frame(
    1,
    4,
    1,
    joined(fromHex('40 01 78 7f a1 1e'), new Uint8Array(4000).fill(0x61), new Uint8Array(9000).fill(0xbe)),
  );
  return [
    ...repeated,
    ...filled,
    ...begun,
    joined(dns, ...records),
    joined(...Array<Uint8Array>(90).fill(bomb)),
    joined(HTTP2_PREFACE, fields, ...Array<Uint8Array>(3000).fill(frame(9, 0, 1, fromHex('82')))),
    joined(HTTP2_PREFACE, ...Array<Uint8Array>(5000).fill(frame(1, 4, 1, fromHex('82 3f e1 ff 03')))),
    bytesOf(`GET / HTTP/1.1\r\nA: b\r\n${' c\r\n'.repeat(15_000)}\r\n`),
    bytesOf(`GET ${'HTTP/1 '.repeat(8000)}\r\n\r\n`),
    bytesOf(`HTTP/1.1 200${' '.repeat(9000)}OK\r\n\r\n`),
    bytesOf(`SSH-2.0-x\r\n${'\xff'.repeat(big)}`),
  ];
}

describe('parsers of payloads', () => {
  for (const [index, parser] of PAYLOAD_PARSERS.entries()) {
    it(`${parser.name} on ${parser.transport}: takes 20,000 changed messages without throwing or unpacking more than it may`, () => {
      const known = fuzzParser(parser, 20_000, 1 + index);
      assert.ok(known > 500 && known < 20_000, `${known} were known`);
    });
  }

  it('read a sample a bounded number of times, whatever is in it', () => {
    const random = new Random(99);
    const samples = hostile();
    for (let count = 0; count < 100; count++) samples.push(mutate(random.pick(samples), random, random.pick(samples)));
    for (const parser of PAYLOAD_PARSERS) {
      for (const bytes of samples) {
        const count = reads(parser, bytes, true);
        const limit = READS_BESIDE + bytes.length * READS_PER_BYTE;
        const beginning = Buffer.from(bytes.subarray(0, 40)).toString('latin1');
        assert.ok(count <= limit, `${parser.name}: ${count} reads of ${bytes.length} bytes: ${beginning}`);
      }
    }
  });

  it('are seen through by the count: a parser that reads each byte for each byte is over the limit', () => {
    const slow: PayloadParser = {
      name: 'slow',
      transport: 'TCP',
      parse: (bytes) => {
        for (let at = 0; at < bytes.length; at++) bytes.indexOf(0x100, at);
        return [];
      },
    };
    assert.ok(reads(slow, new Uint8Array(2000), true) > READS_BESIDE + 2000 * READS_PER_BYTE);
  });
});

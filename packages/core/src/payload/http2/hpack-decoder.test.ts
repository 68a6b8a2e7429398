import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { bytesOf, fromHex, joined } from '../testing/bytes.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import { huffmanText } from './huffman.ts';
import { CODE_BITS } from './huffman-lengths.ts';
import { STATIC_TABLE } from './static-table.ts';

describe('HPACK', () => {
  it('has a complete code of 257 symbols and a table of 61 fields', () => {
    assert.equal(CODE_BITS.length, 257);
    assert.equal(
      CODE_BITS.reduce((sum, bits) => sum + 2 ** -bits, 0),
      1,
    );
    assert.equal(STATIC_TABLE.length, 61);
  });

  it('reads the requests of RFC 7541, C.4, with Huffman code and the table they build', () => {
    const decoder = new HpackDecoder();
    const first = [
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'www.example.com'],
    ];
    assert.deepEqual(decoder.decode(fromHex('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff')), first);
    assert.deepEqual(decoder.decode(fromHex('8286 84be 5886 a8eb 1064 9cbf')), [
      ...first,
      ['cache-control', 'no-cache'],
    ]);
    assert.deepEqual(decoder.decode(fromHex('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf')), [
      [':method', 'GET'],
      [':scheme', 'https'],
      [':path', '/index.html'],
      [':authority', 'www.example.com'],
      ['custom-key', 'custom-value'],
    ]);
    assert.equal(decoder.isUsable, true);
  });

  it('forgets entries as RFC 7541, C.5 does with a table of 256 bytes', () => {
    const decoder = new HpackDecoder();
    decoder.decode(fromHex('3f e1 01'));
    decoder.decode(
      fromHex(
        '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 54' +
          '6e17 6874 7470 733a 2f2f 7777 772e 6578 616d 706c 652e 636f 6d',
      ),
    );
    const second = decoder.decode(fromHex('4803 3330 37c1 c0bf'));
    assert.deepEqual(
      second.map(([, value]) => value),
      ['307', 'private', 'Mon, 21 Oct 2013 20:13:21 GMT', 'https://www.example.com'],
    );
    // `:status 302` was forgotten: index 66 is none.
    assert.deepEqual([decoder.decode(fromHex('c2')), decoder.isUsable], [[], false]);
  });

  it('gives the fields before the place where a block is cut off or wrong, and nothing after', () => {
    for (const wrong of [
      '82 41 8c f1e3',
      '82 80',
      '82 ff ff ff ff ff 7f',
      '82 00 85 ffffffffff',
      '82 3f e1 ff 7f',
      '82 bf',
    ]) {
      const decoder = new HpackDecoder();
      assert.deepEqual(decoder.decode(fromHex(wrong)), [[':method', 'GET']], wrong);
      assert.equal(decoder.isUsable, false, wrong);
      assert.deepEqual(decoder.decode(fromHex('82')), [], wrong);
    }
  });

  it('does not unpack a bomb: an entry of 4 KB that each byte stands for', () => {
    const value = bytesOf('a'.repeat(4000));
    const entry = joined(fromHex('40 01 78 7f a1 1e'), value);
    const fields = new HpackDecoder().decode(joined(entry, new Uint8Array(60_000).fill(0xbe)));
    assert.ok(fields.length > 10 && fields.length * 4000 <= PAYLOAD_LIMITS.hpackTextBytes, String(fields.length));
    const decoder = new HpackDecoder();
    assert.equal(decoder.decode(new Uint8Array(60_000).fill(0x82)).length, PAYLOAD_LIMITS.hpackFields);
  });

  it('takes padding of the code only as ones, and shorter than a byte', () => {
    assert.equal(huffmanText(fromHex('1f'), 0, 1), 'a');
    assert.equal(huffmanText(fromHex('18'), 0, 1), undefined);
    assert.equal(huffmanText(fromHex('1fff'), 0, 2), undefined);
  });
});

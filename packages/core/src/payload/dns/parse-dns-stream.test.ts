import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { fromHex, joined } from '../testing/bytes.ts';
import { parseDnsStream } from './parse-dns-stream.ts';

const message = (id: string): Uint8Array => fromHex(`0013 ${id} 0100 0001 0000 0000 0000 01 61 00 0001 0001`);

describe('parseDnsStream', () => {
  it('reads one message after the other, and the last as far as it was sampled', () => {
    const stream = joined(message('0001'), message('0002'), message('0003'));
    assert.deepEqual(
      parseDnsStream(stream).map(({ id, unread }) => [id, unread]),
      [
        [1, undefined],
        [2, undefined],
        [3, undefined],
      ],
    );
    const cut = joined(message('0001'), fromHex('0030'), message('0002').subarray(2));
    assert.deepEqual(
      parseDnsStream(cut).map(({ id, messageBytes }) => [id, messageBytes]),
      [
        [1, 19],
        [2, 48],
      ],
    );
    assert.deepEqual(parseDnsStream(stream.subarray(0, 2)), []);
  });

  it('stops at what is no message, and at the limit', () => {
    assert.equal(parseDnsStream(joined(message('0001'), new Uint8Array(40).fill(0xff))).length, 1);
    const many = joined(...Array<Uint8Array>(PAYLOAD_LIMITS.dnsMessagesOfStream + 9).fill(message('0001')));
    assert.equal(parseDnsStream(many).length, PAYLOAD_LIMITS.dnsMessagesOfStream);
  });
});

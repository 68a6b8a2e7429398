import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SentBytes } from './sent-bytes.ts';

/** A stream cut into segments at random, some of them sent again, in any order within a window of few. */
const stream = fc.record({
  initial: fc.constantFrom(0, 1000, 0x7ffffff0, -20, 0xfffffff0 | 0),
  lengths: fc.array(fc.integer({ min: 1, max: 1460 }), { minLength: 1, maxLength: 25 }),
  again: fc.array(fc.nat(), { maxLength: 20 }),
  swaps: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 }),
});

describe('payload by sequence numbers', () => {
  it('is exact under any reordering and retransmission', () => {
    fc.assert(
      fc.property(stream, ({ initial, lengths, again, swaps }) => {
        const sent = new SentBytes();
        sent.begin(initial);
        let at = initial;
        const segments = lengths.map((length) => {
          const segment = { sequence: at, length };
          at = (at + length) | 0;
          return segment;
        });
        const order = [...segments, ...again.map((index) => segments[index % segments.length]!)];
        for (const [a, b] of swaps) {
          const [from, to] = [a % order.length, b % order.length];
          [order[from], order[to]] = [order[to]!, order[from]!];
        }
        let fresh = 0;
        for (const { sequence, length } of order) fresh += sent.add(sequence, length);
        const total = lengths.reduce((sum, length) => sum + length, 0);
        assert.equal(sent.bytes, total);
        assert.equal(fresh, total);
        assert.equal(sent.next, at);
      }),
    );
  });

  it('is exact when segments are cut anew on retransmission', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 400 })), {
          minLength: 1,
          maxLength: 25,
        }),
        (pieces) => {
          const sent = new SentBytes();
          sent.begin(-500);
          const seen = new Set<number>();
          for (const [from, length] of pieces) {
            sent.add(from - 500, length);
            for (let byte = from; byte < from + length; byte++) seen.add(byte);
          }
          assert.equal(sent.bytes, seen.size);
        },
      ),
    );
  });

  it('counts what the capture missed once the peer has it', () => {
    const sent = new SentBytes();
    sent.begin(100);
    sent.add(100, 10);
    sent.add(150, 10);
    assert.equal(sent.bytes, 20);
    sent.acknowledge(120);
    assert.equal(sent.bytes, 30);
    sent.acknowledge(160);
    assert.equal(sent.bytes, 60);
    sent.add(110, 40);
    assert.equal(sent.bytes, 60);
    sent.acknowledge(900);
    assert.equal(sent.bytes, 60);
  });

  it('takes no segment from beyond any window', () => {
    const sent = new SentBytes();
    sent.begin(0);
    assert.equal(sent.add(0x60000000, 100), 0);
    assert.equal(sent.bytes, 0);
  });

  it('holds a bounded number of gaps', () => {
    const sent = new SentBytes();
    sent.begin(0);
    for (let index = 1; index <= 1000; index++) sent.add(index * 20, 10);
    assert.equal(sent.bytes, 10_000);
    assert.equal(sent.add(10, 10), 0);
    assert.equal(sent.add(999 * 20 + 10, 10), 10);
  });
});

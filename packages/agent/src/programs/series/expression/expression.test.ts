import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seriesOf } from '../testing/series-of.ts';
import { be32, struct, typedMap, u16, u64 } from '../testing/typed-map.ts';
import { compileExpression } from './compile.ts';
import { parseExpression } from './parse.ts';
import { ExpressionError } from './tokens.ts';

/** A random expression of numbers, and what JavaScript makes of it. */
const { sum } = fc.letrec<{ sum: string }>((tie) => ({
  sum: fc.oneof(
    { maxDepth: 5 },
    fc.integer({ min: 0, max: 1000 }).map(String),
    fc
      .tuple(tie('sum'), fc.constantFrom('+', '-', '*', '/'), tie('sum'))
      .map(([a, operator, b]) => `(${a}) ${operator}(${b})`),
    tie('sum').map((inner) => `- (${inner})`),
  ),
}));

describe('expressions', () => {
  it('of numbers are what JavaScript makes of them', () => {
    fc.assert(
      fc.property(sum, (text) => {
        fc.pre(text.length < 400);
        const value = compileExpression(parseExpression(text).value, new Map(), text).evaluate(0);
        assert.ok(
          Object.is(value, new Function(`return ${text}`)()) || value === new Function(`return ${text}`)(),
          text,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('bind as usual', () => {
    const evaluated = (text: string) => compileExpression(parseExpression(text).value, new Map(), text).evaluate(0);
    assert.equal(evaluated('1 + 2 * 3 - 8 / 4 / 2'), 6);
    assert.equal(evaluated('-2 * -(1.5e1 + .5)'), 31);
  });

  it('are refused with a place, whatever the text', () => {
    const token = fc.constantFrom(
      'rate',
      'sum',
      'by',
      '(',
      ')',
      ',',
      '.',
      '>',
      '<=',
      '+',
      '-',
      '/',
      '5s',
      '1',
      'syns',
      'bytes',
      ' ',
      '\n',
      '$',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 60 }),
          fc.array(token, { maxLength: 30 }).map((parts) => parts.join(' ')),
        ),
        (text) => {
          try {
            parseExpression(text);
          } catch (error) {
            assert.ok(error instanceof ExpressionError, String(error));
            assert.match(error.message, /\(line \d+, column \d+ of the expression\)$/);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('are bounded in depth and parts', () => {
    assert.throws(() => parseExpression('('.repeat(500)), /nested more than 20 deep/);
    assert.throws(() => parseExpression('-'.repeat(500)), /nested more than 20 deep/);
    assert.throws(() => parseExpression(Array(150).fill('1').join('+')), /more than 200 parts/);
  });

  const wrong: readonly (readonly [text: string, message: RegExp])[] = [
    ['rate(syns 5s) > 1', /expected ,, found "5s" \(line 1, column 11/],
    ['rate(syns[5s) > 1', /expected \], found "\)" \(line 1, column 13/],
    ['rate(syns, 5) > 1', /expected a time such as 5s, found "5"/],
    ['rate(syns, 20m) > 1', /20m is not between 1s and 10m/],
    ['sum by saddr (syns)', /expected \(, found "saddr"/],
    ['syns >\n  $', /"\$" has no meaning here \(line 2, column 3/],
    ['syns > 1 > 2', /expected the end, found ">"/],
    ['rate(sins, 5s) > 1', /no map called sins, did you mean syns\? \(line 1, column 1 /],
    ['traffic.byte > 1', /no sample of the map traffic called byte, did you mean bytes\?/],
    ['traffic > 1', /name a sample of the map traffic, there are packets, bytes, backlog/],
    ['sum by (sadr) (syns) > 1', /no label sadr, did you mean saddr\?/],
    ['syns / traffic.bytes > 1', /the labels differ: saddr and dport, saddr; use sum by/],
    ['rate(traffic.backlog, 5s) > 1', /rate\(\) needs a counter, traffic.backlog is a gauge/],
    ['syns > syns', /the right side of the comparison must be a number/],
    ['syns', /it has no level/],
  ];
  for (const [text, message] of wrong) {
    it(`says what is wrong with ${JSON.stringify(text)}`, () => {
      const traffic = struct({ packets: u64, bytes: u64, backlog: u64 });
      const maps = [
        typedMap('syns', struct({ saddr: be32 }), u64),
        typedMap('traffic', struct({ saddr: be32, dport: u16 }), traffic),
      ];
      assert.throws(() => seriesOf(maps, `alerts: [{ name: a, expr: ${JSON.stringify(text)} }]`), message);
    });
  }
});

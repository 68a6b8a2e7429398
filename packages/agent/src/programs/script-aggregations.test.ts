import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { aggregationsOf } from './script-aggregations.ts';

test('each map is what is assigned to it, whatever its keys', () => {
  const script = `
/* @no = count() */
tracepoint:net:net_dev_queue /comm != "@x = max(1)"/ { // @neither = sum(1)
  @[comm] = count();
  @bytes[args.name, @other[str(args.a[0])]]  =
      sum (args.len);
  @lowest = min(1); @highest["]"] = max(2); @a=avg(3); @s = stats(args.len);
  @plain = 7; $v = count(); @us = hist(1, 3);
}`;
  const by = Object.fromEntries([...aggregationsOf(script)].map(([name, { by }]) => [name, by]));
  const expected = { '': 'count', bytes: 'sum', lowest: 'min', highest: 'max', a: 'avg', s: 'stats', us: 'hist' };
  assert.deepEqual(by, expected);
});

test('the bounds of a histogram are those of its buckets', () => {
  const bounds = (call: string) => aggregationsOf(`BEGIN { @h = ${call}; }`).get('h')?.bounds;
  assert.deepEqual(bounds('hist(args.len)')?.slice(0, 5), [0, 1, 3, 7, 15]);
  assert.equal(bounds('hist(args.len)')?.at(-1), 2 ** 52 - 1);
  assert.deepEqual(bounds('lhist((1, 2).0, 0, 50, 10)'), [9, 19, 29, 39, 49]);
  assert.deepEqual(bounds('lhist(f(a, b), 100, 0x96, 1_0)'), [99, 109, 119, 129, 139, 149]);
  assert.deepEqual(bounds('lhist(n, 0, 25, 10)'), [9, 19, 24]);
  assert.equal(bounds('lhist(n, 0, MAX, 10)'), undefined);
  const thousand = bounds('lhist(n, 0, 1000, 1)') ?? [];
  assert.deepEqual([thousand.length, thousand[0], thousand.at(-1)], [125, 7, 999]);
});

test('no script is too strange, or takes long', () => {
  fc.assert(fc.property(fc.string(), (script) => void aggregationsOf(script)));
  const hostile = ['/*', '"', '@[', ']= count(', '@h = lhist(', '=  ', '@a = count();'];
  for (const part of hostile) {
    const began = performance.now();
    aggregationsOf(part.repeat(100_000));
    assert.ok(performance.now() - began < 2000, part);
  }
});

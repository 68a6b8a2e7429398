import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IntelListView } from '../client/api-types.ts';
import { palette } from '../text/palette.ts';
import { checkValue } from './check-value.ts';
import { intelTable, testLines } from './intel-table.ts';

const plain = palette({ colour: false });
const NOW = Date.parse('2026-11-25T12:00:00Z');
const list: IntelListView = {
  name: 'c2',
  category: 'c2',
  format: 'plain',
  source: 'https://lists.example/c2.txt',
  entries: 12_345,
  counts: { addresses: 12_345, domains: 0, urls: 0, fingerprints: 0 },
  bytes: 1,
  duplicates: 0,
  skipped: 0,
  own: 1,
  tooMany: 0,
  bad: 2,
  firstBad: [{ line: 7, text: 'x\x1b[2J', problem: 'is no address' }],
  madeAt: '2026-11-25T10:00:00.000Z',
  lastSuccess: '2026-11-25T11:00:00.000Z',
  isExpired: false,
};

test('a list is a line, and what is wrong with it stands below', () => {
  const [titles = '', line = '', ...rest] = intelTable([list], plain, NOW);
  assert.match(titles, /^LIST +CATEGORY +FORMAT +ENTRIES +BAD +AGE +CHECKED +STATE +SOURCE$/);
  assert.match(line, /^c2 +c2 +plain +12,345 +3 +2h +1h +ok +https:/);
  assert.deepEqual(rest, [
    'c2: 2 bad, first in line 7: x\\x1b[2J is no address',
    'c2: 1 private, loopback or reserved addresses were not taken (allowOwn)',
  ]);
});

test('a list that is old, missing or not there yet says so', () => {
  const { madeAt: _, ...never } = list;
  const states = [
    { ...list, problem: 'it answered 500' },
    { ...list, isExpired: true },
    never,
    { ...never, problem: 'x' },
  ];
  for (const [index, state] of ['stale', 'expired', 'waiting', 'missing'].entries()) {
    assert.match(intelTable([states[index]!], plain, NOW)[1] ?? '', new RegExp(` ${state} `));
  }
});

test('a value is answered with every list that has it, and whether it is alerted of', () => {
  const hit = { list: 'c2', category: 'c2', entry: '198.51.100.0/24', reference: 'report 7' };
  assert.deepEqual(testLines({ value: '198.51.100.7', kind: 'address', verdict: hit, hits: [hit] }, plain), [
    '198.51.100.7 (address) is alerted of',
    '  c2: 198.51.100.0/24, c2, report 7',
  ]);
  assert.match(testLines({ value: 'a.example', kind: 'domain', hits: [hit] }, plain)[0] ?? '', /is not alerted of/);
  assert.deepEqual(testLines({ value: 'a.example', kind: 'domain', hits: [] }, plain), [
    'a.example (domain) is in no list',
  ]);
});

test('a value that no list can name is refused as bad usage', () => {
  checkValue('www.example.org', undefined);
  checkValue('d41d8cd98f00b204e9800998ecf8427e', 'ja3');
  for (const [value, kind] of [
    ['0.0.0.0/0', undefined],
    ['d41d8cd98f00b204e9800998ecf8427e', undefined],
    ['www.example.org', 'address'],
  ] as const) {
    assert.throws(() => checkValue(value, kind), { code: 'NG_ERR_CLI_USAGE', exitStatus: 2 });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleFlow } from '../testing/samples.ts';
import { select, selection } from './select-flows.ts';

const flows = [3, 1, 2].map((second) => sampleFlow({ id: String(second), time: `2026-11-25T00:00:0${second}.000Z` }));
const ids = (chosen: ReturnType<typeof select>): string => chosen.map(({ id }) => id).join('');

test('nothing said is the last twenty, oldest first', () => {
  assert.deepEqual(selection({}), { follow: false, last: 20 });
  assert.equal(ids(select(flows, selection({}))), '123');
});

test('a bare --follow begins with what comes', () => {
  assert.deepEqual(selection({ follow: true }), { follow: true, last: 0 });
  assert.equal(ids(select(flows, selection({ follow: true }))), '');
  assert.equal(ids(select(flows, selection({ follow: true, last: 2 }))), '23');
});

test('a window has all of it unless --last says otherwise', () => {
  assert.deepEqual(selection({ sinceMs: 1 }), { follow: false, sinceMs: 1 });
  assert.equal(ids(select(flows, selection({ all: true }))), '123');
  assert.equal(ids(select(flows, selection({ first: 2 }))), '12');
  assert.equal(ids(select(flows, selection({ sinceMs: 1, last: 1 }))), '3');
});

test('flags that contradict each other are refused as Hubble does', () => {
  for (const flags of [
    { first: 1, last: 1 },
    { first: 1, all: true },
    { first: 1, follow: true },
    { last: 1, all: true },
    { untilMs: 1, follow: true },
  ]) {
    assert.throws(() => selection(flags), { code: 'NG_ERR_CLI_USAGE' }, JSON.stringify(flags));
  }
});

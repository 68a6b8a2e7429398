import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IntelReports } from '../intel/daemon-intel.ts';
import { testApp } from '../testing/test-app.ts';

const reports: IntelReports = {
  views: () => [],
  figures: () => [{ name: 'c2', entries: 7, lastSuccessMs: 1_700_000_000_000 }],
  test: (value, kind) => {
    if (value === '?') throw new RangeError('is no address');
    return { value, kind: kind ?? 'address', hits: [] };
  },
};

test('lists can be asked for, and what they say of a value', async () => {
  const { app, state } = testApp();
  assert.deepEqual((await app.inject('/api/v1/intel')).json(), { items: [] });
  assert.equal((await app.inject('/api/v1/intel/test?value=a')).statusCode, 503);
  state.intel = reports;
  const answer = await app.inject('/api/v1/intel/test?value=203.0.113.7&kind=address');
  assert.deepEqual(answer.json(), { value: '203.0.113.7', kind: 'address', hits: [] });
});

test('a value that names nothing, none, or one of an unknown kind is refused with what is accepted', async () => {
  const { app, state } = testApp();
  state.intel = reports;
  for (const [query, says] of [
    ['?value=%3F', /value is no address/],
    ['', /value must be an address, range/],
    ['?value=a&kind=md5', /kind must be one of address/],
    ['?values=a', /unknown parameter "values"/],
  ] as const) {
    const answer = await app.inject(`/api/v1/intel/test${query}`);
    assert.equal(answer.statusCode, 400);
    assert.match(answer.json().detail, says);
  }
});

test('entries and the last success of each list are metrics', async () => {
  const { app, state } = testApp();
  state.intel = reports;
  const { body } = await app.inject('/metrics');
  assert.match(body, /^netguard_intel_entries\{list="c2"\} 7$/m);
  assert.match(body, /^netguard_intel_last_success_timestamp_seconds\{list="c2"\} 1700000000$/m);
});

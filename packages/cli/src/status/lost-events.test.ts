import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countLostEvents } from './lost-events.ts';

test('samples of payload that were not taken are no lost events', () => {
  const lostEvents = { sock_ring: 3, conv_map: 4, payload_rate: 1000, payload_ring: 5 };
  assert.equal(countLostEvents({ lostEvents }), 7);
});

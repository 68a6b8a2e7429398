import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PayloadConversation } from '@netguard/core';
import { PayloadEnds } from './payload-ends.ts';

function end(local: string, remote: string): PayloadConversation {
  const socket = (ip: string) => ({ ip, port: 80 });
  return { transport: 'TCP', local: socket(local), remote: socket(remote), netns: 1 } as PayloadConversation;
}

test('however many conversations there are, few are remembered, and the latest among them', () => {
  const ends = new PayloadEnds(100);
  for (let i = 0; i < 10_000; i++) ends.isTold(end(`10.0.${i >> 8}.${i & 255}`, '10.9.9.9'));
  assert.ok(ends.size <= 200);
  assert.equal(ends.isTold(end('10.9.9.9', `10.0.${9999 >> 8}.${9999 & 255}`)), false);
});

test('a conversation that goes on is remembered while others come and go', () => {
  const ends = new PayloadEnds(100);
  ends.isTold(end('10.0.0.1', '10.0.0.2'));
  for (let i = 0; i < 5000; i++) {
    ends.isTold(end(`10.1.${i >> 8}.${i & 255}`, '10.9.9.9'));
    if (i % 50 === 0) assert.equal(ends.isTold(end('10.0.0.2', '10.0.0.1')), false);
  }
});

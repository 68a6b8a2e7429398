import assert from 'node:assert/strict';
import { test } from 'node:test';
import { communityId } from './community-id.ts';

/** From the reference implementation's baseline, seed 0. */
test('ids are those that other tools write, in both directions', () => {
  const tcp = '1:LQU9qZlK+B5F3KDmev6m5PMibrg=';
  assert.equal(communityId('TCP', '128.232.110.120', 34855, '66.35.250.204', 80), tcp);
  assert.equal(communityId('TCP', '66.35.250.204', 80, '128.232.110.120', 34855), tcp);
  assert.equal(communityId('UDP', '192.168.1.52', 54585, '8.8.8.8', 53), '1:d/FP5EW3wiY1vCndhwleRRKHowQ=');
});

test('IPv6 has an id, other protocols, mixed families and names have none', () => {
  assert.match(communityId('TCP', 'fd00::1', 1, 'fd00::2', 2) ?? '', /^1:[A-Za-z0-9+/]{27}=$/);
  assert.equal(communityId('ICMP', '10.0.0.1', 1, '10.0.0.2', 2), undefined);
  assert.equal(communityId('TCP', '10.0.0.1', 1, 'fd00::2', 2), undefined);
  assert.equal(communityId('TCP', '', 1, '10.0.0.2', 2), undefined);
});

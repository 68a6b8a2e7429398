import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint } from '@netguard/core';
import { namedEnds } from './named-ends.ts';

const pod: Endpoint = { ip: '10.244.1.5', kind: 'pod', namespace: 'shop', pod: 'web-1' };
const name = (ip: string): Endpoint => (ip === pod.ip ? pod : { ip, kind: 'world' });

test('an address gets the name that it has now; who has a name keeps it', () => {
  const stranger: Endpoint = { ip: '203.0.113.9', kind: 'world' };
  const nobody: Endpoint = { ip: '', kind: 'node' };
  const unnamed: Endpoint = { ip: pod.ip, kind: 'world' };
  assert.deepEqual(namedEnds({ local: unnamed, remote: stranger }, name), { local: pod, remote: stranger });
  const other: Endpoint = { ...pod, pod: 'db-1' };
  assert.deepEqual(namedEnds({ local: other, remote: unnamed }, name), { local: other, remote: pod });
  assert.deepEqual(namedEnds({ local: nobody, remote: null }, name), { local: nobody, remote: null });
});

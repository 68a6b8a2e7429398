import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationObservation, DnsFacts, Endpoint } from '@netguard/core';
import { DnsCounts } from './dns-counts.ts';

const web: Endpoint = {
  ip: '10.244.1.5',
  kind: 'pod',
  namespace: 'shop',
  pod: 'web-1',
  workload: { kind: 'Deployment', name: 'web' },
};

function dns(message: DnsFacts['message'], over: Partial<DnsFacts> = {}, seen: Partial<ApplicationObservation> = {}) {
  const facts: DnsFacts = {
    protocol: 'dns',
    message,
    id: 1,
    opcode: 0,
    rcode: 0,
    truncated: false,
    questions: [{ name: 'example.org', type: 28, class: 1 }],
    answers: [],
    authorities: [],
    additionals: [],
    messageBytes: 40,
    bytes: new Uint8Array(0),
    ...over,
  };
  const observation: ApplicationObservation = {
    kind: 'application',
    timeMs: 1000,
    transport: 'UDP',
    id: 'a',
    role: 'client',
    cgroupId: 1,
    netns: 1,
    local: { ip: web.ip, port: 40_000 },
    remote: { ip: '10.96.0.10', port: 53 },
    sent: message === 'query',
    facts,
    ...seen,
  };
  return observation;
}

test('questions count by type and answers by code, at the end that asks', () => {
  const counts = new DnsCounts();
  counts.observe(dns('query'), web);
  counts.observe(dns('query'), web);
  counts.observe(dns('response', { rcode: 3 }), web);
  const of = { namespace: 'shop', workload: 'web' };
  assert.deepEqual(counts.list(2000), [
    { ...of, kind: 'queries', what: 'AAAA', count: 2 },
    { ...of, kind: 'responses', what: 'NXDOMAIN', count: 1 },
  ]);
});

test('what a resolver is asked, and an answer that a client sends, is not counted', () => {
  const counts = new DnsCounts();
  counts.observe(dns('query', {}, { role: 'server', sent: false }), web);
  counts.observe(dns('response', {}, { sent: true }), web);
  assert.deepEqual(counts.list(2000), []);
});

test('rows go a quarter of an hour after they moved', () => {
  const counts = new DnsCounts();
  counts.observe(dns('query'), web);
  assert.equal(counts.list(901_000).length, 1);
  assert.deepEqual(counts.list(901_001), []);
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Endpoint, PayloadObservation } from '@netguard/core';
import { defaultConfig } from '../config/schema.ts';
import { PayloadGate } from './payload-gate.ts';

const settings = defaultConfig().payload;

function sample(cgroupId = 7): PayloadObservation {
  return { kind: 'payload', cgroupId, bytes: new Uint8Array(1) } as PayloadObservation;
}

function pod(namespace: string): Endpoint {
  return { ip: '10.0.0.1', kind: 'pod', namespace };
}

describe('the gate before who looks into payload', () => {
  let seen: number;
  let gate: PayloadGate;

  beforeEach(() => {
    seen = 0;
    gate = new PayloadGate({ ...settings, excludeNamespaces: ['bank'] });
    gate.inspector = {
      observe: () => {
        seen++;
      },
    };
  });

  it('lets samples pass, and counts them', () => {
    gate.observe(sample(), { local: pod('shop'), remote: pod('web') }, true);
    assert.deepEqual([seen, gate.counts], [1, { inspected: 1, excluded: 0, unnamed: 0 }]);
    assert.equal(gate.takeExcludedCgroups().size, 0);
  });

  it('holds back an excluded namespace at either end, and names the cgroup of which the kernel need sample nothing', () => {
    gate.observe(sample(7), { local: pod('bank'), remote: pod('web') }, true);
    gate.observe(sample(8), { local: pod('web'), remote: pod('bank') }, true);
    assert.deepEqual([seen, gate.counts], [0, { inspected: 0, excluded: 2, unnamed: 0 }]);
    assert.deepEqual([...gate.takeExcludedCgroups()], [7]);
    assert.equal(gate.takeExcludedCgroups().size, 0);
  });

  it('holds back who has no name yet, only while a name could exclude it', () => {
    const who = { local: { ip: '10.0.0.9', kind: 'private' as const }, remote: pod('web') };
    gate.observe(sample(), who, false);
    assert.deepEqual(gate.counts, { inspected: 0, excluded: 0, unnamed: 1 });
    gate.configure(settings);
    gate.observe(sample(), who, false);
    assert.deepEqual([seen, gate.counts.inspected], [1, 1]);
  });

  it('is shut where payload is off, whatever the source tells', () => {
    gate.configure({ ...settings, mode: 'off' });
    gate.observe(sample(), { local: pod('shop'), remote: pod('web') }, true);
    assert.deepEqual([seen, gate.counts], [0, { inspected: 0, excluded: 0, unnamed: 0 }]);
  });
});

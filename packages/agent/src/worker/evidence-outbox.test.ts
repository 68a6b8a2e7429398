import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvidenceSample, PayloadObservation } from '@netguard/core';
import { EvidenceOutbox } from './evidence-outbox.ts';

const who = { local: { ip: '10.0.0.2', kind: 'pod' }, remote: { ip: '10.0.0.9', kind: 'pod' } } as const;

function sample(bytes: Uint8Array): PayloadObservation {
  return {
    kind: 'payload',
    timeMs: 1,
    transport: 'TCP',
    id: 'c',
    role: 'server',
    cgroupId: 1,
    netns: 1,
    local: { ip: '10.0.0.2', port: 80 },
    remote: { ip: '10.0.0.9', port: 40_000 },
    sent: false,
    offset: 0,
    length: bytes.length,
    bytes,
  };
}

test('samples are copied, told once, and bounded; what found no room is counted', () => {
  const posted: { samples: readonly EvidenceSample[]; dropped: number }[] = [];
  const outbox = new EvidenceOutbox((samples, dropped) => posted.push({ samples, dropped }));
  outbox.flush();
  assert.equal(posted.length, 0);
  const bytes = new Uint8Array([7]);
  outbox.add(sample(bytes), who);
  bytes[0] = 0;
  for (let n = 0; n < 40; n++) outbox.add(sample(new Uint8Array(60_000)), who);
  outbox.flush();
  outbox.flush();
  assert.equal(posted.length, 1);
  const [{ samples, dropped } = { samples: [], dropped: 0 }] = posted;
  assert.equal(samples[0]?.bytes[0], 7);
  assert.equal(samples[0]?.remoteKey, '10.0.0.9');
  assert.ok(dropped > 0 && samples.length + dropped === 41);
});

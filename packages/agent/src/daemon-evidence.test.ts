import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EvidenceSample } from '@netguard/core';
import { DaemonEvidence } from './daemon-evidence.ts';
import type { Logger } from './log.ts';
import { NodeState } from './state/node-state.ts';
import { alert } from './testing/samples.ts';
import { testConfig } from './testing/settings.ts';

const T0 = Date.parse('2026-11-25T00:10:00.000Z');
const quiet = { error: () => {} } as unknown as Logger;
const ours = { ip: '10.0.0.2', kind: 'pod', namespace: 'shop', workload: { kind: 'Deployment', name: 'web' } } as const;
const one = {
  ...alert('a1'),
  source: null,
  target: ours,
  evidence: { observed: 1, threshold: 1, unit: 'u', windowMs: 1 },
  firstSeen: new Date(T0).toISOString(),
  lastSeen: new Date(T0).toISOString(),
};
const sample: EvidenceSample = {
  timeMs: T0,
  transport: 'TCP',
  id: 'c',
  role: 'server',
  local: { ip: '10.0.0.2', port: 80 },
  remote: { ip: '10.0.0.9', port: 40_000 },
  sent: false,
  offset: 0,
  length: 1,
  bytes: new Uint8Array(1),
  localKey: 'shop/Deployment/web',
  remoteKey: '10.0.0.9',
};

function made(stateDir: string) {
  const state = new NodeState({ config: testConfig(), version: '1.2.3', now: () => T0 });
  return { state, evidence: new DaemonEvidence(stateDir, state, quiet, (stream) => stream) };
}

const { payload } = testConfig();
const kept = { ...payload, mode: 'evidence' } as const;
const deskOf = ({ evidence }: NodeState) => evidence;

test('samples are kept in mode evidence only, over a restart, and are removed when the mode ends', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'netguard-state-'));
  try {
    const first = made(stateDir);
    first.evidence.keep(sample);
    assert.equal(deskOf(first.state), undefined);
    await first.evidence.configure(kept);
    await first.evidence.configure(kept);
    first.evidence.keep(sample);
    assert.equal((await first.state.evidence?.forAlert(one))?.samples.length, 1);
    assert.equal(first.evidence.figures.samples, 1);
    await first.evidence.close();

    const second = made(stateDir);
    await second.evidence.configure(kept);
    assert.equal((await second.state.evidence?.forAlert(one))?.samples.length, 1);
    await second.evidence.configure(payload);
    assert.deepEqual([second.state.evidence, readdirSync(join(stateDir, 'evidence'))], [undefined, []]);
    assert.equal(second.state.concerns.size, 0);
    await second.evidence.configure(kept);
    second.evidence.keep(sample);
    await second.evidence.close();

    await made(stateDir).evidence.configure(payload);
    assert.deepEqual(readdirSync(join(stateDir, 'evidence')), [], 'what another run has left goes as well');
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
});

test('a directory that cannot be made is a concern, not the end', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'netguard-state-'));
  try {
    writeFileSync(join(stateDir, 'evidence'), 'in the way');
    const { state, evidence } = made(stateDir);
    await evidence.configure(kept);
    assert.match(state.concerns.get('evidence') ?? '', /Payload samples cannot be kept in .*evidence/);
    assert.equal(state.evidence, undefined);
    rmSync(join(stateDir, 'evidence'));
    await evidence.configure(kept);
    assert.equal(state.concerns.has('evidence'), false);
    await evidence.close();
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
});

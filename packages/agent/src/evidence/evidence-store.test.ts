import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import type { Alert, EvidenceSample } from '@netguard/core';
import { alert } from '../testing/samples.ts';
import { EvidenceStore, type EvidenceStoreOptions } from './evidence-store.ts';

const T0 = Date.parse('2026-11-25T00:10:00.000Z');
const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function options(more: Partial<EvidenceStoreOptions> = {}): EvidenceStoreOptions {
  const directory = mkdtempSync(join(tmpdir(), 'netguard-evidence-'));
  directories.push(directory);
  return { directory, maxBytes: 1_000_000, maxAgeMs: 3_600_000, maxSamples: 10_000, now: () => T0, ...more };
}

function sample(n: number, more: Partial<EvidenceSample> = {}): EvidenceSample {
  return {
    timeMs: T0 - 30_000 + n,
    transport: 'TCP',
    id: `c${n}`,
    role: 'server',
    local: { ip: '10.0.0.2', port: 8080 },
    remote: { ip: '10.0.0.9', port: 40_000 },
    sent: false,
    offset: 0,
    length: 500,
    bytes: new Uint8Array(500).fill(n),
    localKey: 'shop/Deployment/web',
    remoteKey: 'dev/Deployment/shell',
    ...more,
  };
}

/** An alert about the two workloads of the samples, at their port. */
function about(more: Partial<Alert> = {}): Alert {
  const end = (namespace: string, name: string) => ({
    ip: '10.0.0.1',
    kind: 'pod' as const,
    namespace,
    workload: { kind: 'Deployment', name },
  });
  return {
    ...alert('a1'),
    source: end('dev', 'shell'),
    target: { ...end('shop', 'web'), port: 8080 },
    evidence: { observed: 1, threshold: 1, unit: 'u', windowMs: 1 },
    firstSeen: new Date(T0 - 20_000).toISOString(),
    lastSeen: new Date(T0).toISOString(),
    ...more,
  };
}

test('what was kept is found by the alert that it belongs to, after a restart too', async () => {
  const made = options();
  const store = await EvidenceStore.open(made);
  for (const n of [3, 1, 2]) store.keep(sample(n));
  const { samples, isCut } = await store.forAlert(about());
  assert.deepEqual([samples.map(({ id }) => id), isCut], [['c1', 'c2', 'c3'], false]);
  assert.deepEqual(new Uint8Array(samples[0]?.bytes ?? []), sample(1).bytes);
  await store.close();
  store.keep(sample(9));
  const again = await EvidenceStore.open(made);
  assert.deepEqual((await again.forAlert(about())).samples.length, 3);
  again.keep(sample(4));
  assert.deepEqual((await again.forAlert(about())).samples.length, 4);
  assert.equal(again.figures.files, 2, 'nothing is appended to the file of another run');
});

test('only the owner may read the files', async () => {
  const made = options();
  await using store = await EvidenceStore.open(made);
  store.keep(sample(1));
  await store.flush();
  assert.equal(statSync(made.directory).mode & 0o777, 0o700);
  for (const name of readdirSync(made.directory))
    assert.equal(statSync(join(made.directory, name)).mode & 0o777, 0o600);
});

test('samples of other workloads, ports and times belong to other alerts', async () => {
  await using store = await EvidenceStore.open(options());
  store.keep(sample(0));
  store.keep(sample(1, { remoteKey: 'dev/Deployment/other' }));
  store.keep(sample(2, { local: { ip: '10.0.0.2', port: 9090 } }));
  store.keep(sample(3, { timeMs: T0 - 90_000 }));
  const ids = async (of: Alert) => (await store.forAlert(of)).samples.map(({ id }) => id);
  assert.deepEqual(await ids(about()), ['c0']);
  assert.deepEqual(await ids(about({ source: null })), ['c0', 'c1']);
  const wide = { observed: 1, threshold: 1, unit: 'u', windowMs: 1, ports: [8080, 9090] };
  assert.deepEqual(await ids(about({ source: null, evidence: wide })), ['c0', 'c1', 'c2']);
  assert.deepEqual(await ids(about({ source: null, target: null })), []);
});

test('bytes, samples and age are bounded; what goes is counted', async () => {
  const clock = { ms: T0 };
  const made = options({ maxBytes: 50_000, maxSamples: 60, maxAgeMs: 60_000, now: () => clock.ms });
  await using store = await EvidenceStore.open(made);
  for (let n = 0; n < 400; n++) {
    store.keep(sample(n));
    if (n % 10 === 0) await store.flush();
  }
  await store.flush();
  const { samples, bytes, dropped, files } = store.figures;
  assert.ok(bytes <= 50_000 && samples <= 60, `${bytes} bytes, ${samples} samples`);
  assert.equal(samples + dropped.room, 400);
  assert.equal(readdirSync(made.directory).length, files);
  const size = readdirSync(made.directory).reduce((sum, name) => sum + statSync(join(made.directory, name)).size, 0);
  assert.equal(size, bytes);
  clock.ms = T0 + 120_000;
  await store.flush();
  assert.deepEqual([store.figures.samples, store.figures.dropped.age, readdirSync(made.directory)], [0, samples, []]);
});

test('a disk slower than the samples drops them, and a sample that is no sample is not written', async () => {
  await using store = await EvidenceStore.open(options({ maxBytes: 1e9 }));
  for (let n = 0; n < 100; n++) store.keep(sample(n, { bytes: new Uint8Array(60_000) }));
  store.keep(sample(1, { bytes: new Uint8Array(100_000) }));
  await store.flush();
  const { samples, dropped } = store.figures;
  assert.ok(dropped.busy > 20);
  assert.equal(samples + dropped.busy, 101);
});

test('a file that ends in the middle of a record, or is none, loses that and no more', async () => {
  const made = options();
  const store = await EvidenceStore.open(made);
  store.keep(sample(1));
  await store.close();
  const [name = ''] = readdirSync(made.directory);
  appendFileSync(join(made.directory, name), Buffer.from([0, 0, 0, 9, 0, 0]));
  appendFileSync(join(made.directory, 'samples-7.bin'), 'nonsense that is longer than a header');
  appendFileSync(join(made.directory, 'notes.txt'), 'not ours');
  await using again = await EvidenceStore.open(made);
  assert.equal(again.figures.damaged, 2);
  assert.equal((await again.forAlert(about())).samples.length, 1);
  assert.ok(readdirSync(made.directory).includes('notes.txt'));
});

test('a write that fails is told, counted, and does not stop what comes after', async () => {
  const errors: unknown[] = [];
  const made = options({ onError: (error) => errors.push(error) });
  await using store = await EvidenceStore.open(made);
  rmSync(made.directory, { recursive: true });
  store.keep(sample(1));
  await store.flush();
  mkdirSync(made.directory);
  store.keep(sample(2));
  await store.flush();
  assert.deepEqual([errors.length, store.figures.dropped.error, store.figures.samples], [1, 1, 1]);
});

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { LearningStore } from '@netguard/core';
import { BaselineStore } from './baseline-store.ts';

const directory = mkdtempSync(join(tmpdir(), 'netguard-baselines-'));
after(() => rmSync(directory, { recursive: true }));

function newStore(name: string) {
  const stateDir = join(directory, name);
  const written: (Error | null)[] = [];
  return { store: new BaselineStore(stateDir, (error) => written.push(error)), stateDir, written };
}

function learned(): LearningStore {
  const learning = new LearningStore();
  learning.learn('shop/Deployment/web', '>shop/Deployment/api|8080|TCP', 1_700_000_000_000);
  learning.sample('shop/Deployment/web', 'bytes', 5, 1_700_000_000_000);
  return learning;
}

describe('the baselines on disk', () => {
  it('come back as they were written', async () => {
    const { store, written } = newStore('whole');
    assert.deepEqual(store.load(), {});
    store.save(() => learned().export());
    await store.flush();
    assert.deepEqual(written, [null]);
    assert.deepEqual(store.load(), { value: learned().export() });
  });

  it('that are broken, half or newer are moved aside with a clear word, and learning begins anew', async () => {
    const { store, stateDir } = newStore('broken');
    store.save(() => learned().export());
    await store.flush();
    const whole = readFileSync(store.path, 'utf8');
    for (const [text, problem] of [
      [whole.slice(0, 100), /is not complete JSON; it was moved to .*\.broken and learning begins anew/],
      [whole.replace('"version":1', '"version":2'), /has version 2, this NetGuard reads 1/],
      [whole.replace('"schemaVersion":1', '"schemaVersion":2'), /schemaVersion 2/],
      [
        whole.replace('"watchedMs":0', '"watchedMs":"x"'),
        /is not as it was written \(workloads\[0\]\.watchedMs must be a number/,
      ],
    ] as const) {
      assert.notEqual(text, whole);
      writeFileSync(store.path, text);
      assert.match(store.load().problem ?? '', problem);
      assert.deepEqual(readdirSync(stateDir), ['baselines.json.broken']);
      assert.deepEqual(store.load(), {});
    }
  });

  it('on a disk that cannot be written are told, and nothing is thrown', async () => {
    const written: (Error | null)[] = [];
    const store = new BaselineStore('/proc/nowhere', (error) => written.push(error));
    store.save(() => learned().export());
    await store.flush();
    assert.equal(written.length, 1);
    assert.ok(written[0] instanceof Error);
  });
});

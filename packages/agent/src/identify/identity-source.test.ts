import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type IdentityUpdate, StaticIdentitySource } from './identity-source.ts';

const text = (node: string) => `apiVersion: netguard/v1\nkind: Identities\nnodes: [{name: ${node}}]\n`;

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-identities-'));
  file = join(directory, 'ids.yaml');
});
afterEach(() => rmSync(directory, { recursive: true }));

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 500, 'the condition was not met within 5 s');
    await delay(10);
  }
}

test('the file is delivered at the start and after each change; a bad one is reported and not fatal', async () => {
  writeFileSync(file, text('a'));
  const updates: IdentityUpdate[] = [];
  const source = new StaticIdentitySource(file, { debounceMs: 5, pollMs: 50 });
  await source.start((update) => updates.push(update));
  try {
    assert.equal(updates.length, 1);
    writeFileSync(`${file}.new`, text('b'));
    renameSync(`${file}.new`, file);
    await until(() => updates.length === 2);
    writeFileSync(file, 'kind: nonsense\n');
    await until(() => updates.length === 3);
    const names = updates.map((update) => (update.ok ? update.identities.nodes[0]?.name : update.error.message));
    assert.deepEqual(names.slice(0, 2), ['a', 'b']);
    assert.match(names[2] ?? '', /ids\.yaml:1:1: apiVersion is missing/);
  } finally {
    await source.stop();
  }
});

test('a file that is bad from the beginning is an error of the start', async () => {
  await assert.rejects(
    new StaticIdentitySource(file).start(() => assert.fail('nothing to deliver')),
    { code: 'NG_ERR_IDENTITY_READ' },
  );
});

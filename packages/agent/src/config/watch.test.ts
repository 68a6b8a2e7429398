import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from './load.ts';
import { type ReloadResult, watchConfig } from './watch.ts';
import type { WatchFileOptions } from './watch-file.ts';

const text = (cluster: string) => `apiVersion: netguard/v1\ncluster: ${cluster}\n`;
/* Far apart, so that each test shows by which of the two ways a change was noticed. */
const EVENTS: WatchFileOptions = { debounceMs: 5, pollMs: 3_600_000 };
const POLLING: WatchFileOptions = { pollMs: 20, useEvents: false };

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-watch-'));
  file = join(directory, 'ng.yaml');
});
afterEach(() => rmSync(directory, { recursive: true }));

function watching(options: WatchFileOptions) {
  const results: ReloadResult[] = [];
  const load = { file };
  const watch = watchConfig(loadConfig(load), load, (result) => results.push(result), options);
  return { results, watch };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 500, 'the condition was not met within 5 s');
    await delay(10);
  }
}

for (const [how, options] of [
  ['events', EVENTS],
  ['polling', POLLING],
] as const) {
  test(`a file written in place is noticed by ${how}`, async () => {
    writeFileSync(file, text('a'));
    const { results, watch } = watching(options);
    using _ = watch;
    writeFileSync(file, text('b'));
    await until(() => watch.current.config.cluster === 'b');
    assert.equal(results.at(-1)?.ok, true);
  });

  test(`a file renamed over is noticed by ${how}`, async () => {
    writeFileSync(file, text('a'));
    const { watch } = watching(options);
    using _ = watch;
    writeFileSync(`${file}.new`, text('b'));
    renameSync(`${file}.new`, file);
    await until(() => watch.current.config.cluster === 'b');
  });

  test(`the link swap of a ConfigMap is noticed by ${how}`, async () => {
    mkdirSync(join(directory, '..v1'));
    mkdirSync(join(directory, '..v2'));
    writeFileSync(join(directory, '..v1/ng.yaml'), text('a'));
    writeFileSync(join(directory, '..v2/ng.yaml'), text('b'));
    symlinkSync('..v1', join(directory, '..data'));
    symlinkSync('..data/ng.yaml', file);
    const { watch } = watching(options);
    using _ = watch;
    symlinkSync('..v2', join(directory, '..data_tmp'));
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
    await until(() => watch.current.config.cluster === 'b');
  });
}

test('a bad file keeps the last good configuration, and a good one after it is taken', async () => {
  writeFileSync(file, text('a'));
  const { results, watch } = watching(EVENTS);
  using _ = watch;
  writeFileSync(file, 'apiVersion: netguard/v1\nclustr: b\n');
  await until(() => results.length === 1);
  const [bad] = results;
  assert.ok(bad && !bad.ok);
  assert.match(bad.error.message, /did you mean "cluster"/);
  assert.equal(bad.kept.config.cluster, 'a');
  assert.equal(watch.current.config.cluster, 'a');
  writeFileSync(file, text('c'));
  await until(() => watch.current.config.cluster === 'c');
});

test('a file that vanishes for a moment is no change', async () => {
  writeFileSync(file, text('a'));
  const { results, watch } = watching(POLLING);
  using _ = watch;
  rmSync(file);
  await delay(60);
  writeFileSync(file, text('a'));
  await delay(60);
  assert.deepEqual(results, []);
});

test('nothing is told after close', async () => {
  writeFileSync(file, text('a'));
  const { results, watch } = watching(POLLING);
  watch.close();
  watch.close();
  writeFileSync(file, text('b'));
  await delay(80);
  assert.deepEqual(results, []);
});

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { until } from '../testing/until.ts';
import { Spool } from './spool.ts';

let directory: string;
let dropped: number;
let errors: (Error | null)[];

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'netguard-spool-')), 'sink');
  dropped = 0;
  errors = [];
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

function newSpool(maxBytes = 1_000_000): Spool {
  const onDrop = (count: number) => {
    dropped += count;
  };
  const spool = new Spool({ directory, maxBytes, onDrop, onWrite: (error) => errors.push(error) });
  spool.restore();
  return spool;
}

const texts = async (spool: Spool, most = 100) => (await spool.take(most)).map(({ text }) => text);

test('what is put in comes out in order, from disk, also in the next run', async () => {
  const spool = newSpool();
  await Promise.all(['a', 'b', 'c'].map((text) => spool.push(text)));
  assert.deepEqual(
    readdirSync(directory),
    [1, 2, 3].map((number) => `000000000000000${number}.json`),
  );
  const next = newSpool();
  assert.deepEqual([next.count, next.bytes], [3, 3 * 4096]);
  await next.push('d');
  assert.deepEqual(await texts(next), ['a', 'b', 'c', 'd']);
  assert.deepEqual(
    errors,
    errors.map(() => null),
  );
});

test('what is done leaves nothing behind, also when it was done before it was on disk', async () => {
  const spool = newSpool();
  const saved = spool.push('a');
  spool.done((await spool.take(1)).map(({ entry }) => entry));
  await saved;
  await spool.push('b');
  spool.done((await spool.take(1)).map(({ entry }) => entry));
  assert.deepEqual([spool.count, spool.bytes], [0, 0]);
  await until(() => readdirSync(directory).length === 0);
});

test('what comes while others are being written is written too', async () => {
  const spool = newSpool();
  for (let number = 0; number < 20; number++) {
    void spool.push(`${number}`);
    await new Promise(setImmediate);
  }
  await spool.push('last');
  await until(() => readdirSync(directory).filter((name) => name.endsWith('.json')).length === 21);
});

test('when it is full the oldest that is not on its way goes, and is counted', async () => {
  const spool = newSpool(3 * 4096);
  for (const text of ['a', 'b', 'c']) await spool.push(text);
  await spool.take(1);
  await spool.push('d');
  assert.equal(dropped, 1);
  assert.deepEqual(await texts(spool), ['a', 'c', 'd']);
  await until(() => readdirSync(directory).length === 3);
  spool.release((await spool.take(3)).map(({ entry }) => entry));
  spool.maxBytes = 4096;
  assert.deepEqual([dropped, await texts(spool)], [3, ['d']]);
});

test('a disk that takes nothing is told; what waits stays in memory, within bounds, and is written when it can be', async () => {
  writeFileSync(directory, 'a file where the directory should be');
  const spool = new Spool({
    directory,
    maxBytes: 100_000_000,
    onDrop: (count) => {
      dropped += count;
    },
    onWrite: (error) => errors.push(error),
  });
  const large = 'x'.repeat(1_000_000);
  for (let number = 0; number < 10; number++) await spool.push(`${number}${large}`);
  assert.ok(errors[0] instanceof Error);
  assert.equal(dropped, 2, 'eight megabytes wait');
  rmSync(directory);
  await spool.flush();
  assert.equal(errors.at(-1), null);
  assert.deepEqual(
    (await texts(newSpool(100_000_000))).map((text) => text[0]),
    ['2', '3', '4', '5', '6', '7', '8', '9'],
  );
});

test('files of others and half-written ones are left alone, and one that went away is counted', async () => {
  mkdirSync(directory);
  for (const name of ['0000000000000001.json', '0000000000000002.json.new', 'told.json', 'x'])
    writeFileSync(join(directory, name), name);
  const spool = newSpool();
  assert.equal(spool.count, 1);
  rmSync(join(directory, '0000000000000001.json'));
  assert.deepEqual([await texts(spool), dropped, spool.count], [[], 1, 0]);
  assert.ok(existsSync(join(directory, 'told.json')));
});

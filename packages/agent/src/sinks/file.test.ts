import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { HOSTILE, hostileAlert, notification, ORIGIN, sinkSettings } from '../testing/sinks.ts';
import { FileSink } from './file.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-file-'));
  path = join(directory, 'deep', 'alerts.json');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const never = () => AbortSignal.timeout(30_000);
const sinkWith = (settings: object = {}) => new FileSink(sinkSettings('file', { path, ...settings }), ORIGIN);
const kinds = (file = path) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { kind: string }).kind);

test('lines are appended, the directory is made, and only owner and group may read', async () => {
  const sink = sinkWith();
  await sink.send([notification(), notification('updated')], never());
  await sink.send([notification('resolved')], never());
  assert.deepEqual(kinds(), ['opened', 'updated', 'resolved']);
  assert.equal(statSync(path).mode & 0o007, 0);
});

test('a line that a crash cut short is ended first', async () => {
  const sink = sinkWith();
  await sink.send([notification()], never());
  writeFileSync(path, '{"kind":"opened","al', { flag: 'a' });
  await sink.send([notification('updated')], never());
  const lines = readFileSync(path, 'utf8').split('\n');
  assert.deepEqual([lines.length, lines[1]], [4, '{"kind":"opened","al']);
  assert.equal(JSON.parse(lines[2] ?? '').kind, 'updated');
});

test('a file that is full is moved aside, and no more than maxFiles are kept', async () => {
  const sink = sinkWith({ maxBytes: 4096, maxFiles: 2 });
  const long = { description: 'x'.repeat(3000) };
  for (const count of [1, 2, 3, 4]) await sink.send([notification('opened', { ...long, count })], never());
  assert.deepEqual(readdirSync(join(directory, 'deep')).sort(), ['alerts.json', 'alerts.json.1', 'alerts.json.2']);
  const counts = ['', '.1', '.2'].map((end) => JSON.parse(readFileSync(path + end, 'utf8')).alert.count);
  assert.deepEqual(counts, [4, 3, 2]);
  await sinkWith({ maxBytes: 4096, maxFiles: 0 }).send([notification('resolved', long)], never());
  assert.deepEqual(kinds(), ['resolved']);
});

test('a file that others moved away is made anew', async () => {
  const sink = sinkWith();
  await sink.send([notification()], never());
  rmSync(path);
  await sink.send([notification('resolved')], never());
  assert.deepEqual(kinds(), ['resolved']);
});

test('hostile text is one line', async () => {
  for (const text of HOSTILE) await sinkWith().send([notification('opened', hostileAlert(text))], never());
  assert.equal(kinds().length, HOSTILE.length);
});

test('a pipe, a directory and a device are refused at once, not waited for', async () => {
  const fifo = join(directory, 'fifo');
  assert.equal(spawnSync('mkfifo', [fifo]).status, 0);
  const link = join(directory, 'link');
  symlinkSync('/dev/null', link);
  for (const bad of [fifo, directory, link]) {
    await assert.rejects(sinkWith({ path: bad }).send([notification()], never()), {
      code: 'NG_ERR_SINK_FILE',
      final: false,
      message: /no regular file/,
    });
  }
  assert.ok(existsSync(fifo));
});

/** Sinks on a disk that is full: they go on, say so, and when there is room again every alert is there, whole and in order. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Alert } from '@netguard/core';
import { configSchema } from '../../packages/agent/src/config/schema.ts';
import { DaemonSinks } from '../../packages/agent/src/daemon-sinks.ts';
import { createLogger } from '../../packages/agent/src/log.ts';
import { NodeState } from '../../packages/agent/src/state/node-state.ts';
import { RecordingServer } from '../../packages/agent/src/testing/recording-server.ts';
import { alert } from '../../packages/agent/src/testing/samples.ts';
import { testConfig } from '../../packages/agent/src/testing/settings.ts';
import { run, told } from './support/command.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

let directory: Temporary;
/** A file system of 256 KiB. */
let small: string;
let sinks: DaemonSinks | undefined;

beforeEach(async () => {
  directory = new Temporary();
  small = directory.join('small');
  mkdirSync(small);
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'netguard-test', small]);
  assert.equal(mounted.code, 0, told(mounted));
});
afterEach(async () => {
  await sinks?.close();
  await run('umount', [small]);
  directory[Symbol.dispose]();
});

/** Takes all the room there is. */
function fill(): string {
  const path = join(small, 'filler');
  for (const piece of [65_536, 4096, 512, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(piece), { flag: 'a' });
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    }
  }
  return path;
}

async function start(stateDir: string, settings: object) {
  const state = new NodeState({ config: testConfig(), version: '1' });
  const logger = await createLogger({ level: 'error', format: 'json', output: { write: () => undefined } });
  sinks = new DaemonSinks({ stateDir, state, logger, backoff: { firstMs: 5, mostMs: 20 } });
  sinks.start(configSchema.parse({ apiVersion: 'netguard/v1', sinks: settings }).sinks);
  const open = (one: Alert) => state.apply({ type: 'alert', event: { type: 'open', alert: one }, delayMs: 1 });
  return { state, sinks, open };
}

test('a file on a full disk: said and counted, no half lines, and all of it when there is room', async () => {
  const path = join(small, 'alerts.json');
  const { state, sinks, open } = await start(directory.path, { log: { type: 'file', path } });
  open(alert('a0', { description: 'x'.repeat(3000) }));
  await until('the first line', () => sinks.figures()[0]?.sent === 1);
  const filler = fill();
  const names = Array.from({ length: 30 }, (_, number) => `a${number + 1}`);
  for (const name of names) open(alert(name, { description: 'x'.repeat(3000) }));
  await until('it is said', () =>
    state.degraded().some((sentence) => /sink log \(file\): .*ENOSPC.*Make room/.test(sentence)),
  );
  assert.ok((sinks.figures()[0]?.failures ?? 0) > 0);
  assert.ok(readFileSync(path, 'utf8').endsWith('}\n'), 'no half line');
  rmSync(filler);
  await until('all are sent', () => sinks.figures()[0]?.sent === 31);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { alert: Alert }).alert.id),
    ['a0', ...names],
  );
  assert.deepEqual([state.degraded(), sinks.figures()[0]?.dropped], [[], 0]);
});

test('a spool on a full disk: alerts go out all the same, and what cannot be saved is said', async () => {
  await using server = await RecordingServer.listen();
  const filler = fill();
  const { state, sinks, open } = await start(small, { hook: { type: 'webhook', url: server.url } });
  for (let number = 0; number < 20; number++) open(alert(`a${number}`));
  await until('it is said', () => state.degraded().some((sentence) => /sink hook cannot be saved/.test(sentence)));
  await until('all are sent', () => sinks.figures()[0]?.sent === 20);
  assert.equal(sinks.figures()[0]?.dropped, 0);
  rmSync(filler);
});

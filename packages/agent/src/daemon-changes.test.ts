import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Config } from './config/schema.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { createLogger } from './log.ts';
import { FakeWorker } from './testing/fake-worker.ts';
import { alert, tick } from './testing/samples.ts';
import { testConfig } from './testing/settings.ts';
import { until } from './testing/until.ts';

let directory: string;
let daemons: Daemon[];
let logged: Record<string, unknown>[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-changes-'));
  daemons = [];
  logged = [];
});
afterEach(async () => {
  for (const daemon of daemons) await daemon.close();
  rmSync(directory, { recursive: true, force: true });
});

async function start(config: Partial<Config> = {}) {
  const output = { write: (line: string) => void logged.push(JSON.parse(line)) };
  const logger = await createLogger({ level: config.log?.level ?? 'info', format: 'json', output });
  const worker = new FakeWorker();
  const daemon = await startDaemon(testConfig({ stateDir: directory, ...config }), {
    version: '1',
    logger,
    createWorker: () => worker,
  });
  daemons.push(daemon);
  return { daemon, worker };
}

async function post(daemon: Daemon, path: string, body: unknown): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(daemon.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, unknown>;
}

const say = (worker: FakeWorker, id: string): void =>
  worker.say({ type: 'alert', event: { type: 'open', alert: alert(id) }, delayMs: 1 });
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();
const silence = () => ({ matchers: ['rule=syn-flood'], endsAt: inAnHour(), createdBy: 'ann', comment: 'x' });

test('silences, acknowledgements and what was closed are there after a restart', async () => {
  const first = await start();
  for (const id of ['a1', 'a2']) say(first.worker, id);
  const { id } = await post(first.daemon, '/api/v1/silences', silence());
  await post(first.daemon, '/api/v1/alerts/a1/ack', { by: 'ann' });
  await post(first.daemon, '/api/v1/alerts/a2/close', { by: 'bob', disposition: 'benign' });
  assert.deepEqual(first.worker.heardOf('close-alert'), [{ type: 'close-alert', id: 'a2' }]);
  await first.daemon.close();

  const { daemon, worker } = await start();
  const [message] = worker.heardOf('start');
  assert.deepEqual(
    message?.openAlerts.map((one) => one.id),
    ['a1'],
  );
  assert.deepEqual(
    message?.closedCauses?.map(({ fingerprint, rule, severity }) => [fingerprint, rule, severity]),
    [['fp-a2', 'syn-flood', 'high']],
  );
  const kept = ['a1', 'a2'].map((name) => daemon.state.alerts.find(name));
  assert.deepEqual(
    kept.map((one) => [one?.status, one?.suppressedBy, one?.acknowledgedBy, one?.closedBy, one?.disposition]),
    [
      ['open', id, 'ann', undefined, undefined],
      ['resolved', id, undefined, 'bob', 'benign'],
    ],
  );
  say(worker, 'a3');
  assert.equal(daemon.state.alerts.find('a3')?.suppressedBy, id);
});

test('silences of the configuration come and go with it, and are not saved', async () => {
  const settings = { matchers: ['rule=syn-flood'], endsAt: inAnHour(), author: 'ann', comment: 'planned' };
  const { daemon, worker } = await start({ silences: [settings] });
  say(worker, 'a1');
  const suppressedBy = daemon.state.alerts.find('a1')?.suppressedBy;
  assert.match(suppressedBy ?? '', /^config-/);
  await post(daemon, '/api/v1/silences', { ...silence(), matchers: ['rule=other'] });
  const file = join(directory, 'silences.json');
  await until(() => existsSync(file));
  await until(() => readFileSync(file, 'utf8').includes('other'));
  assert.doesNotMatch(readFileSync(file, 'utf8'), /planned/);
  daemon.applyConfig(testConfig({ stateDir: directory }));
  assert.equal(daemon.state.alerts.find('a1')?.suppressedBy, undefined);
});

test('a broken file of silences is moved aside and said', async () => {
  const matcher = { name: 'rule', value: '(a+)+', isRegex: true, isEqual: true };
  const at = '2026-01-31T12:00:00.000Z';
  const times = { startsAt: at, endsAt: at, createdAt: at, updatedAt: at };
  const one = { id: 'x', matchers: [matcher], ...times, createdBy: 'a', comment: 'c', origin: 'api' };
  writeFileSync(join(directory, 'silences.json'), JSON.stringify({ version: 1, savedAt: at, silences: [one] }));
  const { daemon } = await start();
  const degraded = daemon.state.degraded().join(' ');
  assert.match(degraded, /Silences of the last run are lost: .*silences\.json is not as it was written.*\.broken/);
});

test('who changed what is in the log, each time and at every level', async () => {
  const { daemon, worker } = await start({ log: { level: 'error', format: 'json' } });
  say(worker, 'a1');
  for (let round = 0; round < 3; round++) await post(daemon, '/api/v1/alerts/a1/ack', { by: 'ann\u001b[2J' });
  worker.say({ type: 'tick', tick: tick(Date.now()) });
  const audited = logged.filter(({ code }) => code === 'AUDIT');
  assert.equal(audited.length, 3);
  const { level, action, by, outcome, id, time, remote } = audited[0] ?? {};
  assert.deepEqual([level, action, by, outcome, id], ['info', 'alert.ack', 'ann\u001b[2J', 'done', 'a1']);
  assert.match(String(time), /^20\d\d-.*Z$/);
  assert.match(String(remote), /^127\.0\.0\.1 \d+$/);
  assert.equal(logged.filter(({ code }) => code !== 'AUDIT').length, 0);
});

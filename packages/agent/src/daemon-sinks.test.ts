import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Alert, AlertEvent } from '@netguard/core';
import { type Config, configSchema } from './config/schema.ts';
import { DaemonSinks } from './daemon-sinks.ts';
import { createLogger } from './log.ts';
import { NodeMetrics } from './metrics/node-metrics.ts';
import { NodeState } from './state/node-state.ts';
import { parseExposition, seriesValue } from './testing/exposition.ts';
import { RecordingServer } from './testing/recording-server.ts';
import { alert, sourceStatus } from './testing/samples.ts';
import { testConfig } from './testing/settings.ts';
import { until } from './testing/until.ts';

const backoff = { firstMs: 5, mostMs: 20 };

interface Got {
  readonly kind: string;
  readonly id: string;
  readonly alert: Alert;
}

let directory: string;
let running: { sinks: DaemonSinks; server?: RecordingServer }[];
let servers: RecordingServer[];
let logged: Record<string, unknown>[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-sinks-'));
  running = [];
  servers = [];
  logged = [];
});
afterEach(async () => {
  for (const { sinks } of running) await sinks.close();
  for (const server of servers) await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const settings = (sinks: object): Config['sinks'] => configSchema.parse({ apiVersion: 'netguard/v1', sinks }).sinks;

async function listen(port = 0): Promise<RecordingServer> {
  const server = await RecordingServer.listen({ port });
  servers.push(server);
  return server;
}

/** A state and its sinks, as the daemon puts them together. */
async function start(sinks: object, { open = [] as Alert[], resendMs = 3_600_000, pause = backoff } = {}) {
  const state = new NodeState({ config: testConfig(), version: '1' });
  const logger = await createLogger({
    level: 'info',
    format: 'json',
    output: { write: (line: string) => void logged.push(JSON.parse(line)) },
  });
  state.apply({ type: 'started', status: sourceStatus });
  state.restoreAlerts(open);
  const started = new DaemonSinks({ stateDir: directory, state, logger, backoff: pause, resendMs });
  started.start(settings(sinks));
  state.sinks = started;
  running.push({ sinks: started });
  const say = (type: AlertEvent['type'], one: Alert) =>
    state.apply({ type: 'alert', event: { type, alert: one }, delayMs: 1 });
  return { state, sinks: started, say };
}

const resolved = (one: Alert): Alert => ({ ...one, status: 'resolved', resolvedAt: new Date().toISOString() });
const heard = (server: RecordingServer) => server.bodies<Got>().map(({ kind, alert: { id } }) => `${kind} ${id}`);
const spoolFiles = (name = 'hook') =>
  readdirSync(join(directory, 'spool', name)).filter((file) => file.endsWith('.json'));

test('an alert is told when it opens, goes on and resolves, and nothing is left behind', async () => {
  const server = await listen();
  const { say, state } = await start({ hook: { type: 'webhook', url: server.url } });
  say('open', alert('a1'));
  say('update', alert('a1', { count: 10_000 }));
  say('resolve', resolved(alert('a1')));
  await until(() => server.got.length === 3);
  assert.deepEqual(heard(server), ['opened a1', 'updated a1', 'resolved a1']);
  assert.equal(new Set(server.bodies<Got>().map(({ id }) => id)).size, 3);
  await until(() => state.status().sinks[0]?.spooled === 0 && spoolFiles().length === 0);
  assert.deepEqual(state.status().sinks, [{ name: 'hook', type: 'webhook', state: 'ok', spooled: 0 }]);
});

test('a sink that is down through many alerts and a restart gets all of them once, in order', async () => {
  const server = await listen();
  const { port } = server;
  await server.close();
  const sinks = { hook: { type: 'webhook', url: `http://127.0.0.1:${port}` } };
  const first = await start(sinks);
  const expected: string[] = [];
  for (let number = 0; number < 60; number++) {
    const one = alert(`a${number}`);
    first.say('open', one);
    first.say('resolve', resolved(one));
    expected.push(`opened a${number}`, `resolved a${number}`);
  }
  await until(() => first.sinks.views()[0]?.state === 'failing');
  await first.sinks.close();
  assert.equal(spoolFiles().length, 120);

  const second = await start(sinks);
  second.say('open', alert('late'));
  assert.equal(second.sinks.views()[0]?.spooled, 121);
  const back = await listen(port);
  await until(() => back.got.length >= 121);
  await until(() => second.sinks.views()[0]?.spooled === 0);
  assert.deepEqual(heard(back), [...expected, 'opened late']);
});

test('who is told what: severity, matchers, kinds, folded alerts', async () => {
  const [all, grave, matched, opened] = await Promise.all([listen(), listen(), listen(), listen()]);
  const hook = (server: RecordingServer, more: object = {}) => ({ type: 'webhook', url: server.url, ...more });
  const { say } = await start({
    all: hook(all),
    grave: hook(grave, { minSeverity: 'high' }),
    matched: hook(matched, { matchers: ['rule=port-scan', 'namespace=~"sh.*"'] }),
    opened: hook(opened, { notify: ['opened'] }),
  });
  say('open', alert('low', { severity: 'low' }));
  say('update', alert('low', { severity: 'critical' }));
  say('resolve', resolved(alert('low', { severity: 'critical' })));
  say('open', alert('mild', { severity: 'medium', rule: 'port-scan' }));
  say('resolve', resolved(alert('mild', { severity: 'medium', rule: 'port-scan' })));
  say('open', alert('folded', { foldedInto: 'summary' }));
  say('resolve', resolved(alert('folded', { foldedInto: 'summary' })));
  say('open', alert('end'));
  await until(() => [all, grave, opened].every((server) => heard(server).at(-1) === 'opened end'));
  assert.deepEqual(heard(all), [
    'opened low',
    'updated low',
    'resolved low',
    'opened mild',
    'resolved mild',
    'opened end',
  ]);
  assert.deepEqual(heard(grave), ['opened low', 'resolved low', 'opened end'], 'it opens when it is grave enough');
  assert.deepEqual(heard(opened), ['opened low', 'opened mild', 'opened end']);
  await until(() => matched.got.length === 2);
  assert.deepEqual(heard(matched), ['opened mild', 'resolved mild']);
});

test('a silenced alert is not sent; it opens when the silence ends, and what was told before resolves', async () => {
  const server = await listen();
  const { say, state } = await start({ hook: { type: 'webhook', url: server.url } });
  say('open', alert('before'));
  const silence = state.silences.add(
    { matchers: ['rule=syn-flood'], endsMs: Date.now() + 3_600_000, createdBy: 'ann', comment: 'x' },
    Date.now(),
  );
  state.silencesChanged();
  say('open', alert('during'));
  say('open', alert('over'));
  say('resolve', resolved(alert('over')));
  say('update', alert('before', { count: 99_999 }));
  say('resolve', resolved(alert('before')));
  await until(() => server.got.length === 2);
  assert.deepEqual(heard(server), ['opened before', 'resolved before']);
  assert.equal(state.alerts.find('during')?.suppressedBy, silence.id, 'it is stored all the same');
  state.silences.expire(silence.id, Date.now());
  state.silencesChanged();
  await until(() => server.got.length === 3);
  assert.equal(heard(server).at(-1), 'opened during');
});

test('what a sink was told is known after a restart: nothing opens twice, and what it missed is told', async () => {
  const server = await listen();
  const sinks = { hook: { type: 'webhook', url: server.url } };
  const first = await start(sinks);
  first.say('open', alert('told'));
  first.say('open', alert('gone'));
  await until(() => server.got.length === 2);
  await first.sinks.close();
  const closed = resolved(alert('gone', { closedBy: 'ann' }));
  const second = await start(sinks, { open: [alert('told'), alert('missed'), closed] });
  second.say('update', alert('told', { count: 5000 }));
  await until(() => server.got.length === 5);
  assert.deepEqual(heard(server).slice(2).sort(), ['opened missed', 'resolved gone', 'updated told']);
});

test('a refusal is final: counted, said with the first line of the answer, and the next one goes on', async () => {
  const server = await listen();
  server.respond = ({ body }, reply) =>
    void (body.includes('"bad"') ? reply.writeHead(422).end('no such field\nx') : reply.end());
  const { say, state, sinks } = await start({ hook: { type: 'webhook', url: server.url } });
  say('open', alert('bad'));
  await until(() => sinks.views()[0]?.state === 'failing');
  assert.match(
    state.degraded().join(),
    /by sink hook \(webhook\): .*answered 422: no such field.* 1 notifications are lost/,
  );
  assert.ok(state.ready, 'degraded, still ready');
  const line = logged.find(({ code }) => code === 'NG_ERR_SINK_REFUSED');
  assert.deepEqual([line?.level, line?.lost], ['warn', 1]);
  say('open', alert('good'));
  await until(() => sinks.views()[0]?.state === 'ok');
  assert.deepEqual(heard(server), ['opened bad', 'opened good']);
  assert.deepEqual(state.degraded(), []);
  const families = parseExposition((await new NodeMetrics(state).expose(undefined)).body);
  const value = (name: string) => seriesValue(families, `netguard_sink_${name}`, { sink: 'hook' });
  assert.deepEqual(['sent_total', 'failures_total', 'dropped_total', 'spooled_bytes'].map(value), [1, 1, 1, 0]);
});

test('a receiver that asks for time gets it, and the alert stays', async () => {
  const server = await listen();
  server.respond = (_, reply) => void reply.writeHead(429, { 'retry-after': '3600' }).end();
  const { say, sinks } = await start({ hook: { type: 'webhook', url: server.url } });
  say('open', alert('a1'));
  await until(() => sinks.views()[0]?.state === 'failing');
  say('open', alert('a2'));
  // Another pause of 20 ms at most would bring a second request meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual([server.got.length, sinks.views()[0]?.spooled], [1, 2]);
});

test('a sink that never answers holds up no other, and not the end', async () => {
  const [silent, well] = await Promise.all([listen(), listen()]);
  silent.respond = () => undefined;
  const { say, sinks } = await start({
    silent: { type: 'webhook', url: silent.url, timeoutMs: 60_000 },
    well: { type: 'webhook', url: well.url },
  });
  for (let number = 0; number < 20; number++) say('open', alert(`a${number}`));
  await until(() => well.got.length === 20 && silent.got.length === 1);
  const began = Date.now();
  await sinks.close();
  assert.ok(Date.now() - began < 4000, `${Date.now() - began} ms`);
  assert.equal(spoolFiles('silent').length, 20, 'what was under way may come twice, nothing is lost');
});

test('a full spool drops the oldest and counts them', async () => {
  const server = await listen();
  const { url } = server;
  await server.close();
  const { say, sinks } = await start({ hook: { type: 'webhook', url, spoolBytes: 65_536 } });
  for (let number = 0; number < 40; number++) say('open', alert(`a${number}`));
  await until(() => sinks.figures()[0]?.dropped === 24);
  assert.equal(sinks.figures()[0]?.spooledBytes, 65_536);
});

test('what could be neither sent nor saved before the end is counted and said', async () => {
  const server = await listen();
  const { url } = server;
  await server.close();
  writeFileSync(join(directory, 'spool'), 'in the way');
  const { say, sinks } = await start({ hook: { type: 'webhook', url } });
  for (let number = 0; number < 3; number++) say('open', alert(`a${number}`));
  await sinks.close();
  assert.equal(sinks.figures()[0]?.dropped, 3);
  assert.ok(logged.some(({ code, lost, level }) => code === 'NG_ERR_SINK_SPOOL' && lost === 3 && level === 'error'));
});

test('what lies in the spool and is no notification is dropped and said', async () => {
  const server = await listen();
  const sinks = { hook: { type: 'webhook', url: server.url } };
  const first = await start(sinks);
  first.say('open', alert('a0'));
  await until(() => server.got.length === 1);
  await first.sinks.close();
  for (const [name, text] of [
    ['0000000000000100.json', '{"id":"x","kind":"opened","alert":{"id":'],
    ['0000000000000101.json', '[]'],
  ] as const)
    writeFileSync(join(directory, 'spool', 'hook', name), text);
  const second = await start(sinks);
  second.say('open', alert('a1'));
  await until(() => server.got.length === 2);
  assert.equal(second.sinks.figures()[0]?.dropped, 2);
  assert.ok(logged.some(({ code }) => code === 'NG_ERR_SINK_SPOOL'));
});

test('settings change while running: the spool goes to the new address, counters go on, a removed sink keeps what waits', async () => {
  const [old, next] = await Promise.all([listen(), listen()]);
  const oldUrl = old.url;
  await old.close();
  const { say, sinks } = await start(
    { hook: { type: 'webhook', url: oldUrl } },
    { pause: { firstMs: 60_000, mostMs: 60_000 } },
  );
  say('open', alert('a1'));
  await until(() => sinks.views()[0]?.state === 'failing');
  const failures = sinks.figures()[0]?.failures ?? 0;
  await sinks.configure(settings({ hook: { type: 'webhook', url: next.url, format: 'eve' } }));
  say('open', alert('a2'));
  await until(() => next.got.length === 2);
  assert.deepEqual(
    next.bodies<{ event_type: string }>().map(({ event_type }) => event_type),
    ['alert', 'alert'],
  );
  assert.ok((sinks.figures()[0]?.failures ?? 0) >= failures);
  // What was taken is still to be removed from the spool.
  await until(() => sinks.views()[0]?.spooled === 0 && spoolFiles().length === 0);

  await sinks.configure(settings({ hook: { type: 'webhook', url: oldUrl } }));
  say('open', alert('a3'));
  await until(() => sinks.views()[0]?.state === 'failing');
  await sinks.configure({});
  await until(() => sinks.views().length === 0);
  assert.equal(spoolFiles().length, 1);
  await sinks.configure(settings({ hook: { type: 'webhook', url: next.url } }));
  await until(() => next.got.length === 3);
});

test('a new sink hears of what is open', async () => {
  const server = await listen();
  const { say, sinks } = await start({});
  say('open', alert('a1'));
  await sinks.configure(settings({ hook: { type: 'webhook', url: server.url } }));
  await until(() => server.got.length === 1);
  assert.deepEqual(heard(server), ['opened a1']);
});

test('Alertmanager hears of what is open again and again, not of what is silenced or folded, also after a restart', async () => {
  const server = await listen();
  const open = [alert('a1'), alert('a2', { foldedInto: 'x' }), alert('a3', { severity: 'low' })];
  const { state } = await start(
    { prom: { type: 'alertmanager', urls: [server.url], minSeverity: 'medium' } },
    { open, resendMs: 20 },
  );
  await until(() => server.got.length > 3);
  const fingerprints = () =>
    server
      .bodies<{ labels: { fingerprint: string } }[]>()
      .flat()
      .map(({ labels }) => labels.fingerprint);
  assert.deepEqual([...new Set(fingerprints())], ['fp-a1']);
  state.silences.add(
    { matchers: ['rule=syn-flood'], endsMs: Date.now() + 60_000, createdBy: 'a', comment: 'b' },
    Date.now(),
  );
  state.silencesChanged();
  await until(async () => {
    const before = server.got.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return server.got.length === before;
  });
});

test('a spool that cannot be written is said and does no harm', async () => {
  const server = await listen();
  writeFileSync(join(directory, 'spool'), 'in the way');
  const { say, state } = await start({ hook: { type: 'webhook', url: server.url } });
  say('open', alert('a1'));
  await until(() => server.got.length === 1);
  await until(() =>
    state.degraded().some((sentence) => /sink hook.*would be lost at a restart|sinks were told/.test(sentence)),
  );
});

test('without sinks nothing is made in the state directory', async () => {
  const { say, sinks } = await start({});
  say('open', alert('a1'));
  await sinks.close();
  assert.deepEqual(readdirSync(directory), []);
});

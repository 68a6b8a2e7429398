import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, test } from 'node:test';
import { NetGuardError } from '@netguard/core';
import type { Config } from './config/schema.ts';
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts';
import { findPortHolder } from './http/port-holder.ts';
import type { IdentityFile } from './identify/identity-file.ts';
import type { IdentitySource, IdentityUpdate } from './identify/identity-source.ts';
import { createLogger, type Logger } from './log.ts';
import { restartNeeded } from './restart-needed.ts';
import { FakeWorker, obedient, type Script } from './testing/fake-worker.ts';
import { alert, flow, podEndpoint, START_MS, sourceStatus, tick, total } from './testing/samples.ts';
import { testConfig } from './testing/settings.ts';
import { until } from './testing/until.ts';

const NO_IDENTITIES = { pods: [], services: [], nodes: [] } as unknown as IdentityFile;

let directory: string;
let logger: Logger;
let logged: Record<string, unknown>[];
let daemons: Daemon[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-daemon-'));
  logged = [];
  daemons = [];
  const output = { write: (line: string) => void logged.push(JSON.parse(line)) };
  logger = await createLogger({ level: 'debug', format: 'json', output });
});
afterEach(async () => {
  for (const daemon of daemons) await daemon.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Started {
  readonly daemon: Daemon;
  readonly worker: FakeWorker;
}

async function start(
  options: Partial<DaemonOptions> & { script?: Script; config?: Partial<Config> } = {},
): Promise<Started> {
  const { script, config, ...rest } = options;
  const worker = new FakeWorker(script);
  const daemon = await startDaemon(testConfig({ stateDir: join(directory, 'state'), ...config }), {
    version: '1.2.3',
    logger,
    createWorker: () => worker,
    onFatal: (error) => assert.fail(error),
    ...rest,
  });
  daemons.push(daemon);
  return { daemon, worker };
}

async function refusal(options: Parameters<typeof start>[0]): Promise<NetGuardError> {
  try {
    await start(options);
  } catch (error) {
    assert.ok(error instanceof NetGuardError, String(error));
    return error;
  }
  return assert.fail('it started');
}

test('what the Worker says is served', async () => {
  const { daemon, worker } = await start();
  worker.say({ type: 'tick', tick: tick(START_MS, { totals: [total(podEndpoint('web-1'), 10)] }) });
  worker.say({ type: 'flows', flows: [flow('1')], dropped: 0 });
  assert.equal((await fetch(`${daemon.url}/readyz`)).status, 200);
  const pods = (await (await fetch(`${daemon.url}/api/v1/pods`)).json()) as { items: { receiveBytes: number }[] };
  assert.equal(pods.items[0]?.receiveBytes, 10);
  assert.match(
    await (await fetch(`${daemon.url}/metrics`)).text(),
    /netguard_pod_receive_bytes_total\{.*pod="web-1".*\} 10/,
  );
});

test('each batch of flows is acknowledged to the Worker', async () => {
  const { worker } = await start();
  worker.say({ type: 'flows', flows: [flow('1'), flow('2')], dropped: 0 });
  worker.say({ type: 'flows', flows: [], dropped: 3 });
  assert.equal(worker.heardOf('flows-taken').length, 2);
});

test('metrics.listen serves metrics and probes besides, until the daemon is closed', async () => {
  const { daemon } = await start({ config: { metrics: { ...testConfig().metrics, listen: '127.0.0.1:0' } } });
  const url = String(logged.find(({ msg }) => String(msg).startsWith('serving metrics'))?.url);
  assert.notEqual(url, daemon.url);
  assert.match(await (await fetch(`${url}/metrics`)).text(), /netguard_build_info/);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  assert.equal((await fetch(`${url}/api/v1/status`)).status, 404);
  await daemon.close();
  await assert.rejects(fetch(`${url}/healthz`));
});

test('while programs attach, readyz says starting', async () => {
  const worker = new FakeWorker((_, { type }) => type === 'stop' && worker.say({ type: 'stopped' }));
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const free = (probe.address() as AddressInfo).port;
  await new Promise((closed) => probe.close(closed));
  const config = testConfig();
  const starting = startDaemon(
    { ...config, stateDir: directory, server: { ...config.server, listen: `127.0.0.1:${free}` } },
    { version: '1', logger, createWorker: () => worker },
  );
  await until(() => findPortHolder(free) !== undefined);
  const answer = await fetch(`http://127.0.0.1:${free}/readyz`);
  assert.equal(answer.status, 503);
  assert.equal(((await answer.json()) as { status: string }).status, 'starting');
  await until(() => worker.heardOf('start').length === 1);
  worker.say({ type: 'started', status: sourceStatus });
  daemons.push(await starting);
  assert.equal((await fetch(`http://127.0.0.1:${free}/readyz`)).status, 200);
});

test("the Worker's refusal is the start's error, and nothing stays open", async () => {
  const script: Script = (worker, { type }) => {
    if (type === 'start') {
      const code = 'NG_ERR_BPF_LOAD';
      worker.say({
        type: 'refused',
        code,
        message: 'loading sockets.bpf.o: denied',
        hint: 'Run as root.',
        detail: 'log',
      });
      worker.emit('exit', 0);
    }
  };
  const error = await refusal({ script });
  assert.equal(error.code, 'NG_ERR_BPF_LOAD');
  assert.equal(error.message, 'loading sockets.bpf.o: denied');
  assert.equal(error.hint, 'Run as root.');
  assert.equal(error.detail, 'log');
});

test('a Worker that dies while it starts is an error, not a wait', async () => {
  const script: Script = (worker, { type }) => {
    if (type === 'start') worker.emit('error', new Error('Cannot find module koffi'));
  };
  const error = await refusal({ script });
  assert.equal(error.code, 'NG_ERR_WORKER_CRASHED');
  assert.match(error.message, /Cannot find module koffi/);
});

test('a busy port is told before any program is loaded', async () => {
  const { daemon } = await start();
  const worker = new FakeWorker();
  const listen = new URL(daemon.url).host;
  const config = { server: { ...testConfig().server, listen } };
  const error = await refusal({ config, createWorker: () => worker });
  assert.equal(error.code, 'NG_ERR_LISTEN');
  assert.equal(worker.heard.length, 0);
});

test('a start can be given up', async () => {
  const stop = new AbortController();
  const worker = new FakeWorker((_, { type }) => {
    if (type === 'start') stop.abort();
    if (type === 'stop') worker.say({ type: 'stopped' });
  });
  await assert.rejects(start({ createWorker: () => worker, signal: stop.signal }), { name: 'AbortError' });
  assert.equal(worker.heardOf('stop').length, 1);
});

test('a Worker that crashes is reported, all is closed, and the process is told to end', async () => {
  const fatal = Promise.withResolvers<NetGuardError>();
  const { daemon, worker } = await start({ onFatal: fatal.resolve });
  worker.emit('error', new Error('segment 7 is odd'));
  worker.emit('exit', 1);
  const error = await fatal.promise;
  assert.equal(error.code, 'NG_ERR_WORKER_CRASHED');
  assert.match(error.message, /worker thread ended unexpectedly \(segment 7 is odd\)/);
  assert.match(error.hint ?? '', /No traffic is watched any more/);
  assert.ok(logged.some(({ code, level }) => code === 'NG_ERR_WORKER_CRASHED' && level === 'error'));
  await assert.rejects(fetch(`${daemon.url}/healthz`));
});

test('a process whose Worker crashes ends with status 1 and says why', async () => {
  const source = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => {
      parentPort.postMessage({ type: 'started', status: ${JSON.stringify(sourceStatus)} });
      setTimeout(() => { throw new Error('out of luck'); }, 20);
    });`;
  const program = `
    const { startDaemon } = await import(${JSON.stringify(new URL('./daemon.ts', import.meta.url).href)});
    const { createLogger } = await import(${JSON.stringify(new URL('./log.ts', import.meta.url).href)});
    const logger = await createLogger({ level: 'info', format: 'auto' });
    const workerUrl = new URL(${JSON.stringify(`data:text/javascript,${encodeURIComponent(source)}`)});
    await startDaemon(${JSON.stringify(testConfig({ stateDir: directory }))}, { version: '1', logger, workerUrl });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  assert.equal(status, 1, err);
  assert.equal(out, '');
  const lines = err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const line = lines.find(({ code }) => code === 'NG_ERR_WORKER_CRASHED');
  assert.match(line.msg, /out of luck/);
  assert.match(line.hint, /netguard doctor/);
});

test('a Worker that exits without a word is a crash too', async () => {
  const fatal = Promise.withResolvers<NetGuardError>();
  const { worker } = await start({ onFatal: fatal.resolve });
  worker.emit('exit', 0);
  assert.match((await fatal.promise).message, /exited with status 0/);
});

test('alerts that are open at the end are open at the next start, and the Worker is told', async () => {
  const first = await start();
  first.worker.say({ type: 'alert', event: { type: 'open', alert: alert('a') }, delayMs: 5 });
  first.worker.say({ type: 'alert', event: { type: 'open', alert: alert('b') }, delayMs: 5 });
  first.worker.say({
    type: 'alert',
    event: { type: 'resolve', alert: alert('b', { status: 'resolved' }) },
    delayMs: 5,
  });
  await first.daemon.close();
  const second = await start();
  assert.deepEqual(second.worker.heardOf('start')[0]?.openAlerts, [alert('a')]);
  const list = (await (await fetch(`${second.daemon.url}/api/v1/alerts`)).json()) as { items: unknown[] };
  assert.deepEqual(list.items, [alert('a')]);
});

test('alerts opened in the last moment before the end are saved', async () => {
  const script: Script = (worker, message) => {
    if (message.type === 'stop')
      worker.say({ type: 'alert', event: { type: 'open', alert: alert('last') }, delayMs: 5 });
    obedient(worker, message);
  };
  const { daemon } = await start({ script });
  await daemon.close();
  assert.match(readFileSync(join(directory, 'state', 'alerts.json'), 'utf8'), /"id":"last"/);
});

test('a broken alerts file is reported in log and status, and not fatal', async () => {
  writeFileSync(join(directory, 'alerts.json'), '{"version":1,');
  const { daemon, worker } = await start({ config: { stateDir: directory } });
  assert.deepEqual(worker.heardOf('start')[0]?.openAlerts, []);
  assert.ok(logged.some(({ code }) => code === 'NG_ERR_STATE_READ'));
  assert.match(daemon.state.degraded().join(), /moved to .*alerts\.json\.broken/);
});

test('a state directory that cannot be written degrades, is counted, and is not fatal', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  const { daemon, worker } = await start({ config: { stateDir: join(file, 'state') } });
  await until(() => daemon.state.stateWriteFailures > 0);
  worker.say({ type: 'alert', event: { type: 'open', alert: alert('a') }, delayMs: 5 });
  await until(() => daemon.state.stateWriteFailures > 1);
  const ready = await fetch(`${daemon.url}/readyz`);
  assert.equal(ready.status, 200);
  const body = (await ready.json()) as { status: string; degraded: string[] };
  assert.equal(body.status, 'degraded');
  assert.match(
    body.degraded.join(),
    /Open alerts cannot be saved to .* set stateDir to a directory that can be written/,
  );
  assert.ok(logged.some(({ code }) => code === 'NG_ERR_STATE_WRITE'));
});

test('a changed configuration is taken over, and what needs a restart is said', async () => {
  const { daemon, worker } = await start();
  const config = testConfig({ stateDir: '/elsewhere' });
  const next: Config = { ...config, flows: { ...config.flows, recent: 100 }, log: { ...config.log, level: 'error' } };
  const withoutPayload: Config = { ...next, payload: { ...next.payload, mode: 'off', samplesPerSecond: 1 } };
  daemon.applyConfig(next);
  assert.deepEqual(worker.heardOf('config')[0]?.config, next);
  assert.equal(daemon.state.flows.capacity, 100);
  assert.equal(logger.level, 'error');
  const warned = logged.filter(({ code }) => code === 'NG_WARN_RESTART_NEEDED').map(({ key }) => key);
  assert.deepEqual(warned, ['stateDir']);
  assert.deepEqual(restartNeeded(next, withoutPayload), ['payload.mode']);
  assert.deepEqual(restartNeeded(next, { ...next, payload: { ...next.payload, burst: 9, mode: 'evidence' } }), []);
});

test('a refused configuration is said everywhere until a good one comes', async () => {
  const { daemon, worker } = await start();
  const metric = async () =>
    /^netguard_config_last_reload_successful (\d)$/m.exec(await (await fetch(`${daemon.url}/metrics`)).text())?.[1];
  daemon.refuseConfig(new NetGuardError('NG_ERR_CONFIG_INVALID', 'line 3: unknown key lisen'));
  assert.equal(await metric(), '0');
  assert.match(daemon.state.degraded().join(), /last good one is in use: line 3: unknown key lisen/);
  assert.equal(worker.heardOf('config').length, 0);
  daemon.applyConfig(testConfig());
  assert.equal(await metric(), '1');
  assert.deepEqual(daemon.state.degraded(), []);
});

test('names come before the start and whenever they change; bad ones change nothing', async () => {
  let update: (update: IdentityUpdate) => void = () => undefined;
  let stopped = false;
  const identitySource: IdentitySource = {
    async start(onUpdate) {
      update = onUpdate;
      onUpdate({ ok: true, identities: NO_IDENTITIES, atMs: Date.now() - 5000 });
    },
    async stop() {
      stopped = true;
    },
  };
  const { daemon, worker } = await start({ identitySource });
  assert.deepEqual(worker.heardOf('start')[0]?.identities, NO_IDENTITIES);
  assert.ok((daemon.state.identityAgeSeconds() ?? 0) >= 5);
  update({ ok: true, identities: NO_IDENTITIES, atMs: Date.now() });
  assert.equal(worker.heardOf('identities').length, 1);
  assert.ok((daemon.state.identityAgeSeconds() ?? 9) < 5);
  update({ ok: false, error: new Error('line 2') });
  assert.equal(worker.heardOf('identities').length, 1);
  assert.match(daemon.state.degraded().join(), /identities were refused.*line 2/);
  await daemon.close();
  assert.ok(stopped);
});

test("the Worker's log lines are lines of the log", async () => {
  const { worker } = await start();
  worker.say({ type: 'log', level: 'warn', msg: 'ring is nearly full', code: 'NG_WARN_RING', used: 0.9 });
  const line = logged.find(({ code }) => code === 'NG_WARN_RING');
  assert.equal(line?.msg, 'ring is nearly full');
  assert.equal(line?.level, 'warn');
  assert.equal(line?.used, 0.9);
  assert.equal(line?.type, undefined);
});

test('close is in order and may be called twice: unready, Worker stopped, HTTP closed', async () => {
  let readyWhileStopping: number | undefined;
  const script: Script = async (worker, message) => {
    if (message.type === 'stop') readyWhileStopping = (await fetch(`${daemon.url}/readyz`)).status;
    obedient(worker, message);
  };
  const { daemon, worker } = await start({ script });
  const stream = await fetch(`${daemon.url}/api/v1/stream`);
  await Promise.all([daemon.close(), daemon.close()]);
  assert.equal(readyWhileStopping, 503);
  assert.equal(worker.heardOf('stop').length, 1);
  await assert.rejects(fetch(`${daemon.url}/healthz`));
  await stream.body?.cancel();
});

test('a Worker that does not stop is ended by force, within the ten seconds', async () => {
  const script: Script = (worker, message) => {
    if (message.type !== 'stop') obedient(worker, message);
  };
  const { daemon, worker } = await start({ script });
  const began = Date.now();
  await daemon.close();
  assert.ok(worker.terminated);
  assert.ok(Date.now() - began < 9000, `${Date.now() - began} ms`);
});

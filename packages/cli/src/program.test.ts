import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CLI_ERROR_CODES } from './failure/cli-error.ts';
import { buildProgram } from './program.ts';
import { ApiServer } from './testing/api-server.ts';
import { sampleAlert, sampleDetector, sampleFlow, samplePod, sampleSilence, sampleStatus } from './testing/samples.ts';
import { netguardVersion } from './version.ts';

const LAUNCHER = fileURLToPath(new URL('../bin/netguard', import.meta.url));

interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function netguard(args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  return run(LAUNCHER, args, env);
}

function run(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  execFile(file, args, { env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', ...env } }, (error, stdout, stderr) => {
    resolve({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
  });
  return promise;
}

async function api(): Promise<ApiServer> {
  return (await ApiServer.start())
    .json('/api/v1/status', sampleStatus())
    .json('/api/v1/pods', { items: [samplePod('web-1')] })
    .json('/api/v1/flows', { items: [sampleFlow()] })
    .json('/api/v1/alerts', { items: [sampleAlert()] });
}

function* commands(command: Command): Generator<Command> {
  yield command;
  for (const child of command.commands) yield* commands(child);
}

test('the launcher finds the pinned Node through links, without help from PATH', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'ng-cli-'));
  t.after(() => rmSync(directory, { recursive: true }));
  symlinkSync(LAUNCHER, join(directory, 'first'));
  symlinkSync('first', join(directory, 'netguard'));
  const { status, stdout } = await run(join(directory, 'netguard'), ['version', '-o', 'json']);
  assert.equal(status, 0);
  const facts = JSON.parse(stdout);
  assert.equal(facts.version, netguardVersion());
  assert.equal(facts.node, process.versions.node);
});

test('without the pinned Node a new enough system Node is used, and an old one is refused with what to do', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'ng-cli-'));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'package', 'bin'), { recursive: true });
  mkdirSync(join(directory, 'path'));
  copyFileSync(LAUNCHER, join(directory, 'package', 'bin', 'netguard'));
  writeFileSync(join(directory, 'package', 'main.js'), '');
  const node = join(directory, 'path', 'node');
  const system = async (version: string): Promise<Result> => {
    writeFileSync(node, `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo "ran $*"\n`, { mode: 0o755 });
    return run(join(directory, 'package', 'bin', 'netguard'), ['status'], {
      PATH: `${join(directory, 'path')}:/usr/bin:/bin`,
    });
  };
  const { stdout } = await system('v24.0.0');
  assert.ok(stdout.startsWith('ran --'), stdout);
  assert.ok(stdout.endsWith(` ${join(realpathSync(directory), 'package', 'main.js')} status\n`), stdout);
  const old = await system('v20.20.2');
  assert.equal(old.status, 1);
  assert.match(old.stderr, /needs Node\.js 24 or newer.*v20\.20\.2\n.*npm install/);
});

test('the help lists what exists and nothing that is only planned', async () => {
  const { status, stdout } = await netguard(['--help']);
  assert.equal(status, 0);
  const built =
    'run agent demo top observe alerts status detectors silence policy intel rules programs doctor config version';
  for (const name of built.split(' ')) {
    assert.match(stdout, new RegExp(`^ {2}${name}( |$)`, 'm'));
  }
  assert.doesNotMatch(stdout, /^ {2}(hub)( |$)/m);
  const alerts = await netguard(['alerts', '--help']);
  assert.match(alerts.stdout, /^ {2}pcap /m);
});

test('every command and option is described', () => {
  for (const command of commands(buildProgram())) {
    assert.ok(command.description(), command.name());
    for (const option of command.options)
      assert.ok(option.hidden || option.description, `${command.name()} ${option.flags}`);
  }
});

test('a misspelt command of a group is refused as well, where the group has a default one', async () => {
  for (const [args, nearest] of [
    [['alerts', 'lst'], 'list'],
    [['alerts', 'explian'], 'explain'],
    [['silence', 'exprie', 'x'], 'expire'],
    [['detectors', 'shw'], 'show'],
  ] as const) {
    const { status, stderr } = await netguard(args);
    assert.equal(status, 2, args.join(' '));
    assert.match(
      stderr,
      new RegExp(`unknown command '${args[1]}'\\n\\(Did you mean ${nearest}\\?\\)\\n.*netguard ${args[0]} --help`),
    );
  }
  const { stderr } = await netguard(['alerts', '01J8']);
  assert.match(stderr, /unknown command '01J8'\nThere are list, show, explain, ack, close, pcap\./);
});

test('a misspelt command or option is a usage error that names the nearest', async () => {
  const command = await netguard(['alrets']);
  assert.equal(command.status, 2);
  assert.match(command.stderr, /unknown command 'alrets'\n\(Did you mean alerts\?\)/);
  const option = await netguard(['top', '--intervall', '1s']);
  assert.equal(option.status, 2);
  assert.match(option.stderr, /Did you mean --interval\?/);
});

test('a Hubble flag that cannot be honoured is refused by name, with why', async () => {
  for (const args of [
    ['--http-status', '500'],
    ['--identity', '1'],
    ['-l', 'app=web'],
    ['--tcp-flags', 'SYN'],
  ]) {
    const { status, stderr } = await netguard(['observe', ...args]);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /^error: reading --(http-status|identity|label|tcp-flags): \S/);
    assert.match(stderr, /NG_ERR_CLI_REFUSED_FLAG/);
  }
});

test('without a server the command says how to start one and ends with 1', async () => {
  const { status, stderr, stdout } = await netguard(['alerts', '--server', '127.0.0.1:1']);
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^error: no NetGuard is listening at http:\/\/127\.0\.0\.1:1\n.*netguard run/);
  assert.doesNotMatch(stderr, /\n {4}at /);
});

test('the commands print what the server says', async () => {
  await using server = await api();
  const env = { NETGUARD_SERVER: server.url.origin };
  assert.match((await netguard(['top', '--once'], env)).stdout, /^shop\/web-1 +deployment\/web/m);
  assert.match(
    (await netguard(['observe'], env)).stdout,
    /shop\/web-1:41234 -> shop\/api-0:8080 to-endpoint FORWARDED/,
  );
  assert.match((await netguard(['alerts'], env)).stdout, /01J8ALERT +high/);
  assert.match((await netguard(['alerts', 'show', '01J8'], env)).stdout, /What to do/);
  assert.match((await netguard(['alerts', 'explain', '01J8'], env)).stdout, /Why it was raised here/);
  assert.match((await netguard(['status'], env)).stdout, /NetGuard is watching/);
  assert.equal(JSON.parse((await netguard(['alerts', '-o', 'json'], env)).stdout).id, '01J8ALERT');
});

test('an alert is acknowledged, closed and tuned away', async () => {
  await using server = await api();
  const bodies: unknown[] = [];
  for (const [verb, answer] of [
    ['ack', sampleAlert({ acknowledgedBy: 'ann' })],
    ['close', sampleAlert({ status: 'resolved', closedBy: 'ann', disposition: 'false-positive' })],
  ] as const) {
    server.on(`/api/v1/alerts/01J8ALERT/${verb}`, async (request, response) => {
      bodies.push(request.method, JSON.parse(await text(request)));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  }
  server.json('/api/v1/detectors', { items: [sampleDetector()] });
  const env = { NETGUARD_SERVER: server.url.origin, SUDO_USER: 'ann' };
  assert.match(
    (await netguard(['alerts', 'ack', '01J8'], env)).stdout,
    /^alert 01J8ALERT acknowledged by ann: SYN flood/,
  );
  const closed = await netguard(['alerts', 'close', '01J8', '--disposition', 'false-positive', '--by', 'bob'], env);
  assert.match(
    closed.stdout,
    /closed by ann as false-positive[\s\S]*^ {8}shop:\n {10}parameters:\n {12}listenerSynsPerWindow: 2654$/m,
  );
  assert.deepEqual(bodies, ['POST', { by: 'ann' }, 'POST', { by: 'bob', disposition: 'false-positive' }]);
  const unknown = await netguard(['alerts', 'ack', '01J8', 'nope'], env);
  assert.deepEqual([unknown.status, bodies.length], [1, 4], 'nothing is changed when one id is wrong');
});

test('silences are made, listed and ended', async () => {
  await using server = await api();
  const silence = sampleSilence();
  let body: { comment?: string; createdBy?: string; endsAt?: string } = {};
  server.on('/api/v1/silences', async (request, response) => {
    if (request.method === 'POST') body = JSON.parse(await text(request));
    const answer = request.method === 'POST' ? silence : { items: [silence] };
    response.writeHead(request.method === 'POST' ? 201 : 200).end(JSON.stringify(answer));
  });
  server.json('/api/v1/silences/01J8SILENCE', silence);
  const env = { NETGUARD_SERVER: server.url.origin, SUDO_USER: 'ann' };
  const add = ['silence', 'add', 'rule=port-scan', 'namespace=shop', '--for', '2h', '--comment', 'load test'];
  assert.match(
    (await netguard(add, env)).stdout,
    /^silence 01J8SILENCE: rule=port-scan namespace=shop, .*; 0 open alerts/,
  );
  assert.deepEqual([body.createdBy, body.comment], ['ann', 'load test']);
  const lasts = Date.parse(body.endsAt ?? '') - Date.now();
  assert.ok(lasts > 7_100_000 && lasts <= 7_200_000, String(lasts));
  assert.match((await netguard(['silence'], env)).stdout, /^01J8SILENCE .* rule=port-scan namespace=shop/m);
  assert.equal((await netguard(['silence', 'expire', '01J8'], env)).stdout, 'silence 01J8SILENCE has ended\n');
  const last = server.asked.at(-1);
  assert.deepEqual([last?.method, last?.path], ['DELETE', '/api/v1/silences/01J8SILENCE']);
  const endless = await netguard(['silence', 'add', 'rule=x', '--comment', 'c'], env);
  assert.deepEqual([endless.status, /it has no end\n {2}Say how long.*--for 2h/.test(endless.stderr)], [2, true]);
});

test('a change that is not allowed says what the server said', async () => {
  await using server = await api();
  const detail = 'changes need an admin token here, and none is configured: set server.adminTokenFile';
  server.json('/api/v1/alerts/01J8ALERT/ack', { type: 'about:blank', title: 'Forbidden', status: 403, detail }, 403);
  const { status, stderr } = await netguard(['alerts', 'ack', '01J8'], { NETGUARD_SERVER: server.url.origin });
  assert.equal(status, 1);
  assert.match(stderr, /set server\.adminTokenFile\n.*admin token of this server\.\n.*NG_ERR_CLI_DENIED/);
});

test('detectors are listed and shown, also for an alert', async () => {
  await using server = await api();
  server.json('/api/v1/detectors', { items: [sampleDetector()] });
  const env = { NETGUARD_SERVER: server.url.origin };
  assert.match((await netguard(['detectors'], env)).stdout, /^syn-flood +alert +flood/m);
  assert.match((await netguard(['detectors', 'show', 'syn'], env)).stdout, /listenerSynsPerWindow {2}200 SYN/);
  assert.match((await netguard(['detectors', 'explain', '01J8'], env)).stdout, /→ listenerSynsPerWindow +200 SYN/);
  assert.match((await netguard(['detectors', 'show', 'sny-flood'], env)).stderr, /Did you mean syn-flood\?/);
  const explained = JSON.parse((await netguard(['alerts', 'explain', '01J8', '-o', 'json'], env)).stdout);
  assert.deepEqual([explained.alert.id, explained.tuning.parameter], ['01J8ALERT', 'listenerSynsPerWindow']);
  await netguard(['alerts', 'list', '--observed', '--silenced'], env);
  const { query } = server.asked.findLast(({ path }) => path === '/api/v1/alerts') ?? {};
  assert.deepEqual([query?.get('observed'), query?.get('suppressed')], ['true', 'true']);
});

test('filters and -4 reach the flows in the order they are written', async () => {
  await using server = await api();
  const env = { NETGUARD_SERVER: server.url.origin };
  const lines = async (...args: string[]): Promise<number> =>
    (await netguard(['observe', ...args], env)).stdout.split('\n').length - 1;
  assert.equal(await lines('-n', 'shop', '--pod', 'web', '-4'), 1);
  assert.equal(await lines('-6'), 0);
  assert.equal(await lines('--not', '--to-port', '8080'), 0);
  assert.equal(await lines('--to-port', '8080', '--not', '--to-port', '80'), 1);
});

test('an http address in HUBBLE_SERVER is asked; filters in variables are refused', async () => {
  await using server = await api();
  assert.match((await netguard(['observe', '--last', '1'], { HUBBLE_SERVER: server.url.origin })).stdout, /FORWARDED/);
  assert.equal((await netguard(['observe'], { HUBBLE_ALLOWLIST: '{}' })).status, 2);
});

test('Ctrl-C ends a stream with 130 and without a word', async () => {
  await using server = await api();
  const streaming = Promise.withResolvers<void>();
  server.on('/api/v1/stream', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': heartbeat\n\n');
    streaming.resolve();
  });
  const child = spawn(LAUNCHER, ['observe', '-f', '--server', server.url.origin], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  await streaming.promise;
  child.kill('SIGINT');
  const [status] = await once(child, 'close');
  assert.deepEqual([status, stderr], [130, '']);
});

test('a reader that has seen enough is success', async () => {
  await using server = await api();
  const flows = Array.from({ length: 50_000 }, (_, i) => sampleFlow({ id: String(i) }));
  server.json('/api/v1/flows', { items: flows });
  const child = spawn('sh', [
    '-c',
    '("$0" observe --all --server "$1"; echo "status $?" >&2) | head -1 >/dev/null',
    LAUNCHER,
    server.url.origin,
  ]);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  await once(child, 'close');
  assert.equal(stderr, 'status 0\n');
});

test('a bad configuration ends with 2 and says where', async () => {
  const { status, stderr } = await netguard(['config', 'show'], { NETGUARD_LOG__LEVEL: 'loud' });
  assert.equal(status, 2);
  assert.match(stderr, /NETGUARD_LOG__LEVEL/);
});

test('the reference lists every command and every error code, and no other code', () => {
  const page = readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8');
  for (const command of buildProgram().commands)
    assert.match(page, new RegExp(`^## ${command.name()}\\b|\`netguard ${command.name()}\\b`, 'm'), command.name());
  const documented = new Set([...page.matchAll(/`(NG_ERR_CLI_[A-Z_]+)`/g)].map(([, code]) => code));
  assert.deepEqual([...documented].toSorted(), Object.keys(CLI_ERROR_CODES).toSorted());
});

test('the reference tells every refused Hubble flag', async () => {
  const { REFUSED_FLAGS } = await import('./observe/refused-flags.ts');
  const page = readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8');
  for (const { flags } of REFUSED_FLAGS) assert.ok(page.includes(/--[a-z-]+/.exec(flags)?.[0] ?? ''), flags);
});

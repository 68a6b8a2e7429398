/** What is shipped: built, packed, installed by npm into an empty directory (which needs its registry), and run from there. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import { runIdPrefix } from '../../packages/cli/src/lab/run-id.ts';
import { assertNothingLeft } from '../lab/leftovers.ts';
import { Agent } from './support/agent.ts';
import { Background } from './support/background.ts';
import { type Ended, netguard, repository, run, told } from './support/command.ts';
import { Program } from './support/program.ts';
import type { Talk } from './support/programs/talk.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

let directory: Temporary;
let installed = '';

async function succeed(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  const ended = await run(command, args, {
    cwd,
    timeoutMs: 240_000,
    env: { PATH: `${repository}node_modules/.bin:${process.env.PATH}` },
  });
  assert.equal(ended.code, 0, `${command} ${args.join(' ')}: ${told(ended)}`);
  return ended;
}

before(async () => {
  directory = new Temporary();
  // A build of its own: another suite, or a developer, may be using the repository's dist/.
  const copy = directory.join('repository');
  mkdirSync(copy);
  for (const name of ['package.json', 'LICENSE', 'tools'])
    cpSync(`${repository}${name}`, `${copy}/${name}`, { recursive: true });
  for (const name of ['packages', 'bpf', 'node_modules']) symlinkSync(`${repository}${name}`, `${copy}/${name}`);
  await succeed('npm', ['run', 'build', '--silent'], copy);
  await succeed('npm', ['pack', './dist', '--silent', '--pack-destination', directory.path], copy);
  const [tarball] = readdirSync(directory.path).filter((name) => /^netguard-.*\.tgz$/.test(name));
  assert.ok(tarball);
  mkdirSync(directory.join('app'));
  await succeed(
    'npm',
    [
      'install',
      '--prefix',
      directory.join('app'),
      '--prefer-offline',
      '--no-fund',
      '--no-audit',
      directory.join(tarball),
    ],
    directory.path,
  );
  installed = directory.join('app/node_modules/.bin/netguard');
});
after(() => directory?.[Symbol.dispose]());

test('the installed command runs on its own Node.js and says the version of the sources', async () => {
  const of = async (options: { readonly command?: string }) =>
    JSON.parse(
      (await (options.command ? run(options.command, ['version', '-o', 'json']) : netguard(['version', '-o', 'json'])))
        .stdout,
    );
  assert.deepEqual(await of({ command: installed }), await of({}));
  const own = readdirSync(directory.join('app/node_modules'));
  assert.ok(own.includes('koffi') && own.some((name) => name.startsWith('node-linux-')), own.join(' '));
  const help = await run(installed, ['--help']);
  assert.equal(help.stdout, (await netguard(['--help'])).stdout);
});

test('the package carries built JavaScript and kernel programs, and no source', () => {
  const files = readdirSync(directory.join('app/node_modules/netguard'), { recursive: true }).map(String);
  assert.deepEqual(
    files.filter((name) => name.endsWith('.ts')),
    [],
  );
  for (const name of ['sockets', 'packets', 'probes', 'cgroups']) assert.ok(files.includes(`bpf/${name}.bpf.o`), name);
  for (const name of [
    'LICENSE',
    'bpf/LICENSE.GPL-2.0',
    'bpf/LICENSE.BSD-2-Clause',
    'bpf/include/netguard/kernel.h',
    'reaper.sh',
    'load-thread.js',
  ])
    assert.ok(files.includes(name), name);
  const main = readFileSync(directory.join('app/node_modules/netguard/main.js'), 'utf8');
  assert.ok(!main.includes(repository), 'no path of the machine that built it');
});

test('the installed netguard run watches: traffic is counted by the byte', async () => {
  await using lab = await Lab.open();
  const [server, client] = await lab.addPods(['server-0', 'client-0'].map((name) => ({ namespace: 'shipped', name })));
  assert.ok(server && client);
  await Program.start(server, 'talk-server', { port: 8080, host: server.ip }).line();
  await using agent = await Agent.start({ lab, command: installed });
  assert.deepEqual((await agent.status()).degraded, []);
  const { tcp, udp } = await Program.start(client, 'talk-client', {
    host: server.ip,
    port: 8080,
    rounds: 20,
  }).line<Talk>(1);
  await until('the exact totals', async () => (await agent.pod(client))?.transmitBytes === tcp.sent + udp.sent);
  assert.equal((await agent.stop('SIGTERM')).status, 0, agent.process.stderr);
});

test('the installed netguard demo has its pods, and goes without a trace', async () => {
  const args = [
    'demo',
    '--plain',
    '--no-attack',
    '--duration',
    '6s',
    '--listen',
    '127.0.0.1:0',
    '--state-dir',
    directory.join('state'),
  ];
  await using demo = new Background(installed, args);
  assert.equal(await demo.ended(), 0, demo.stdout + demo.stderr);
  assert.match(demo.stdout, /^shop\/web-\S+ +deployment\/web /m);
  await assertNothingLeft(runIdPrefix(demo.pid));
});

test('the installed netguard doctor finds its kernel programs', async () => {
  const ended = await run(installed, ['doctor']);
  assert.equal(ended.code, 0, told(ended));
  assert.match(ended.stdout, /^✓ Compiled kernel programs +\S+app\/node_modules\/netguard\/bpf$/m);
});

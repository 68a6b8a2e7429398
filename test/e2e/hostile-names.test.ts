/** Names are other people's text: none may steer a terminal, break a line of JSON or the metrics. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import type { Flow } from '@netguard/core';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import { Agent } from './support/agent.ts';
import { netguard, told } from './support/command.ts';
import { assertPromtool, samples } from './support/exposition.ts';
import { Flood } from './support/flood.ts';
import { Program } from './support/program.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

/** Clears the screen, sets the title, goes red, quotes, a backslash, a right-to-left override, a C1 control. */
const evil = '\u001b[2J\u001b]0;x\u0007\u001b[31m"\\{}\u202e\u009b31m';
const port = 8080;

/** Nothing but line ends may control anything. */
function assertHarmless(text: string, what: string): void {
  assert.doesNotMatch(text, /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u, what);
}

test('an identity file with names that Kubernetes would not allow is refused, and told without what is in them', async () => {
  using directory = new Temporary();
  const pod = { uid: '1c7f9a5e-3b0d-4c8a-9f61-0d2e4b6a8c10', namespace: 'shop', name: 'web-0' };
  const hostile: Record<string, object> = {
    escape: { ...pod, name: `web${evil}` },
    newline: { ...pod, name: 'web\nnetguard_pod_receive_bytes_total 1' },
    quote: { ...pod, namespace: 'shop",pod="x' },
    long: { ...pod, name: 'w'.repeat(10_000) },
    label: { ...pod, labels: { app: evil } },
    container: { ...pod, containers: [{ name: evil }] },
    workload: { ...pod, workload: { kind: evil, name: 'web' } },
    key: { ...pod, [evil]: 1 },
  };
  for (const [name, each] of Object.entries(hostile)) {
    const file = directory.write(`${name}.yaml`, { apiVersion: 'netguard/v1', kind: 'Identities', pods: [each] });
    const ended = await netguard([
      'run',
      '--identities',
      file,
      '--listen',
      '127.0.0.1:0',
      '--state-dir',
      directory.path,
    ]);
    assert.equal(ended.code, 1, `${name}: ${told(ended)}`);
    assert.match(ended.stderr, new RegExp(`${name}\\.yaml:\\d+:\\d+: `), `${name}: where it stands`);
    assertHarmless(ended.stdout + ended.stderr, name);
    assert.ok(ended.stderr.length < 2000, `${name}: ${ended.stderr.length} characters`);
  }
});

test('hostile names of programs, cgroups, clusters, nodes and subnets reach no terminal raw and break no metric', async () => {
  await using lab = await Lab.open();
  const [pod, attacker, guest] = [
    await lab.addPod({ namespace: 'hostile', name: 'web-0' }),
    await lab.addHost('attacker'),
    await lab.addHost('guest'),
  ];
  // A cgroup may be called anything without a slash or a line end.
  const cgroupPath = `${guest.cgroupPath}/${evil}.service`;
  mkdirSync(cgroupPath);
  await Program.start(pod, 'listener', { port }).line();
  await using agent = await Agent.start({
    lab,
    config: {
      cluster: `prod${evil}`,
      node: `node${evil}`,
      identity: { subnets: [{ cidr: '203.0.113.0/24', label: `office\n${evil}` }] },
      flows: { windowMs: 1000 },
    },
  });
  const visits = { host: pod.ip, port, title: `${evil.slice(0, 9)}"\\x` };
  const visitors = [
    Program.start(attacker, 'visitor', visits),
    Program.start(guest, 'visitor', visits, { cgroupPath }),
  ];
  for (const each of visitors) await each.line();
  await using _flood = new Flood(attacker, pod.ip, { port, spoofed: false });
  await until('the flood is told', async () => (await agent.floodsOf(pod))[0]);
  await until('flows seen from a unit, from a program, and by an address in the subnet', async () => {
    const sources = (await agent.list<Flow>('flows?namespace=hostile')).map(({ source }) => source);
    return (
      sources.some(({ kind, service }) => kind === 'unit' && service?.includes('.service')) &&
      sources.some(({ kind, process }) => kind === 'process' && process?.comm.includes('[2J')) &&
      sources.some(({ subnetLabel }) => subnetLabel?.startsWith('office'))
    );
  });
  await until('edges', async () => (await agent.list('edges?namespace=hostile')).length > 0);

  const seen = JSON.stringify([
    await agent.list('flows'),
    await agent.list('pods'),
    await agent.list('alerts'),
    await agent.list('edges'),
  ]);
  assert.match(seen, /office/);
  assert.match(seen, /\.service/);

  const commands = [
    ['top', '--once'],
    ['top', 'edges', '--once'],
    ['top', 'listeners', '--once'],
    ...['compact', 'dict', 'table'].map((format) => ['observe', '--all', '-o', format, '--print-node-name']),
    ['alerts', 'list'],
    ['status'],
    ['observe', '--last', '3', '--numeric'],
  ];
  const [alert] = await agent.floodsOf(pod);
  for (const how of ['show', 'explain']) commands.push(['alerts', how, alert?.id ?? '']);
  for (const command of commands) {
    const ended = await agent.cli(command);
    assert.equal(ended.code, 0, `${command}: ${told(ended)}`);
    assert.ok(ended.stdout.length > 20, String(command));
    assertHarmless(ended.stdout + ended.stderr, String(command));
  }
  for (const command of [
    ['top', '--once', '-o', 'json'],
    ['observe', '--all', '-o', 'json'],
    ['alerts', 'list', '-o', 'json'],
  ]) {
    const { stdout } = await agent.cli(command);
    assertHarmless(stdout, String(command));
    for (const line of stdout.trimEnd().split('\n')) JSON.parse(line);
  }
  assertHarmless(agent.process.stderr, 'the log');
  for (const line of agent.process.stderr.trimEnd().split('\n')) JSON.parse(line);

  const metrics = await agent.metrics();
  assertPromtool(metrics);
  assert.doesNotMatch(metrics, /[^\P{Cc}\n]/u);
  assert.ok(samples(metrics).some(({ labels }) => Object.values(labels).some((value) => value.includes('office'))));
});

/** Suricata rules in a running NetGuard: a pod's request that matches is told with the pod's name; changed files come into use whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '@netguard/core';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { Agent } from './support/agent.ts';
import { sumOf } from './support/exposition.ts';
import { Program } from './support/program.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

const PORT = 8080;
const SPEAK = '../../../scenarios/programs/speak';
const rule = (sid: number, path: string, options = '') =>
  `alert http any any -> any any (msg:"asks for ${path}"; http.uri; content:"${path}"; ${options}classtype:trojan-activity; sid:${sid}; rev:2;)\n`;
const REQUEST = 'GET /gate.php?token=s3cret HTTP/1.1\r\nHost: web\r\nAuthorization: Bearer topsecret\r\n\r\n';
const RESPONSE = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

async function ask(from: Pod, to: Pod, first: string): Promise<void> {
  using client = Program.start(from, SPEAK, { to: { host: to.ip, port: PORT }, first });
  await client.line();
}

test('a request that matches a rule is an alert of its pod, rules change while it runs, and its samples are a capture', async () => {
  using directory = new Temporary();
  await using lab = await Lab.open();
  const web = await lab.addPod({ namespace: 'shop', name: 'web-0' });
  const bot = await lab.addPod({ namespace: 'shop', name: 'bot-0' });
  using server = Program.start(web, SPEAK, { listen: PORT, lines: [RESPONSE, RESPONSE] });
  await server.line();
  const rules = directory.write('local.rules', `${rule(1_000_001, '/gate.php')}${rule(1_000_002, '/x', 'flags:S; ')}`);
  await using agent = await Agent.start({
    lab,
    directory,
    config: { rules: { files: [rules] }, payload: { mode: 'evidence' }, alerts: { resolveAfterMs: 60_000 } },
  });
  const loaded = async (state: string) => sumOf(await agent.metrics(), 'netguard_rules', { state });
  await until('the first rules', async () => (await loaded('loaded')) === 1);
  assert.equal(await loaded('refused'), 1);
  const signatures = async (): Promise<Alert[]> => {
    const alerts = await agent.list<Alert>('alerts?namespace=shop');
    return alerts.filter((alert) => alert.rule === 'signature');
  };

  await ask(bot, web, REQUEST);
  const alert = await until('the alert of the request', async () => (await signatures())[0]);
  assert.deepEqual([alert.source?.pod, alert.target?.pod, alert.target?.port], ['bot-0', 'web-0', PORT]);
  assert.deepEqual(alert.evidence.signature, { gid: 1, sid: 1_000_001, rev: 2, msg: 'asks for /gate.php' });
  assert.equal(alert.severity, 'high');

  const { stdout } = await agent.cli(['alerts', 'pcap', alert.id]);
  assert.ok(stdout.includes('GET /gate.php'), 'the capture holds the request');
  assert.ok(!stdout.includes('topsecret') && !stdout.includes('s3cret'), 'without what is secret');

  directory.write('local.rules', 'alert http any any -> any any (msg:"broken; sid:1;)\n');
  await until('the broken rules', async () => (await loaded('refused')) === 1 && (await loaded('loaded')) === 0);
  assert.match((await agent.status()).degraded.join('\n'), /No rule .* could be loaded/);

  directory.write('local.rules', rule(1_000_003, '/second', 'k8s.namespace:shop,source; '));
  await until('the changed rules', async () => (await loaded('loaded')) === 1);
  await ask(bot, web, 'GET /second HTTP/1.1\r\nHost: web\r\n\r\n');
  const sids = async () => JSON.stringify((await signatures())[0]?.evidence);
  await until('the match of the new rule', async () => (await sids()).includes('1000003'));
  assert.equal((await signatures()).length, 1, 'one alert between two workloads');
});

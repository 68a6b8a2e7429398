/** What the client commands print about a running demo: for people, for programs, and into a pipe that closes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Alert } from '@netguard/core';
import type { StatusResponse } from '../../packages/agent/src/http/api-types.ts';
import { Background } from './support/background.ts';
import { type Ended, netguard, netguardCommand, run, told } from './support/command.ts';
import { getJson } from './support/http.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

const esc = '\u001b';
let directory: Temporary;
let demo: Background;
let url = '';
before(async () => {
  directory = new Temporary();
  const config = directory.write('netguard.yaml', {
    apiVersion: 'netguard/v1',
    flows: { windowMs: 1000 },
    alerts: { resolveAfterMs: 300_000 },
  });
  const args = [
    'demo',
    '--plain',
    '--attack-after',
    '1s',
    '--config',
    config,
    '--listen',
    '127.0.0.1:0',
    '--state-dir',
    directory.path,
  ];
  demo = new Background(netguardCommand, args);
  [, url = ''] = await demo.says(/is watching, at (http:\S+)/);
  await demo.says(/What to do/);
  await until(
    'edges',
    async () => (await getJson<{ items: unknown[] }>(`${url}/api/v1/edges?namespace=shop`)).items.length > 3,
  );
});
after(async () => {
  await demo?.[Symbol.asyncDispose]();
  directory?.[Symbol.dispose]();
});

/** Runs a client command against the demo; it must succeed, say nothing else and use no terminal codes. */
async function cli(...args: string[]): Promise<string> {
  const ended = await netguard([...args, '--server', url]);
  assert.equal(ended.code, 0, told(ended));
  assert.equal(ended.stderr, '');
  assert.doesNotMatch(ended.stdout, /[^\P{Cc}\n]/u);
  return ended.stdout;
}

/** Each line of the output as JSON. */
async function jsonLines<T>(...args: string[]): Promise<T[]> {
  return (await cli(...args))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

test('top --once prints one table a view, as text and as JSON', async () => {
  assert.match(await cli('top', '--once'), /^shop\/web-\S+ +deployment\/web +\S+ [kM]?B\/s/m);
  assert.match(await cli('top', 'edges', '--once'), /^\S*clients\/\S+ +\S*shop\/\S+ +TCP/m);
  assert.match(await cli('top', 'listeners', '--once'), /^shop\/web-\S+:80 +deployment\/web/m);
  const [look, ...more] = await jsonLines<{ time: string; pods: { endpoint: { namespace?: string } }[] }>(
    'top',
    '--once',
    '-o',
    'json',
  );
  assert.equal(more.length, 0);
  assert.ok(look?.pods.some(({ endpoint }) => endpoint.namespace === 'shop'));
  assert.match(look?.time ?? '', /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
  assert.equal((await jsonLines('top', '-o', 'json', '-n', '2', '--interval', '200ms')).length, 2);
});

interface HubbleLine {
  readonly flow: {
    readonly time: string;
    readonly verdict: string;
    readonly IP: { readonly source: string; readonly destination: string };
    readonly source: { readonly namespace?: string; readonly pod_name?: string };
    readonly destination: { readonly namespace?: string; readonly pod_name?: string };
    readonly l4: Record<string, unknown>;
  };
  readonly node_name?: string;
}

test('observe prints the last flows in each of Hubble’s formats', async () => {
  for (const format of ['json', 'jsonpb']) {
    const flows = await jsonLines<HubbleLine>(
      'observe',
      '--last',
      '5',
      '-n',
      'shop',
      '--protocol',
      'tcp',
      '-o',
      format,
    );
    assert.equal(flows.length, 5);
    for (const { flow } of flows) {
      assert.match(flow.verdict, /^(FORWARDED|DROPPED|ERROR)$/);
      assert.ok([flow.source.namespace, flow.destination.namespace].includes('shop'), JSON.stringify(flow));
      assert.ok(flow.l4.TCP);
      assert.match(flow.IP.source, /^10\./);
    }
    assert.deepEqual(
      flows.map(({ flow }) => flow.time),
      flows.map(({ flow }) => flow.time).sort(),
      'oldest first',
    );
  }
  const compact = (await cli('observe', '--last', '5')).trimEnd().split('\n');
  assert.equal(compact.length, 5);
  for (const line of compact)
    assert.match(line, /^[A-Z][a-z]{2} [ \d]\d [\d:]{8}\.\d{3}: .+ (->|<-|<>) .+ (FORWARDED|DROPPED|ERROR)/);
  const dict = await cli('observe', '--last', '3', '-o', 'dict');
  assert.equal(dict.match(/^ *TIMESTAMP: /gm)?.length, 3);
  assert.equal(dict.match(/^-+$/gm)?.length, 2);
  const table = (await cli('observe', '--last', '4', '-o', 'table')).trimEnd().split('\n');
  assert.match(table[0] ?? '', /^TIMESTAMP +SOURCE +DESTINATION +TYPE +VERDICT +SUMMARY$/);
  assert.equal(table.length, 5);
});

test('observe filters as Hubble does', async () => {
  const all = await jsonLines<HubbleLine>(
    'observe',
    '--all',
    '-o',
    'json',
    '--from-namespace',
    'clients',
    '--to-pod',
    'shop/web',
    '--protocol',
    'tcp',
    '--port',
    '80',
  );
  assert.ok(all.length > 0);
  for (const { flow } of all) {
    assert.equal(flow.source.namespace, 'clients');
    assert.match(flow.destination.pod_name ?? '', /^web-/);
  }
  const ended = await netguard(['observe', '--server', url, '--last', '5', '--http-status', '500']);
  assert.equal(ended.code, 2, told(ended));
  assert.match(ended.stderr, /--http-status/);
});

test('alerts are listed, shown and explained', async () => {
  const alerts = await jsonLines<Alert>('alerts', 'list', '-o', 'json', '-n', 'shop');
  const [alert] = alerts;
  assert.ok(alert);
  assert.deepEqual(
    [alerts.length, alert.rule, alert.source, alert.status, alert.schemaVersion],
    [1, 'syn-flood', null, 'open', 1],
  );
  assert.match(
    await cli('alerts', 'list'),
    new RegExp(`^${alert.id} +(high|critical) +open +syn-flood +shop/web-\\S+:80`, 'm'),
  );
  assert.match(await cli('alerts', 'show', alert.id), /SYN flood on shop\/web-/);
  assert.match(await cli('alerts', 'explain', alert.id), /listenerSynsPerWindow/);
  const unknown = await netguard(['alerts', 'show', 'ZZZ', '--server', url]);
  assert.equal(unknown.code, 1, told(unknown));
});

test('status tells what is attached and lost', async () => {
  assert.match(await cli('status'), /^ng_tcp_state +attached/m);
  const status = JSON.parse(await cli('status', '-o', 'json')) as StatusResponse;
  assert.equal(status.ready, true);
  assert.equal(status.cluster, 'demo');
});

test('config shows, checks and describes itself, and what it shows can be loaded again', async () => {
  const ok = async (args: string[]): Promise<Ended> => {
    const ended = await netguard(['config', ...args]);
    assert.equal(ended.code, 0, told(ended));
    return ended;
  };
  const shown = (await ok(['show', '--cluster', 'prod'])).stdout;
  assert.match(shown, /^cluster: prod # flag$/m);
  const again = directory.write('again.yaml', shown);
  assert.match((await ok(['check', again])).stdout, /again\.yaml is fine/);
  const json = JSON.parse((await ok(['show', '--config', again, '-o', 'json'])).stdout) as { cluster: string };
  assert.equal(json.cluster, 'prod');
  const schema = JSON.parse((await ok(['schema'])).stdout) as { properties: Record<string, unknown> };
  assert.ok('detectors' in schema.properties);
});

test('version says what runs, for people and for programs', async () => {
  assert.match((await netguard(['version'])).stdout, /^netguard \d+\.\d+\.\d+ \(Node\.js 24\./);
  assert.match((JSON.parse((await netguard(['version', '-o', 'json'])).stdout) as { node: string }).node, /^24\./);
});

test('a pipe that closes is success, and quiet', async () => {
  for (const command of ['observe -f', 'observe --all -o json', 'top -o json', 'top --interval 100ms']) {
    const script = `{ "$0" ${command} --server ${url}; echo "status $?" >&2; } | head -n 1`;
    const ended = await run('/bin/sh', ['-c', script, netguardCommand]);
    assert.equal(ended.stderr, 'status 0\n', `${command}: ${told(ended)}`);
    assert.equal(ended.stdout.trimEnd().split('\n').length, 1);
  }
});

test('a client command that follows ends on SIGINT with 130', async () => {
  for (const args of [
    ['observe', '-f'],
    ['top', '-o', 'json'],
  ]) {
    await using following = new Background(netguardCommand, [...args, '--server', url]);
    await following.says(/\n/);
    assert.equal((await following.stop('SIGINT')).status, 130, following.stderr);
    assert.equal(following.stderr, '');
  }
});

test('top on a terminal is live, ends on q, and gives the terminal back', async () => {
  // script(1) gives it a terminal of its own.
  const live = ['-qefc', `exec "${netguardCommand}" top --server ${url}`, directory.join('typescript')];
  await using top = new Background('script', live, { env: { TERM: 'xterm-256color' }, input: true });
  await top.says(new RegExp(`${esc}\\[\\?1049h`));
  await top.says(/shop\/web-/);
  top.child.stdin?.write('q');
  assert.equal(await top.ended(), 0, top.stderr);
  assert.ok(top.stdout.includes(`${esc}[?1049l`), 'the screen of before is back');
  assert.ok(top.stdout.lastIndexOf(`${esc}[?25h`) > top.stdout.lastIndexOf(`${esc}[?25l`), 'the cursor is back');
});

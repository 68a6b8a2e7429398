/** The HTTP port as other programs use it: health, lists, errors, the stream and its resumption, tokens. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Flow } from '@netguard/core';
import type { Problem } from '../../packages/agent/src/http/api-types.ts';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { Agent } from './support/agent.ts';
import type { EventStream } from './support/event-stream.ts';
import { assertPromtool, samples } from './support/exposition.ts';
import { httpGet } from './support/http.ts';
import { Program } from './support/program.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

const port = 8080;
let lab: Lab;
let server: Pod;
let agent: Agent;
before(async () => {
  lab = await Lab.open();
  const [first, client] = await lab.addPods(['server-0', 'client-0'].map((name) => ({ namespace: 'api', name })));
  assert.ok(first && client);
  server = first;
  await Program.start(server, 'listener', { port }).line();
  agent = await Agent.start({ lab, config: { flows: { windowMs: 1000 } } });
  await Program.start(client, 'visitor', { host: server.ip, port, everyMs: 30 }).line();
  await until('flows', async () => (await agent.list('flows?namespace=api')).length > 10);
});
after(async () => {
  await agent?.[Symbol.asyncDispose]();
  await lab?.close();
});

/** Ids of our own flows: other suites on this machine have theirs. */
function ownFlows(stream: EventStream): string[] {
  return stream
    .of<Flow>('flow')
    .filter(({ data }) => data.destination.namespace === 'api')
    .map(({ data }) => `${data.id} ${data.reporter} ${data.time} ${data.state}`);
}

test('a stream that is resumed with Last-Event-ID misses nothing and repeats nothing', async () => {
  using whole = await agent.stream('flow');
  let lastId = '';
  let before: string[] = [];
  {
    using first = await agent.stream('flow');
    await until('some flows', () => ownFlows(first).length >= 5);
    lastId = first.events.at(-1)?.id ?? '';
    before = ownFlows(first);
  }
  const gone = ownFlows(whole).length;
  await until('flows while it is away', () => ownFlows(whole).length > gone + 10);
  using resumed = await agent.stream('flow', lastId);
  await until('flows again', () => ownFlows(resumed).length >= 15);
  const heard = [...before, ...ownFlows(resumed)];
  assert.equal(new Set(heard).size, heard.length, 'none twice');
  const from = ownFlows(whole).indexOf(heard[0] ?? '');
  await until('the whole stream to be as far', () => ownFlows(whole).length >= from + heard.length);
  assert.deepEqual(heard, ownFlows(whole).slice(from, from + heard.length), 'none missing');
});

test('ids on the stream are unique and in every event; alerts and pods can be asked for', async () => {
  using stream = await agent.stream('flow,alert,pods,lost');
  await until('pods and flows', () => stream.of('pods').length >= 2 && stream.of('flow').length >= 2);
  const kept = stream.events.filter(({ event }) => event === 'flow').map(({ id }) => id);
  assert.equal(new Set(kept).size, kept.length);
});

const problems: readonly (readonly [path: string, status: number, detail: RegExp])[] = [
  ['/api/v1/flows?limit=0', 400, /limit must be a whole number from 1/],
  ['/api/v1/flows?limit=1e3', 400, /limit/],
  ['/api/v1/flows?since=yesterday', 400, /since must be an RFC 3339 time .* or a duration/],
  ['/api/v1/flows?cursor=zzz', 400, /cursor/],
  ['/api/v1/pods?namspace=shop', 400, /unknown parameter "namspace"; accepted are namespace/],
  ['/api/v1/flows?protocol=QUIC', 400, /protocol must be one of TCP/],
  ['/api/v1/flows?port=99999', 400, /port must be a whole number from 0 to 65535/],
  ['/api/v1/flows?port=1&port=2', 400, /port may be given once/],
  [`/api/v1/pods?pod=${'w'.repeat(10_000)}`, 400, /pod must be a name of 1 to 253 characters/],
  ['/api/v1/stream?types=nonsense', 400, /types must be one or more of flow, alert/],
  ['/api/v1/alerts/nonsense', 404, /no open or recently resolved alert/],
  ['/api/v1/nonsense', 404, /./],
];
for (const [path, status, detail] of problems) {
  test(`GET ${path.slice(0, 50)} is answered by a problem that says what is accepted`, async () => {
    const answer = await httpGet(`${agent.url}${path}`);
    assert.equal(answer.status, status, answer.body);
    assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
    const problem = JSON.parse(answer.body) as Problem;
    assert.equal(problem.status, status);
    assert.match(problem.detail ?? '', detail);
    assert.ok(problem.type && problem.title);
  });
}

test('lists page through everything once, newest first, with times in UTC and milliseconds', async () => {
  const until_ = new Date().toISOString();
  const whole = await agent.list<Flow>(`flows?namespace=api&until=${until_}`);
  const paged: Flow[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const query = `namespace=api&until=${until_}&limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const answer = await httpGet(`${agent.url}/api/v1/flows?${query}`);
    const page = JSON.parse(answer.body) as { items: Flow[]; nextCursor?: string };
    assert.ok(page.items.length <= 3);
    paged.push(...page.items);
    cursor = page.nextCursor;
  }
  assert.deepEqual(paged, whole);
  assert.ok(paged.length > 10);
  for (const { time, start } of paged)
    for (const each of [time, start]) assert.match(each, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('metrics pass promtool, in both formats that scrapers ask for', async () => {
  assertPromtool(await agent.metrics());
  const open = await httpGet(`${agent.url}/metrics`, { accept: 'application/openmetrics-text; version=1.0.0' });
  assert.match(open.headers['content-type'] ?? '', /^application\/openmetrics-text/);
  assert.ok(open.body.endsWith('# EOF\n'));
  const attached = samples(await agent.metrics()).filter(({ name }) => name === 'netguard_bpf_program_attached');
  assert.ok(attached.length >= 6 && attached.every(({ value }) => value === 1));
});

test('with a token the API wants it, health and loopback metrics do not', async () => {
  using directory = new Temporary();
  const token = 'correct-horse-battery-staple';
  const tokenFile = directory.write('token', `${token}\n`);
  await using guarded = await Agent.start({ config: { server: { tokenFile } } });
  for (const path of ['/healthz', '/readyz', '/metrics'])
    assert.equal((await httpGet(`${guarded.url}${path}`)).status, 200, path);
  for (const path of ['/api/v1/pods', '/api/v1/stream', '/api/v1/nonsense']) {
    for (const headers of [{}, { authorization: 'Bearer wrong-horse-battery-staple' }]) {
      const answer = await httpGet(`${guarded.url}${path}`, headers);
      assert.equal(answer.status, 401, path);
      assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
    }
  }
  assert.equal((await httpGet(`${guarded.url}/api/v1/pods`, { authorization: `Bearer ${token}` })).status, 200);
  const denied = await guarded.cli(['status']);
  assert.equal(denied.code, 1);
  assert.match(denied.stderr, /--token-file/);
  assert.equal((await guarded.cli(['status', '--token-file', tokenFile])).code, 0);
  assert.ok(!guarded.process.stderr.includes(token));
});

test('health tells ready, and a name that was pointed at loopback gets nothing', async () => {
  for (const path of ['/healthz', '/readyz']) {
    const { status, body } = await httpGet(`${agent.url}${path}`);
    assert.equal(status, 200);
    assert.match((JSON.parse(body) as { status: string }).status, /^(ok|degraded)$/);
  }
  const rebound = await httpGet(`${agent.url}/api/v1/pods`, { host: 'attacker.example' });
  assert.ok(rebound.status >= 400, `${rebound.status}`);
});

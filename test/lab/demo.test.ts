import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Demo } from '../../packages/cli/src/demo/demo.ts';
import type { DemoEvent } from '../../packages/cli/src/demo/demo-event.ts';
import { startDemo } from '../../packages/cli/src/demo/start-demo.ts';
import type { Member } from '../../packages/cli/src/lab/member.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { runIdPrefix } from '../../packages/cli/src/lab/run-id.ts';
import { assertNothingLeft, leftovers } from './leftovers.ts';

const events: DemoEvent[] = [];
let demo: Demo;
before(async () => {
  demo = await startDemo({ onEvent: (event) => events.push(event) });
});
after(async () => {
  await demo.close();
  assert.deepEqual(leftovers(demo.run), []);
});

function podsOf(container: string): Pod[] {
  return demo.pods.filter((pod) => pod.container === container);
}

/** A counter of the member's network namespace, such as `Tcp PassiveOpens`, from its snmp and netstat files. */
async function counter(member: Member, group: string, name: string): Promise<number> {
  const { stdout } = await member.run('cat /proc/net/snmp /proc/net/netstat');
  const [names, values] = stdout
    .split('\n')
    .filter((line) => line.startsWith(`${group}: `))
    .map((line) => line.split(' '));
  return Number(values?.[names?.indexOf(name) ?? -1]);
}

async function eventually(what: string, condition: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await condition()); await sleep(50)) {
    assert.ok(Date.now() < end, `not within ${withinMs} ms: ${what}`);
  }
}

/** Remote addresses of the established TCP connections at one of the member's ports. */
async function peersAt(member: Member, port: number): Promise<Set<string>> {
  const { stdout } = await member.run('cat /proc/net/tcp');
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const peers = stdout.split('\n').flatMap((line) => {
    const [, local, remote, state] = line.trim().split(/\s+/);
    if (state !== '01' || !local?.endsWith(`:${hexPort}`) || !remote) return [];
    return [[6, 4, 2, 0].map((at) => Number.parseInt(remote.slice(at, at + 2), 16)).join('.')];
  });
  return new Set(peers);
}

test('the shop lives: DNS is asked, web is visited, and web → api → cache and database are connected', async () => {
  const [dns, web, api, db, redis] = ['coredns', 'web', 'api', 'postgres', 'redis'].map(
    (name) => podsOf(name)[0] as Pod,
  );
  const webIps = podsOf('web').map(({ ip }) => ip);
  const apiIps = podsOf('api').map(({ ip }) => ip);
  await eventually('questions at the DNS server', async () => (await counter(dns!, 'Udp', 'InDatagrams')) > 20);
  await eventually('visitors at web', async () => (await counter(web!, 'Tcp', 'PassiveOpens')) > 5);
  await eventually('web at api', async () => hasAll(await peersAt(api!, 8080), webIps));
  await eventually('api at the database', async () => hasAll(await peersAt(db!, 5432), apiIps));
  await eventually('api at the cache', async () => hasAll(await peersAt(redis!, 6379), apiIps));
});

function hasAll(set: Set<string>, items: readonly string[]): boolean {
  return items.every((item) => set.has(item));
}

test('the batch job reads from the database over a connection of its own', async () => {
  const [job] = podsOf('report');
  await eventually('its rows', async () => (await counter(job!, 'IpExt', 'InOctets')) > 400_000);
});

test('every pod said that it runs, before the demo was ready, and none ended', () => {
  const ready = events.flatMap((event) => (event.kind === 'pod-ready' ? [`${event.namespace}/${event.pod}`] : []));
  assert.deepEqual(ready.sort(), demo.pods.map(({ namespace, name }) => `${namespace}/${name}`).sort());
  assert.equal(events.filter(({ kind }) => kind === 'ready').length, 1);
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'pod-exited'),
    [],
  );
});

test('each pod is one process, named for what it does', () => {
  for (const pod of demo.pods) {
    const pids = readFileSync(`${pod.cgroupPath}/cgroup.procs`, 'utf8').trim().split('\n');
    assert.equal(pids.length, 1, pod.id);
    assert.equal(readFileSync(`/proc/${pids[0]}/comm`, 'utf8').trim(), pod.container);
  }
});

test('the whole shop takes less than a quarter of a core', async () => {
  const cpuUs = () => {
    const [, usec] = /usage_usec (\d+)/.exec(readFileSync(`${kubepods}/cpu.stat`, 'utf8')) ?? [];
    return Number(usec);
  };
  const kubepods = demo.victim.cgroupPath.replace(/\/kubepods\.slice\/.*/, '/kubepods.slice');
  const [from, start] = [cpuUs(), performance.now()];
  await sleep(3_000);
  const share = (cpuUs() - from) / 1_000 / (performance.now() - start);
  assert.ok(share > 0.005 && share < 0.25, `it takes ${(share * 100).toFixed(1)} % of a core`);
});

test('the flood is real: its SYNs reach web’s listener, most stay half open, and shoppers are still served', async () => {
  const { victim } = demo;
  const [before, cookiesBefore] = [
    await counter(victim, 'Tcp', 'InSegs'),
    await counter(victim, 'TcpExt', 'SyncookiesSent'),
  ];
  const opensBefore = await counter(victim, 'Tcp', 'PassiveOpens');
  const { syns, startedMs } = await demo.attack({ rate: 2_000, seconds: 2 });
  const arrived = (await counter(victim, 'Tcp', 'InSegs')) - before;
  assert.ok(Math.abs(Date.now() - startedMs) < 20_000);
  assert.ok(syns >= 1_000 && syns <= 4_000, `${syns} SYNs`);
  // 6–8 % of random sources are no valid ones; ordinary traffic comes on top.
  assert.ok(arrived > syns * 0.85, `${arrived} of ${syns} arrived`);
  const cookies = (await counter(victim, 'TcpExt', 'SyncookiesSent')) - cookiesBefore;
  assert.ok(cookies > 100, `the backlog was full: ${cookies} SYN cookies`);
  assert.ok((await counter(victim, 'Tcp', 'PassiveOpens')) - opensBefore < syns / 10);
  await eventually('a shopper is served', async () => (await counter(victim, 'Tcp', 'PassiveOpens')) > opensBefore);
});

test('the flash crowd is its benign twin: as many SYNs, and they complete', async () => {
  const { victim } = demo;
  const before = await counter(victim, 'Tcp', 'PassiveOpens');
  const { connections, completed, failed } = await demo.flashCrowd({ rate: 2_000, seconds: 2 });
  assert.equal(connections, 4_000);
  assert.equal(completed + failed, connections);
  // Where other work keeps the cores busy, the queue of those not yet accepted runs over now and then.
  assert.ok(completed > connections * 0.9, `${completed} completed`);
  assert.ok((await counter(victim, 'Tcp', 'PassiveOpens')) - before >= completed);
});

test('an attack that the end of the demo interrupts says so', async () => {
  const second = await startDemo();
  const attack = second.attack();
  const refused = assert.rejects(attack, { code: 'NG_ERR_LAB_CLOSED' });
  await eventually('the flood', async () => (await counter(second.victim, 'Tcp', 'InSegs')) > 500);
  await second.close();
  await refused;
  assert.deepEqual(leftovers(second.run), []);
});

test('a start that is given up leaves nothing', async () => {
  const abort = new AbortController();
  const before = new Set(leftovers(runIdPrefix(process.pid)));
  const onEvent = ({ kind }: DemoEvent) => kind === 'network-up' && abort.abort();
  await assert.rejects(startDemo({ signal: abort.signal, onEvent }), { name: 'AbortError' });
  assert.deepEqual(
    leftovers(runIdPrefix(process.pid)).filter((line) => !before.has(line)),
    [],
  );
});

test('its signal ends a running demo, the attack in progress too', async () => {
  const abort = new AbortController();
  const second = await startDemo({ signal: abort.signal });
  const refused = assert.rejects(second.attack(), { code: 'NG_ERR_LAB_CLOSED' });
  await eventually('the flood', async () => (await counter(second.victim, 'Tcp', 'InSegs')) > 500);
  abort.abort();
  await refused;
  await second.close();
  assert.deepEqual(leftovers(second.run), []);
});

for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
  test(`a demo under attack that ${signal} ends leaves nothing`, async () => {
    const program = fileURLToPath(new URL('./demo-holder.ts', import.meta.url));
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { run } = JSON.parse(line.toString()) as { run: string };
    child.kill(signal);
    await exited;
    await assertNothingLeft(run);
  });
}

test('without root the demo says what to do', async () => {
  const url = new URL('../../packages/cli/src/lab/lab.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(url)}).then(m => m.Lab.open()).catch(e => console.log(e.code, e.hint))`;
  const child = spawn(process.execPath, ['-e', code], {
    uid: 65_534,
    gid: 65_534,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  assert.match(text.toString(), /NG_ERR_LAB_PRIVILEGE .*as root/);
});

/** Real SYN floods by hping3 are alerted quickly, once each, named rightly, and end by themselves. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AlertEvent } from '@netguard/core';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import type { Member } from '../../packages/cli/src/lab/member.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { Agent, heard } from './support/agent.ts';
import type { EventStream } from './support/event-stream.ts';
import { Flood, type FloodOptions } from './support/flood.ts';
import { Program } from './support/program.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

const port = 8080;
const pods = new Map<string, Pod>();
let lab: Lab;
let attacker: Member;
let agent: Agent;
let stream: EventStream;
before(async () => {
  lab = await Lab.open();
  attacker = await lab.addHost('attacker');
  const names = [
    'quick-0',
    'quick-1',
    'quick-2',
    'quick-3',
    'quick-4',
    'quick-5',
    'acked',
    'reuseport',
    'left',
    'right',
    'life',
  ];
  for (const pod of await lab.addPods(names.map((name) => ({ namespace: 'flooded', name })))) pods.set(pod.name, pod);
  await Promise.all(
    names.map((name) => Program.start(podOf(name), 'listener', { port, sockets: name === 'reuseport' ? 4 : 1 }).line()),
  );
  agent = await Agent.start({ lab });
  stream = await agent.stream('alert');
});
after(async () => {
  stream?.[Symbol.dispose]();
  await agent?.[Symbol.asyncDispose]();
  await lab?.close();
});

function podOf(name: string): Pod {
  const pod = pods.get(name);
  assert.ok(pod);
  return pod;
}

function flood(name: string, options: Partial<FloodOptions> = {}): Flood {
  return new Flood(attacker, podOf(name).ip, { port, ...options });
}

/** The opening of the pod's alert, as the stream told it. */
function opened(name: string, withinMs = 15_000) {
  return until(`an alert about ${name}`, () => heard(stream, 'open', podOf(name)), { withinMs, everyMs: 5 });
}

test('six floods, spoofed and not, are told within two seconds while metrics and API are hammered', async (t) => {
  using hammer = Program.start(null, 'hammer', { url: agent.url, paths: ['/metrics', '/api/v1/pods'], connections: 4 });
  await hammer.line();
  const lines: string[] = [];
  const delays: number[] = [];
  for (let i = 0; i < 6; i += 1) {
    const spoofed = i % 2 === 0;
    await using attack = flood(`quick-${i}`, { spoofed, rate: 2000 });
    const { data, atMs } = await opened(`quick-${i}`);
    const { alert } = data;
    const [sinceStart, sinceThreshold] = [atMs - attack.startedMs, atMs - Date.parse(alert.firstSeen)];
    delays.push(sinceStart);
    lines.push(
      `${spoofed ? 'spoofed' : 'one source'}: ${sinceStart} ms after hping3 was started, ${sinceThreshold} ms after the threshold was crossed`,
    );
    assert.equal(alert.status, 'open');
    assert.deepEqual([alert.target?.port, alert.target?.ip], [port, podOf(`quick-${i}`).ip]);
    if (spoofed) {
      assert.equal(alert.source, null);
      assert.ok((alert.sources?.distinctEstimate ?? 0) > 50, JSON.stringify(alert.sources));
    } else assert.equal(alert.source?.ip, attacker.ip);
  }
  const { answers, failures } = await hammer.finish<{ answers: number; failures: number }>();
  for (const line of [...lines, `${answers} answers to the hammering meanwhile`]) t.diagnostic(line);
  assert.equal(failures, 0);
  assert.ok(answers > 50);
  assert.ok(Math.max(...delays) < 2000, lines.join('\n'));
});

test('forged ACKs do not count as completed handshakes: a flood among them is still told', async () => {
  await using acks = flood('acked', { flag: 'ACK', rate: 1500 });
  await using _syns = flood('acked', { rate: 1000 });
  assert.ok(acks.running);
  const { data } = await opened('acked');
  assert.ok(Number(data.alert.evidence.completionRatio) < 0.2, JSON.stringify(data.alert.evidence));
  const listener = await until('forged ACKs and SYNs in the alert and at the listener', async () => {
    const [alert] = await agent.floodsOf(podOf('acked'));
    const found = await agent.listener(podOf('acked'), port);
    return Number(alert?.evidence.bareAcks) > 500 && (found?.syns ?? 0) > 500 && found;
  });
  assert.ok(listener.completed < listener.syns / 10, JSON.stringify(listener));
});

test('a listener of four SO_REUSEPORT sockets is one: one alert', async () => {
  await using attack = flood('reuseport');
  const { data } = await opened('reuseport');
  await until(
    'all four sockets were hit',
    async () => ((await agent.listener(podOf('reuseport'), port))?.syns ?? 0) > 1000,
  );
  await attack.stop();
  const alerts = await agent.floodsOf(podOf('reuseport'));
  assert.deepEqual(
    alerts.map(({ id }) => id),
    [data.alert.id],
  );
  const listeners = (await agent.list<{ port: number }>('listeners?namespace=flooded&pod=reuseport')).filter(
    (each) => each.port === port,
  );
  assert.equal(listeners.length, 1);
});

test('two victims at once are two alerts', async () => {
  await using _left = flood('left');
  await using _right = flood('right');
  const [left, right] = await Promise.all([opened('left'), opened('right')]);
  assert.notEqual(left.data.alert.id, right.data.alert.id);
  assert.notEqual(left.data.alert.fingerprint, right.data.alert.fingerprint);
  for (const name of ['left', 'right']) assert.equal((await agent.floodsOf(podOf(name))).length, 1);
});

test('an alert resolves by itself when the flood is over, and says so on the stream', async () => {
  const pod = podOf('life');
  await using attack = flood('life');
  const { data } = await opened('life');
  const [open] = await agent.floodsOf(pod);
  assert.deepEqual([open?.id, open?.status], [data.alert.id, 'open']);
  // Nobody is told anew each second, but who looks sees how it stands.
  const later = await until('its present numbers', async () => {
    const [now] = await agent.floodsOf(pod);
    const told = stream.of<AlertEvent>('alert').map((event) => event.data.alert.count);
    return now && now.count > 2500 && !told.includes(now.count) && now;
  });
  assert.ok(Date.parse(later.lastSeen) - Date.parse(data.alert.lastSeen) > 1000, JSON.stringify(later));
  await attack.stop();
  const over = await until('its end', () => heard(stream, 'resolve', pod));
  assert.equal(over.data.alert.id, data.alert.id);
  assert.equal(over.data.alert.status, 'resolved');
  const resolvedMs = Date.parse(over.data.alert.resolvedAt ?? '');
  assert.ok(resolvedMs - Date.parse(over.data.alert.lastSeen) >= 2000, JSON.stringify(over.data.alert));
  assert.deepEqual(
    (await agent.floodsOf(pod)).map(({ id, status }) => [id, status]),
    [[open?.id, 'resolved']],
  );
});

test('an open alert outlives an orderly and a brutal restart under the same id, and then resolves', async () => {
  using directory = new Temporary();
  const pod = podOf('life');
  await using attack = flood('life', { rate: 4000 });
  let id = '';
  for (const [round, signal] of [
    [0, 'SIGTERM'],
    [1, 'SIGKILL'],
    [2, undefined],
  ] as const) {
    await using restarted = await Agent.start({ lab, directory, config: { alerts: { resolveAfterMs: 4000 } } });
    const startedMs = Date.now();
    const alert = await until('the flood told, again after the restart', async () => {
      const found = await restarted.floodsOf(pod);
      assert.ok(found.length <= 1, JSON.stringify(found));
      return found[0] && Date.parse(found[0].lastSeen) > startedMs && found[0];
    });
    id ||= alert.id;
    assert.deepEqual([alert.id, alert.status], [id, 'open'], `round ${round}`);
    if (signal) {
      await restarted.stop(signal);
      continue;
    }
    await attack.stop();
    const [resolved] = await until('its end', async () => {
      const found = await restarted.floodsOf(pod);
      return found[0]?.status === 'resolved' && found;
    });
    assert.equal(resolved?.id, id);
  }
});

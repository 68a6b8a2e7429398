/** Whatever ends NetGuard, nothing of it stays in the kernel, and the traffic that it watched never noticed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import { Agent } from './support/agent.ts';
import { Background } from './support/background.ts';
import { netguardCommand } from './support/command.ts';
import { assertGone, assertWatching, objectsOf } from './support/kernel-objects.ts';
import { Program } from './support/program.ts';
import type { Talk } from './support/programs/talk.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

const port = 8080;
const kills = 20;

test(`kill -9 under load, ${kills} times: no program, map or link stays, and no byte of a running stream is lost`, async (t) => {
  await using lab = await Lab.open();
  const [server, client] = await lab.addPods(['server-0', 'client-0'].map((name) => ({ namespace: 'clean', name })));
  assert.ok(server && client);
  using directory = new Temporary();
  const answering = Program.start(server, 'talk-server', { port, host: server.ip });
  await answering.line();
  // About 10 MB/s over one connection, half of it back, and 100 datagrams a second.
  const asking = Program.start(client, 'talk-client', { host: server.ip, port, everyMs: 10, tcpBytes: 100_000 });
  await asking.line();
  for (let round = 0; round < kills; round += 1) {
    await using agent = await Agent.start({ lab, directory, config: { sources: { ebpf: { tickMs: 250 } } } });
    await until('traffic in the agent', async () => ((await agent.pod(server))?.receiveBytes ?? 0) > 1_000_000);
    const objects = objectsOf(agent.pid);
    assertWatching(objects);
    assert.equal((await agent.stop('SIGKILL')).status, 'SIGKILL');
    await assertGone(objects);
  }
  const [own, other] = [await asking.finish<Talk>(), await answering.finish<Talk>()];
  t.diagnostic(
    `${own.tcp.sent} B sent and ${own.tcp.received} B received over one connection, ${own.datagrams.sent} datagrams`,
  );
  assert.deepEqual([own.faults, other.faults, other.connections], [[], [], 1]);
  assert.deepEqual(
    [own.tcp, own.udp],
    [
      { sent: other.tcp.received, received: other.tcp.sent },
      { sent: other.udp.received, received: other.udp.sent },
    ],
  );
});

for (const [signal, status] of [
  ['SIGTERM', 0],
  ['SIGINT', 130],
  ['SIGHUP', 0],
] as const) {
  test(`${signal} ends a running NetGuard within ten seconds, with status ${status} and nothing left`, async () => {
    await using agent = await Agent.start();
    const objects = objectsOf(agent.pid);
    assertWatching(objects);
    using stream = await agent.stream('flow,alert');
    const ended = await agent.stop(signal);
    assert.equal(ended.status, status, agent.process.stderr);
    assert.ok(ended.ms < 10_000, `${ended.ms} ms`);
    await assertGone(objects);
    await until('the end of the stream', () => stream.ended);
  });
}

test('a second SIGINT ends it at once', async () => {
  await using agent = await Agent.start();
  const objects = objectsOf(agent.pid);
  agent.process.child.kill('SIGINT');
  const { status } = await agent.stop('SIGINT');
  assert.equal(status, 130);
  await assertGone(objects);
});

test('a start that is told to stop at any moment ends without an error', async () => {
  using directory = new Temporary();
  for (const ms of [50, 150, 250, 350, 450, 550]) {
    const args = ['run', '--listen', '127.0.0.1:0', '--state-dir', directory.path];
    await using starting = new Background(netguardCommand, args);
    // The moment is the subject here: a start takes about half a second.
    await sleep(ms);
    const { status } = await starting.stop('SIGTERM');
    // Before it listens to signals, SIGTERM ends it as it does any program.
    assert.ok(status === 0 || status === 'SIGTERM', `status ${status} after ${ms} ms: ${starting.stderr}`);
    assert.doesNotMatch(starting.stderr, /error/i);
  }
});

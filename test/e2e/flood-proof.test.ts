/** A flood at full speed: the agent's memory stays flat, and the traffic of others is accounted to the byte. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import { Agent, heard } from './support/agent.ts';
import { Flood } from './support/flood.ts';
import { Program } from './support/program.ts';
import type { Talk } from './support/programs/talk.ts';
import { until } from './support/until.ts';

const port = 8080;
const floodSeconds = 20;
const settleSeconds = 5;
/** What the heap may breathe between two collections; a flood of a million sources that were kept would be far above. */
const growthLimit = 40 << 20;

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;
}

test('a spoofed flood at full speed neither grows the agent nor costs others a byte of their accounts', async (t) => {
  await using lab = await Lab.open();
  const [victim, server, client] = await lab.addPods(
    ['victim-0', 'server-0', 'client-0'].map((name) => ({ namespace: 'proof', name })),
  );
  assert.ok(victim && server && client);
  const attacker = await lab.addHost('attacker');
  await Program.start(victim, 'listener', { port }).line();
  const answering = Program.start(server, 'talk-server', { port, host: server.ip });
  await answering.line();
  await using agent = await Agent.start({ lab });
  using stream = await agent.stream('alert');
  const asking = Program.start(client, 'talk-client', { host: server.ip, port, everyMs: 20 });
  await asking.line();

  let sent = 0;
  const resident: number[] = [];
  {
    await using flood = new Flood(attacker, victim.ip, { port, rate: 'full' });
    const alert = await until('the flood is told', () => heard(stream, 'open', victim), { everyMs: 5 });
    t.diagnostic(`told ${alert.atMs - flood.startedMs} ms after hping3 was started`);
    // Time is the subject here: memory over it.
    for (let second = 1; second <= floodSeconds; second += 1) {
      await sleep(1000);
      resident.push(residentBytes(agent.pid));
    }
    sent = await flood.stop();
  }
  const [own, other] = [await asking.finish<Talk>(), await answering.finish<Talk>()];
  assert.deepEqual([own.faults, other.faults], [[], []]);
  assert.equal(own.tcp.sent, other.tcp.received);
  const listener = await agent.listener(victim, port);
  const [early = 0, late = 0] = [resident[settleSeconds - 1], Math.max(...resident.slice(-3))];
  const megabytes = (bytes: number) => `${(bytes / (1 << 20)).toFixed(1)} MB`;
  t.diagnostic(`${sent} SYNs sent in ${floodSeconds} s, ${listener?.syns} seen by the agent at the listener`);
  t.diagnostic(`resident: ${megabytes(early)} after ${settleSeconds} s, ${megabytes(late)} at the end`);
  t.diagnostic(`others meanwhile: ${own.tcp.sent} B of TCP, ${own.datagrams.sent} datagrams`);
  assert.ok(sent > 100_000, `a flood: ${sent} SYNs`);
  assert.ok(late - early < growthLimit, `grew by ${megabytes(late - early)}: ${resident.map(megabytes).join(', ')}`);

  for (const [pod, { tcp, udp, datagrams }] of [
    [client, own],
    [server, other],
  ] as const) {
    const wanted = [tcp.sent, tcp.received, udp.sent, udp.received, datagrams.sent, datagrams.received];
    const seen = async () => {
      const { TCP, UDP } = (await agent.pod(pod))?.byProtocol ?? {};
      return [
        TCP?.transmitBytes,
        TCP?.receiveBytes,
        UDP?.transmitBytes,
        UDP?.receiveBytes,
        UDP?.transmitPackets,
        UDP?.receivePackets,
      ];
    };
    await until(`the exact totals of ${pod.name}`, async () => String(await seen()) === String(wanted)).catch(
      async () => assert.deepEqual(await seen(), wanted, pod.name),
    );
  }
});

/** What the metrics and the API say was sent and received is what the applications counted, to the byte. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { Agent } from './support/agent.ts';
import { sumOf } from './support/exposition.ts';
import { Program } from './support/program.ts';
import type { Talk } from './support/programs/talk.ts';
import { until } from './support/until.ts';

let lab: Lab;
let agent: Agent;
before(async () => {
  lab = await Lab.open({ ipv6: true });
});
after(async () => {
  await agent?.[Symbol.asyncDispose]();
  await lab?.close();
});

/** Bytes of a pod by protocol and direction, as /metrics has them. */
function counted(text: string, { namespace, name: pod }: Pod) {
  const of = (direction: string, protocol: string) =>
    sumOf(text, `netguard_pod_${direction}_bytes_total`, { namespace, pod, protocol });
  return {
    tcp: { sent: of('transmit', 'TCP'), received: of('receive', 'TCP') },
    udp: { sent: of('transmit', 'UDP'), received: of('receive', 'UDP') },
  };
}

function sum(talks: readonly Talk[]) {
  const add = (protocol: 'tcp' | 'udp', way: 'sent' | 'received') =>
    talks.reduce((total, talk) => total + talk[protocol][way], 0);
  return {
    tcp: { sent: add('tcp', 'sent'), received: add('tcp', 'received') },
    udp: { sent: add('udp', 'sent'), received: add('udp', 'received') },
  };
}

test('pod byte totals equal the applications’ own counts: TCP and UDP, IPv4 and IPv6, long and short', async () => {
  const [server, client] = await lab.addPods([
    { namespace: 'exact', name: 'server-0' },
    { namespace: 'exact', name: 'client-0' },
  ]);
  assert.ok(server?.ip6 && client);
  agent = await Agent.start({ lab });
  const hosts = { 7004: server.ip, 7006: server.ip6 };
  const servers = Object.entries(hosts).map(([port, host]) =>
    Program.start(server, 'talk-server', { port: Number(port), host }),
  );
  for (const each of servers) await each.line();
  const talks = [
    { rounds: 200, everyMs: 2, tcpBytes: 7_919, udpBytes: 211 },
    { rounds: 1, everyMs: 0, tcpBytes: 50_000_003, udpBytes: 0 },
    ...Array.from({ length: 8 }, (_, i) => ({ rounds: 1, everyMs: 0, tcpBytes: i, udpBytes: 1_473 + i })),
  ];
  const clients: Talk[] = [];
  for (const [port, host] of Object.entries(hosts)) {
    for (const talk of talks) {
      clients.push(await Program.start(client, 'talk-client', { ...talk, host, port: Number(port) }).line<Talk>(1));
    }
  }
  const answered = await Promise.all(servers.map((each) => each.finish<Talk>()));
  for (const { faults } of [...clients, ...answered]) assert.deepEqual(faults, []);
  const [own, other] = [sum(clients), sum(answered)];
  assert.deepEqual([own.tcp.sent, own.tcp.received], [other.tcp.received, other.tcp.sent]);
  assert.ok(own.tcp.sent > 100e6 && own.udp.sent > 80e3);

  const seen = (text: string) => ({ client: counted(text, client), server: counted(text, server) });
  const wanted = { client: own, server: other };
  let last = '';
  await until('metrics that equal the applications’ counts', async () => {
    last = await agent.metrics();
    return JSON.stringify(seen(last)) === JSON.stringify(wanted);
  }).catch(() => assert.deepEqual(seen(last), wanted));
  // Nothing comes on top when the connections are long gone.
  const before = await agent.status();
  await until('two more ticks', async () => (await agent.status()).uptimeSeconds > before.uptimeSeconds + 2.5);
  assert.deepEqual(seen(await agent.metrics()), wanted);

  for (const [pod, { tcp, udp }] of [
    [client, own],
    [server, other],
  ] as const) {
    const row = await agent.pod(pod);
    assert.deepEqual([row?.byProtocol.TCP?.transmitBytes, row?.byProtocol.TCP?.receiveBytes], [tcp.sent, tcp.received]);
    assert.deepEqual([row?.byProtocol.UDP?.transmitBytes, row?.byProtocol.UDP?.receiveBytes], [udp.sent, udp.received]);
    assert.equal(row?.transmitBytes, tcp.sent + udp.sent + (row?.byProtocol.ICMP?.transmitBytes ?? 0));
  }
});

/**
 * What the agent's process takes of a core and of memory: idle, at 10,000 new connections a second, and during a spoofed SYN
 * flood; as built and from source; next to a bare Node.js with one Worker, and to what the connections themselves cost.
 * Run: `node bench/agent-cost.ts` as root, after `npm run build`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AgentForm, AgentProcess, forms } from './support/agent-process.ts';
import { BareNode } from './support/bare-node.ts';
import { connectAtRate } from './support/connections.ts';
import { hping } from './support/hping.ts';
import { Iperf } from './support/iperf.ts';
import { coreShare, type Memory, memoryOf } from './support/process-cost.ts';
import { mebibytes, number, printTable, ratio, title } from './support/report.ts';
import { size } from './support/sizes.ts';
import { openTwoPods, type TwoPods } from './support/two-pods.ts';

const SECONDS = size(10, 2);
const PER_SECOND = 10_000;
const SETTLE_MS = size(3000, 500);

interface Row {
  readonly what: string;
  readonly core: number;
  readonly main: number;
  readonly memory: Memory;
  readonly lost: string;
  readonly load: string;
}

title(
  'agent-cost',
  'share of one core (all threads, of it the main one) and memory; goals: ≤ 1 % idle, ≤ 25 % at 10,000 connections/s, ≤ 100 MB as built',
);

await using pods = await openTwoPods();
const rows: Row[] = [await bare()];
for (const form of forms()) rows.push(...(await measure(form, pods)));

const base = rows[0]!.memory.rss;
printTable(
  ['process', 'core %', 'main thread %', 'RSS MiB', 'anonymous', 'mapped', 'RSS ÷ bare', 'lost events', 'load'],
  rows.map(({ what, core, main, memory, lost, load }) => [
    what,
    number(100 * core, 2),
    number(100 * main, 2),
    ...[memory.rss, memory.anonymous, memory.file].map(mebibytes),
    ratio(memory.rss / base),
    lost,
    load,
  ]),
);

async function bare(): Promise<Row> {
  await using node = await BareNode.start();
  await sleep(SETTLE_MS);
  const used = await coreShare(node.pid, () => sleep(SECONDS * 1000));
  const memory = memoryOf(node.pid);
  return { what: 'bare Node.js, one Worker', core: used.total, main: used.main, memory, lost: '-', load: '' };
}

async function measure(form: AgentForm, { lab, client, server }: TwoPods): Promise<Row[]> {
  await using agent = await AgentProcess.start({ form, identities: lab.identities() });
  await using _listener = await Iperf.open(client, server);
  await sleep(SETTLE_MS);
  const lost = () => agent.counter('netguard_lost_events_total', 'source');
  const row = async (what: string, load: () => Promise<string>): Promise<Row> => {
    let said = '';
    const before = await lost();
    const used = await coreShare(agent.pid, async () => {
      said = await load();
    });
    const memory = memoryOf(agent.pid);
    const missing = difference(before, await lost());
    await sleep(SETTLE_MS);
    return { what: `${form}, ${what}`, core: used.total, main: used.main, memory, lost: missing, load: said };
  };
  return [
    await row('idle', async () => {
      await sleep(SECONDS * 1000);
      return '';
    }),
    await row('connections', async () => {
      const made = await connectAtRate(client, server, PER_SECOND, SECONDS);
      const own = (1e6 * made.cpuSeconds) / made.connections;
      return `${number(made.connections / made.seconds)}/s, each ${number(own)} µs of CPU by itself`;
    }),
    await row('spoofed SYN flood', async () => {
      const sent = await hping(client, SECONDS, ['-S', '-p', '5201', '--flood', '--rand-source', server.ip]);
      return `${number(sent / SECONDS)} SYN/s`;
    }),
    await row('idle after it', async () => {
      await sleep(SECONDS * 1000);
      return '';
    }),
  ];
}

function difference(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string {
  const risen = [...after].map(([source, count]) => [source, count - (before.get(source) ?? 0)] as const);
  const lost = risen.filter(([, count]) => count > 0).map(([source, count]) => `${source} ${number(count)}`);
  return lost.join(', ') || '0';
}

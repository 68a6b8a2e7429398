/**
 * What looking into payload costs: the packet programs loaded without it and with it, and an empty one, attached together in one
 * run, in each order as often, as the first to touch a packet pays for its cache lines. Then what a sample costs, by programs that
 * take iperf3's datagrams for DNS. Run: `node bench/payload-cost.ts` as root.
 */
import { type BpfProgram, enableProgramStats } from '@netguard/libbpf';
import { defaultConfig } from '../packages/agent/src/config/schema.ts';
import { openBenchObject } from './support/bench-object.ts';
import { connectAtRate } from './support/connections.ts';
import { Iperf } from './support/iperf.ts';
import { attachAll, NetGuardPrograms } from './support/netguard-programs.ts';
import { number, printTable, title } from './support/report.ts';
import { perRun, type RunCost } from './support/run-cost.ts';
import { size } from './support/sizes.ts';
import { spread } from './support/statistics.ts';
import { openTwoPods } from './support/two-pods.ts';

const SECONDS = size(2, 1);
const ROUNDS = size(12, 1);
/* Of three, by index: each stands behind each other as often. */
const ORDERS = ['012', '120', '201', '021', '102', '210'];
const IPERF_PORT = 5201;
const HOOKS = ['in', 'out'] as const;
const SETTINGS = { ...defaultConfig().payload, ringBytes: 1 << 26 };
type Hook = (typeof HOOKS)[number];

title('payload-cost', 'ns per packet by bpf_stats, over an empty program, without and with payload sampled');

await using pods = await openTwoPods();
await using iperf = await Iperf.open(pods.client, pods.server);
await using off = new NetGuardPrograms();
await using on = new NetGuardPrograms({}, SETTINGS);
using empty = openBenchObject('empty');
empty.load();
using _stats = enableProgramStats();

const entrants = [
  { name: 'empty', program: (hook: Hook): BpfProgram => empty.program(`empty_${hook}`) },
  { name: 'off', program: (hook: Hook): BpfProgram => off.program(`ng_packet_${hook}`) },
  { name: 'on', program: (hook: Hook): BpfProgram => on.program(`ng_packet_${hook}`) },
] as const;
const loads = [
  { name: 'TCP stream', run: () => iperf.run('tcp', SECONDS) },
  { name: 'UDP 64 B', run: () => iperf.run('udp', SECONDS) },
  { name: 'connections', run: () => connectAtRate(pods.client, pods.server, 4000, SECONDS) },
];

const costs = new Map<string, { off: number[]; on: number[]; more: number[]; runs: number }>();
for (let round = 0; round < ROUNDS; round++) {
  const order = Array.from(ORDERS[round % ORDERS.length]!, (index) => entrants[Number(index)]!);
  const links = attachAll(order.flatMap(({ program }) => HOOKS.map(program)));
  for (const load of loads) {
    for (const each of [off, on]) each.clearConversations();
    const before = counters();
    await load.run();
    for (const hook of HOOKS) note(`${load.name}, ${hook}`, hook, before);
  }
  for (const link of links) link.close();
}

printTable(
  ['load, hook', 'packets', 'off +ns [quartiles]', 'on +ns [quartiles]', 'on − off [quartiles]'],
  Array.from(costs, ([name, { runs, ...ns }]) => [
    name,
    number(runs),
    spread(ns.off, 1),
    spread(ns.on, 1),
    spread(ns.more, 1),
  ]),
);

on.configure({ ...SETTINGS, dnsPorts: [IPERF_PORT], samplesPerSecond: 1e6, burst: 1e6 });
on.clearConversations();
await eachSampled();

/** All datagrams of 64 bytes are copied, and read on this thread. */
async function eachSampled(): Promise<void> {
  const links = attachAll(entrants.flatMap(({ program }) => HOOKS.map(program)));
  const before = counters();
  const samplesBefore = on.samples;
  await iperf.run('udp', SECONDS);
  for (const hook of HOOKS) note(`each sampled ${hook}`, hook, before);
  for (const link of links) link.close();
  const more = HOOKS.map((hook) => `${hook} ${number(costs.get(`each sampled ${hook}`)!.more[0]!, 1)} ns`);
  const { runs } = costs.get('each sampled in')!;
  const read = on.samples - samplesBefore;
  console.log(
    `\nUDP 64 B, each datagram sampled: ${more.join(', ')} more; ${number(read)} read of ${number(2 * runs)}`,
  );
}

function counters(): Map<string, RunCost> {
  return new Map(
    entrants.flatMap(({ name, program }) =>
      HOOKS.map((hook) => {
        const { runCount, runTimeNs } = program(hook).info();
        return [`${name} ${hook}`, { runs: runCount, ns: runTimeNs }] as const;
      }),
    ),
  );
}

function note(key: string, hook: Hook, before: Map<string, RunCost>): void {
  const after = counters();
  const cost = (name: string): RunCost => {
    const [from, to] = [before.get(`${name} ${hook}`)!, after.get(`${name} ${hook}`)!];
    return { runs: to.runs - from.runs, ns: to.ns - from.ns };
  };
  const base = perRun(cost('empty'));
  const row = costs.get(key) ?? { off: [], on: [], more: [], runs: 0 };
  costs.set(key, row);
  row.runs += cost('on').runs;
  row.off.push(perRun(cost('off')) - base);
  row.on.push(perRun(cost('on')) - base);
  row.more.push(perRun(cost('on')) - perRun(cost('off')));
}

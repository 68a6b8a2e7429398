/**
 * What looking into payload costs: the packet programs loaded without it and with it, and an empty one, attached together in one
 * run, in another order each round, as the first to touch a packet pays for its cache lines. Run: `node bench/payload-cost.ts`
 * as root.
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
const ROUNDS = size(6, 1);
const HOOKS = ['in', 'out'] as const;
type Hook = (typeof HOOKS)[number];

title('payload-cost', 'ns per packet by bpf_stats, over an empty program, without and with payload sampled');

await using pods = await openTwoPods();
await using iperf = await Iperf.open(pods.client, pods.server);
await using off = new NetGuardPrograms();
await using on = new NetGuardPrograms({}, { ...defaultConfig().payload, ringBytes: 1 << 24 });
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
  const order = entrants.map((_, i) => entrants[(i + round) % entrants.length]!);
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
console.log(`\nsamples read: ${number(on.samples)}`);

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

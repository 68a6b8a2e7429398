/**
 * iperf3 throughput between two pods with nothing attached, with an empty program at each of the two packet hooks, and with
 * NetGuard's agent (a process of its own on the same cores), by turns. What the empty programs cost is the least that any
 * program there can. The order changes from round to round, so that a drift of the machine favours none.
 * Run: `node bench/throughput.ts` as root.
 */
import { AgentProcess, bestForm } from './support/agent-process.ts';
import { openBenchObject } from './support/bench-object.ts';
import { Iperf, type IperfResult, type Load } from './support/iperf.ts';
import { attachAll } from './support/netguard-programs.ts';
import { number, printTable, title } from './support/report.ts';
import { size } from './support/sizes.ts';
import { median, spread } from './support/statistics.ts';
import { openTwoPods } from './support/two-pods.ts';

const ROUNDS = size(9, 2);
const SECONDS = size(2, 1);
const LOADS: readonly Load[] = ['tcp', 'udp'];

/** Gbit/s of payload, or thousands of datagrams sent a second. */
const rate = {
  tcp: ({ bitsPerSecond }: IperfResult) => bitsPerSecond / 1e9,
  udp: ({ sentPerSecond }: IperfResult) => sentPerSecond / 1000,
} as const;

title(
  'throughput',
  `${ROUNDS} rounds of ${SECONDS} s: off, empty programs, NetGuard (${bestForm()}); goal: at most 1 % lost`,
);

await using pods = await openTwoPods();
await using iperf = await Iperf.open(pods.client, pods.server);
using empty = openBenchObject('empty');
empty.load();

const ways = {
  off: async () => ({ [Symbol.asyncDispose]: async () => {} }),
  empty: async () => {
    const links = attachAll([empty.program('empty_in'), empty.program('empty_out')]);
    return { [Symbol.asyncDispose]: async () => links.forEach((link) => void link.close()) };
  },
  on: () => AgentProcess.start({ identities: pods.lab.identities() }),
} satisfies Record<string, () => Promise<AsyncDisposable>>;
type Way = keyof typeof ways;
const names = Object.keys(ways) as Way[];

const results: Record<Load, Record<Way, IperfResult[]>> = {
  tcp: { off: [], empty: [], on: [] },
  udp: { off: [], empty: [], on: [] },
};
for (const load of LOADS) await iperf.run(load, 1);
for (let round = 0; round < ROUNDS; round++) {
  for (const [i] of names.entries()) {
    const way = names[(i + round) % names.length]!;
    await using _attached = await ways[way]();
    for (const load of LOADS) results[load][way].push(await iperf.run(load, SECONDS));
  }
}

printTable(
  ['load', 'with', 'rate', 'unit', '% of off [quartiles]', 'lost, %', 'ns a packet over off [quartiles]'],
  LOADS.flatMap((load) =>
    names.map((way) => {
      const name = load === 'tcp' ? 'TCP, one stream' : 'UDP, 64 B';
      const unit = load === 'tcp' ? 'Gbit/s' : 'k datagrams/s';
      const shares = compare(load, way, (one, off) => (100 * one) / off);
      // Both hooks run in the sender's time, so its pace shows the cost of the two together.
      const extra =
        load === 'udp'
          ? spread(
              compare(load, way, (one, off) => 1e6 / one - 1e6 / off),
              0,
            )
          : '';
      const cells = [number(median(results[load][way].map(rate[load])), 2), unit, spread(shares, 2)];
      return [name, way, ...cells, number(100 - median(shares), 2), extra];
    }),
  ),
);

/** A way's rate against the one without anything, round by round. */
function compare(load: Load, way: Way, how: (one: number, off: number) => number): number[] {
  return results[load][way].map((one, round) => how(rate[load](one), rate[load](results[load].off[round]!)));
}

/**
 * iperf3 throughput between two pods with NetGuard off and on, alternating, the agent a process of its own on the same cores.
 * The order changes from pair to pair (off on, on off, …), so that a drift of the machine favours neither.
 * Run: `node bench/throughput.ts` as root.
 */
import { AgentProcess, bestForm } from './support/agent-process.ts';
import { Iperf, type IperfResult, type Load } from './support/iperf.ts';
import { number, printTable, title } from './support/report.ts';
import { size } from './support/sizes.ts';
import { median, spread } from './support/statistics.ts';
import { openTwoPods } from './support/two-pods.ts';

const PAIRS = size(10, 2);
const SECONDS = size(2, 1);
const loads: readonly Load[] = ['tcp', 'udp'];

interface Pair {
  readonly off: IperfResult;
  readonly on: IperfResult;
}

title(
  'throughput',
  `${PAIRS} pairs of ${SECONDS} s, off and on alternating, agent ${bestForm()}; goal: at most 1 % lost`,
);

await using pods = await openTwoPods();
await using iperf = await Iperf.open(pods.client, pods.server);
for (const load of loads) await iperf.run(load, 1);

const pairs: Record<Load, Pair[]> = { tcp: [], udp: [] };
for (let pair = 0; pair < PAIRS; pair++) {
  const first = pair % 2 === 0 ? await without() : await withAgent();
  const second = pair % 2 === 0 ? await withAgent() : await without();
  const [off, on] = pair % 2 === 0 ? [first, second] : [second, first];
  for (const load of loads) pairs[load].push({ off: off[load], on: on[load] });
}

const rate = { tcp: gigabits, udp: (run: IperfResult) => run.sentPerSecond / 1000 } as const;
printTable(
  ['load', 'off', 'on', 'unit', 'on ÷ off, % [quartiles]', 'lost, %'],
  loads.map((load) => {
    const [off, on] = (['off', 'on'] as const).map((side) => pairs[load].map((pair) => rate[load](pair[side])));
    const shares = pairs[load].map((pair) => (100 * rate[load](pair.on)) / rate[load](pair.off));
    const unit = load === 'tcp' ? 'Gbit/s' : 'k datagrams/s';
    const cells = [number(median(off ?? []), 2), number(median(on ?? []), 2), unit];
    return [
      load === 'tcp' ? 'TCP, one stream' : 'UDP, 64 B',
      ...cells,
      spread(shares, 2),
      number(100 - median(shares), 2),
    ];
  }),
);
const nanoseconds = pairs.udp.map(({ off, on }) => 1e9 / on.sentPerSecond - 1e9 / off.sentPerSecond);
console.log(
  `\nUDP, off → on: ${spread(nanoseconds, 0)} ns per datagram, egress and ingress hook together (both run in the sender's time)`,
);

async function without(): Promise<Record<Load, IperfResult>> {
  return { tcp: await iperf.run('tcp', SECONDS), udp: await iperf.run('udp', SECONDS) };
}

async function withAgent(): Promise<Record<Load, IperfResult>> {
  await using _agent = await AgentProcess.start({ identities: pods.lab.identities() });
  return await without();
}

function gigabits(run: IperfResult): number {
  return run.bitsPerSecond / 1e9;
}

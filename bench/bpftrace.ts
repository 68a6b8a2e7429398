/**
 * iperf3 throughput with a bpftrace one-liner that counts bytes by process, packet by packet, next to NetGuard's agent and to
 * neither, by turns. Run: `node bench/bpftrace.ts` as root; where no bpftrace starts, Debian's is fetched.
 */
import { AgentProcess, bestForm } from './support/agent-process.ts';
import { Bpftrace, ONE_LINER } from './support/bpftrace.ts';
import { Iperf, type IperfResult, type Load } from './support/iperf.ts';
import { number, printTable, title } from './support/report.ts';
import { size } from './support/sizes.ts';
import { median, spread } from './support/statistics.ts';
import { openTwoPods } from './support/two-pods.ts';

const ROUNDS = size(6, 1);
const SECONDS = size(2, 1);

title('bpftrace', `${ROUNDS} rounds of ${SECONDS} s each: nothing, NetGuard (${bestForm()}), bpftrace, by turns`);
const bpftrace = await Bpftrace.find();
console.log(ONE_LINER);

await using pods = await openTwoPods();
await using iperf = await Iperf.open(pods.client, pods.server);
const nothing = async (): Promise<AsyncDisposable> => ({ [Symbol.asyncDispose]: async () => {} });
const ways = {
  nothing,
  NetGuard: () => AgentProcess.start({ identities: pods.lab.identities() }),
  bpftrace: () => bpftrace.run(),
} satisfies Record<string, () => Promise<AsyncDisposable>>;
type Way = keyof typeof ways;
const names = Object.keys(ways) as Way[];

const results: Record<Load, Record<Way, number[]>> = {
  tcp: { nothing: [], NetGuard: [], bpftrace: [] },
  udp: { nothing: [], NetGuard: [], bpftrace: [] },
};
const rate = { tcp: ({ bitsPerSecond }: IperfResult) => bitsPerSecond / 1e9, udp: sentThousands } as const;

await iperf.run('tcp', 1);
for (let round = 0; round < ROUNDS; round++) {
  for (const [i] of names.entries()) {
    const way = names[(i + round) % names.length]!;
    await using _running = await ways[way]();
    for (const load of ['tcp', 'udp'] as const) results[load][way].push(rate[load](await iperf.run(load, SECONDS)));
  }
}

printTable(
  ['load', 'with', 'rate', 'unit', '% of nothing [quartiles]'],
  (['tcp', 'udp'] as const).flatMap((load) =>
    names.map((way) => {
      const shares = results[load][way].map((value, i) => (100 * value) / (results[load].nothing[i] ?? Number.NaN));
      const unit = load === 'tcp' ? 'Gbit/s' : 'k datagrams/s';
      return [
        load === 'tcp' ? 'TCP, one stream' : 'UDP, 64 B',
        way,
        number(median(results[load][way]), 2),
        unit,
        spread(shares, 1),
      ];
    }),
  ),
);

function sentThousands({ sentPerSecond }: IperfResult): number {
  return sentPerSecond / 1000;
}

/**
 * Throughput of one iperf3 stream between two pods with nothing attached, with an empty program at each of the two packet
 * hooks, with NetGuard's kernel programs, and with its agent (a process of its own on the same cores), by short turns within the
 * stream, in another order each round: a drift of the machine favours none, and each turn is compared with the round's own
 * "off". What the empty programs cost is the least that any program there can.
 * Run: `node bench/throughput.ts` as root.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcess, bestForm } from './support/agent-process.ts';
import { openBenchObject } from './support/bench-object.ts';
import { IperfStream, type Moved, type StreamLoad } from './support/iperf-stream.ts';
import { attachAll, NetGuardPrograms } from './support/netguard-programs.ts';
import { number, printTable, title } from './support/report.ts';
import { size } from './support/sizes.ts';
import { median, medianInterval } from './support/statistics.ts';
import { openTwoPods } from './support/two-pods.ts';

const ROUNDS = size(60, 3);
const TURN_MS = size(250, 60);
/** The agent starts, and then does what it does once a second: its turns are longer, and fewer. */
const AGENT_ROUNDS = size(12, 1);
const AGENT_TURN_MS = size(2000, 300);
/** After a change. */
const SETTLE_MS = 40;
/** Share of what the sender can at most: nobody sees packets lost at a load that the machine can take. */
const PACED = 0.5;

type Way = 'off' | 'empty' | 'programs' | 'agent';
interface Turn {
  readonly way: Way;
  readonly perSecond: number;
  /** Of the turn's own round, and its neighbour in time or nearly. */
  readonly offPerSecond: number;
}

title(
  'throughput',
  `${ROUNDS} rounds of ${TURN_MS} ms: off, empty programs, NetGuard's; ${AGENT_ROUNDS} of ${AGENT_TURN_MS} ms: off, agent (${bestForm()}); goal: at most 1 % lost`,
);

await using pods = await openTwoPods();
using empty = openBenchObject('empty');
empty.load();
await using netguard = new NetGuardPrograms();
const hooks = {
  empty: [empty.program('empty_in'), empty.program('empty_out')],
  programs: [
    ...['ng_tcp_destroy', 'ng_tcp_state', 'ng_packet_in', 'ng_packet_out'].map((name) => netguard.program(name)),
    netguard.drop,
  ],
} as const;

const attach: Record<Way, () => Promise<AsyncDisposable>> = {
  off: async () => ({ [Symbol.asyncDispose]: async () => {} }),
  empty: async () => held(attachAll(hooks.empty)),
  programs: async () => held(attachAll(hooks.programs)),
  agent: () => AgentProcess.start({ identities: pods.lab.identities() }),
};

const rows: string[][] = [];
await compare('TCP, one stream', { kind: 'tcp' }, ({ bytes }) => (bytes * 8) / 1e9, 'Gbit/s');
const most = await compare('UDP, 64 B', { kind: 'udp', perSecond: 0 }, ({ packets }) => packets / 1000, 'k packets/s');
const paced = Math.round(most * 1000 * PACED);
await compare('UDP, paced', { kind: 'udp', perSecond: paced }, ({ packets }) => packets / 1000, 'k packets/s');
printTable(
  ['load', 'with', 'rate', 'unit', '% of off [95 % interval]', 'lost, %', 'lost over empty', 'ns a packet over off'],
  rows,
);

/** Adds the rows of one load; returns the median rate with nothing attached. */
async function compare(name: string, load: StreamLoad, rate: (moved: Moved) => number, unit: string): Promise<number> {
  await using stream = await IperfStream.open(pods.client, pods.server, load);
  await sleep(size(1000, 100));
  const measure = async (way: Way, turnMs: number): Promise<number> => {
    await using _attached = await attach[way]();
    await sleep(SETTLE_MS);
    const before = stream.read();
    const began = performance.now();
    await sleep(turnMs);
    const after = stream.read();
    const seconds = (performance.now() - began) / 1000;
    return rate({ bytes: after.bytes - before.bytes, packets: after.packets - before.packets }) / seconds;
  };
  const turns = [
    ...(await play(['off', 'empty', 'programs'], ROUNDS, (way) => measure(way, TURN_MS))),
    ...(await play(['off', 'agent'], AGENT_ROUNDS, (way) => measure(way, AGENT_TURN_MS))),
  ];
  netguard.clearConversations();
  const of = (way: Way): Turn[] => turns.filter((turn) => turn.way === way);
  const share = ({ perSecond, offPerSecond }: Turn): number => (100 * perSecond) / offPerSecond;
  const emptyShare = median(of('empty').map(share));
  for (const way of ['off', 'empty', 'programs', 'agent'] as const) {
    const shares = of(way).map(share);
    const lost = 100 - median(shares);
    const [low, high] = medianInterval(shares);
    // Both hooks run in the sender's time, so its pace shows the cost of the two together.
    const extra = of(way).map((turn) => 1e6 / turn.perSecond - 1e6 / turn.offPerSecond);
    rows.push([
      name,
      way,
      number(median(of(way).map(({ perSecond }) => perSecond)), 2),
      unit,
      way === 'off' ? '100' : `${number(median(shares), 2)} [${number(low, 2)} … ${number(high, 2)}]`,
      way === 'off' ? '' : number(lost, 2),
      way === 'programs' || way === 'agent' ? number(emptyShare - median(shares), 2) : '',
      name === 'UDP, 64 B' && way !== 'off' ? number(median(extra)) : '',
    ]);
  }
  return median(of('off').map(({ perSecond }) => perSecond));
}

async function play(ways: readonly Way[], rounds: number, measure: (way: Way) => Promise<number>): Promise<Turn[]> {
  const turns: Turn[] = [];
  for (let round = 0; round < rounds; round++) {
    const rates = new Map<Way, number>();
    for (const [index] of ways.entries()) {
      const way = ways[(index + round) % ways.length]!;
      rates.set(way, await measure(way));
    }
    const offPerSecond = rates.get('off') ?? Number.NaN;
    for (const [way, perSecond] of rates) turns.push({ way, perSecond, offPerSecond });
  }
  return turns;
}

function held(links: ReturnType<typeof attachAll>): AsyncDisposable {
  return { [Symbol.asyncDispose]: async () => links.forEach((link) => void link.close()) };
}

/**
 * Nanoseconds per packet of NetGuard's programs, live, next to an empty program and to the usual LRU-hash accounting, all attached
 * together in one run. The order in which they are attached changes from round to round, as the first to touch a packet pays
 * for its cache lines. Run: `node bench/packet-cost.ts` as root.
 */
import { type BpfObject, type BpfProgram, enableProgramStats } from '@netguard/libbpf';
import { openBenchObject } from './support/bench-object.ts';
import { Iperf } from './support/iperf.ts';
import { attachAll, NetGuardPrograms } from './support/netguard-programs.ts';
import { packetLoads } from './support/packet-load.ts';
import { contenders, measureRound, PacketTable } from './support/packet-rounds.ts';
import { number, printTable, ratio, title } from './support/report.ts';
import { perRun, runCosts } from './support/run-cost.ts';
import { size } from './support/sizes.ts';
import { openTwoPods } from './support/two-pods.ts';
import { udpPacket } from './support/udp-packet.ts';
import { warmRun } from './support/warm-run.ts';

const SECONDS = size(2, 1);
const WARM_BATCHES = size(21, 3);

title(
  'packet-cost',
  'ns per packet (per socket buffer, so an offload batch is one), by bpf_stats, over an empty program',
);

await using pods = await openTwoPods();
await using iperf = await Iperf.open(pods.client, pods.server);
await using netguard = new NetGuardPrograms();
using empty = loaded('empty');
using lru = loaded('lru-hash');
warm();

using _stats = enableProgramStats();
const rows = new PacketTable();
const entrants = contenders(netguard, empty, lru);
for (let round = 0; round < size(3, 1); round++) {
  const order = entrants.map((_, i) => entrants[(i + round) % entrants.length]!);
  await measureRound(order, packetLoads(pods, iperf), { netguard, lru: lru.map('bench_flows') }, SECONDS, rows);
}
rows.print();

await seeding();

function loaded(name: string): BpfObject {
  const object = openBenchObject(name);
  object.load();
  return object;
}

/** The temporary programs that look for sockets older than NetGuard, in its first two minutes. */
async function seeding(): Promise<void> {
  const programs = [empty.program('empty_in'), empty.program('empty_out')];
  programs.push(...['ng_tcp_seed_in', 'ng_tcp_seed_out'].map((name) => netguard.program(name)));
  const links = attachAll(programs);
  const costs = await runCosts(programs, () => iperf.run('tcp', SECONDS));
  for (const link of links) link.close();
  const net = (hook: string) => perRun(costs.get(`ng_tcp_seed_${hook}`)) - perRun(costs.get(`empty_${hook}`));
  console.log(
    `\nfirst 120 s of an agent only, TCP stream, seeding programs: in ${number(net('in'), 1)} ns, out ${number(net('out'), 1)} ns over empty`,
  );
}

/** Without the memory that live traffic drags through the caches. Statistics are off: they would be part of it. */
function warm(): void {
  const data = udpPacket(64);
  const run = (program: BpfProgram): number => warmRun(program, data, WARM_BATCHES);
  const table = ['in', 'out'].map((hook) => {
    const base = run(empty.program(`empty_${hook}`));
    const own = run(netguard.program(`ng_packet_${hook}`)) - base;
    const usual = run(lru.program(`lru_${hook}`)) - base;
    return [`UDP 64 B ${hook}`, number(base), number(own), number(usual), ratio(usual / own)];
  });
  console.log(`\nwarm, PROG_TEST_RUN: its socket is a dummy, no TCP, so this is the path of UDP`);
  printTable(['path', 'empty ns', 'NetGuard +ns', 'LRU hash +ns', 'LRU ÷ NetGuard'], table);
}

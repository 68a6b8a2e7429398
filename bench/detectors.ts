/**
 * Observations per CPU second through everything that core does with them (DetectorSet, FlowTable, EdgeTable, TotalsTable), next
 * to the same loop doing nothing. Goal: 1,000,000 a second on one core. Run: `node bench/detectors.ts [seconds]`.
 */
import {
  type ConnectionObservation,
  type DatagramObservation,
  DetectorSet,
  detectorContext,
  EdgeTable,
  type Endpoint,
  FlowTable,
  type ListenerObservation,
  TotalsTable,
} from '@netguard/core';

type Seen = ConnectionObservation | DatagramObservation | ListenerObservation;
interface Item {
  readonly observation: Seen;
  readonly who: { readonly local: Endpoint; readonly remote: Endpoint };
}

const SECONDS = Number(process.argv[2] ?? 3);
const PODS = 110;
/** One batch stands for a second of a busy node and is played again, a second later each time. */
const BATCH = 20_000;
const START_MS = 1_700_000_000_000;

const pods = Array.from(
  { length: PODS },
  (_, index): Endpoint => ({
    ip: `10.244.0.${index + 1}`,
    kind: 'pod',
    namespace: `team-${index % 10}`,
    pod: `app-${index % 30}-${index}`,
    workload: { kind: 'Deployment', name: `app-${index % 30}` },
  }),
);
const world = Array.from(
  { length: 2000 },
  (_, index): Endpoint => ({
    ip: `198.51.${index >>> 8}.${index & 255}`,
    kind: 'world',
  }),
);

/** Of 100: 40 short connections that end, 45 live ones that moved, 14 conversations, 1 listener. */
function item(index: number): Item {
  const local = pods[index % PODS]!;
  const remote = index % 3 === 0 ? world[index % world.length]! : pods[(index * 7 + 1) % PODS]!;
  const who = { local, remote };
  const kind = index % 100;
  const delta = { receivedBytes: 1200 + kind, sentBytes: 300, receivedPackets: 4, sentPackets: 3 };
  const localSocket = { ip: local.ip, port: 8080 };
  const remoteSocket = { ip: remote.ip, port: 32_768 + (index % 20_000) };
  const cgroupId = index % PODS;
  if (kind === 99) return { observation: listenerTick(cgroupId, index, localSocket), who };
  if (kind >= 85) {
    const observation: DatagramObservation = {
      kind: 'datagrams',
      timeMs: START_MS,
      protocol: 'UDP',
      id: `u${index % 2000}`,
      role: 'client',
      cgroupId,
      local: { ip: local.ip, port: 40_000 },
      remote: { ip: remote.ip, port: 53 },
      isNew: false,
      loopback: false,
      delta,
      startMs: START_MS,
      ended: false,
    };
    return { observation, who };
  }
  const closed = kind < 40;
  const observation: ConnectionObservation = {
    kind: 'connection',
    timeMs: START_MS,
    phase: closed ? 'closed' : 'live',
    id: closed ? `c${index}` : `l${index % 5000}`,
    role: 'server',
    cgroupId,
    netns: cgroupId,
    local: localSocket,
    remote: remoteSocket,
    pid: 1000 + cgroupId,
    comm: 'server',
    established: true,
    isNew: closed,
    preexisting: false,
    delta: { ...delta, retransmits: 0 },
    total: { ...delta, retransmits: 0 },
    unackedBytes: 0,
    srttUs: 350,
    startMs: START_MS - 100,
    closeReason: closed ? 'fin' : null,
  };
  return { observation, who };
}

function listenerTick(netns: number, index: number, local: { ip: string; port: number }): ListenerObservation {
  return {
    kind: 'listener',
    timeMs: START_MS,
    trigger: 'tick',
    cgroupId: netns,
    netns,
    local,
    syns: 100 + index,
    synRetransmits: 0,
    queueFullSyns: 0,
    completed: 100 + index,
    acks: 100 + index,
    oddFlags: 0,
    halfOpen: 0,
    backlog: 4096,
    acceptQueue: 0,
    distinctSources: 20,
    sampleSources: [],
  };
}

/** Plays batches for `SECONDS`; times are moved on in place, so that the loop itself allocates nothing. */
function measure(name: string, each: (item: Item) => void, tick: (nowMs: number) => void): number {
  const items = Array.from({ length: BATCH }, (_, index) => item(index));
  let clockMs = START_MS;
  let count = 0;
  const until = performance.now() + SECONDS * 1000;
  const begin = process.threadCpuUsage();
  while (performance.now() < until) {
    for (let index = 0; index < items.length; index++) {
      const one = items[index]!;
      (one.observation as { timeMs: number }).timeMs = clockMs + index / (BATCH / 1000);
      each(one);
    }
    count += items.length;
    clockMs += 1000;
    tick(clockMs);
  }
  // The thread's own CPU time: what others do on this machine meanwhile is not counted.
  const used = process.threadCpuUsage(begin);
  const perSecond = count / ((used.user + used.system) / 1e6);
  console.log(
    `${name.padEnd(34)} ${Math.round(perSecond).toLocaleString('en').padStart(14)} /s ${(1e9 / perSecond).toFixed(0).padStart(7)} ns each`,
  );
  return perSecond;
}

const nothing = () => {};
let touched = 0;
let made = 0;
let errors = 0;
const touch = ({ observation }: Item): void => {
  touched += observation.timeMs;
};

/** Fresh tables for each measurement, as its clock starts anew. */
class Core {
  readonly #set = new DetectorSet({ context: detectorContext({ nameAddress: (ip) => ({ ip, kind: 'world' }) }) });
  readonly #flows = new FlowTable({ node: 'bench' });
  readonly #edges = new EdgeTable();
  readonly #totals = new TotalsTable();

  readonly detectors = ({ observation, who }: Item): void => this.#set.observe(observation, who);
  readonly flows = ({ observation, who }: Item): void => {
    if (observation.kind !== 'listener') made += this.#flows.observe(observation, who).length;
  };
  readonly edges = ({ observation, who }: Item): void => {
    if (observation.kind !== 'listener') this.#edges.observe(observation, who);
  };
  readonly totals = ({ observation, who }: Item): void => {
    if (observation.kind === 'connection') this.#totals.addConnection(observation, who.local);
  };
  readonly all = (item: Item): void => {
    this.detectors(item);
    this.flows(item);
    this.edges(item);
    this.totals(item);
  };
  readonly tick = (nowMs: number): void => {
    this.#set.evaluate(nowMs);
    made += this.#flows.flush(nowMs).length;
    made += this.#edges.flush(nowMs).length;
    for (const status of this.#set.status()) errors += status.errors;
  };
}

measure('warming up', touch, nothing);
const base = measure('empty loop', touch, nothing);
for (const part of ['detectors', 'flows', 'edges', 'totals'] as const) {
  const core = new Core();
  measure(part, core[part], core.tick);
}
const core = new Core();
const all = measure('all four', core.all, core.tick);
console.log(
  `all four: ${(base / all).toFixed(1)} times the empty loop; goal 1,000,000 /s ${all >= 1e6 ? 'met' : 'missed'}`,
);
if (errors > 0 || made === 0 || touched === 0) throw new Error(`${errors} detector errors, ${made} records made`);

/**
 * Time from a SYN flood to its alert on the agent's stream: from the kernel's event that the threshold was crossed (the alert's
 * firstSeen) and from the start of hping3, floods with spoofed sources and from a single one by turns, with the HTTP port idle
 * and hammered by a second process. Each flood meets a pod that had none before. Run: `node bench/alert-latency.ts` as root.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Lab } from '../packages/cli/src/lab/lab.ts';
import type { Member } from '../packages/cli/src/lab/member.ts';
import type { Pod } from '../packages/cli/src/lab/pod.ts';
import { AgentProcess, bestForm } from './support/agent-process.ts';
import { AlertStream } from './support/alert-stream.ts';
import { connectAtRate } from './support/connections.ts';
import { Hammer } from './support/hammer.ts';
import { listenInPods } from './support/listeners.ts';
import { number, printTable, ratio, title } from './support/report.ts';
import { size } from './support/sizes.ts';
import { percentile } from './support/statistics.ts';

const RUNS = size(20, 4);
const PORT = 8080;
const SYNS_PER_SECOND = 2000;
const FLOOD_SECONDS = 3;
const CONCURRENCY = 4;
const GOAL_MS = 250;

interface Latency {
  readonly kind: 'spoofed' | 'single source';
  /** From the kernel's event; NaN when no alert came. */
  readonly crossingMs: number;
  /** From the start of hping3, its own start-up included. */
  readonly startMs: number;
}

title(
  'alert-latency',
  `${RUNS} floods of ${SYNS_PER_SECOND} SYN/s idle, ${RUNS} hammered, agent ${bestForm()}; goal: p99 ≤ ${GOAL_MS} ms after the crossing; 150 ms of it are the handshakes' grace`,
);

await using lab = await Lab.open();
const targets = await lab.addPods(
  Array.from({ length: 2 * RUNS }, (_, i) => ({
    namespace: 'bench',
    name: `target-${i}`,
    workload: { kind: 'Deployment', name: `target-${i}` },
  })),
);
const [client, server] = (await lab.addPods([
  { namespace: 'bench', name: 'client' },
  { namespace: 'bench', name: 'server' },
])) as [Pod, Pod];
const attacker = await lab.addHost('attacker');
await using _listeners = await listenInPods(targets, PORT);
await using agent = await AgentProcess.start({ identities: lab.identities() });
await using stream = await AlertStream.open(agent.url);
// Flows for the API to answer with.
await connectAtRate(client, server, 1000, 2);

const idle = await measure(targets.slice(0, RUNS));
const hammer = await Hammer.start(agent.url, CONCURRENCY);
const busy = await measure(targets.slice(RUNS));
const answers = await hammer.stop();

const base = summary('idle', idle, Number.NaN);
const rows = [base.cells, summary(`hammered, ${number(answers)} answers/s`, busy, base.p99).cells];
for (const kind of ['spoofed', 'single source'] as const) {
  const of = (all: readonly Latency[]) => all.filter((one) => one.kind === kind);
  rows.push(summary(`idle, ${kind}`, of(idle), base.p99).cells, summary(`hammered, ${kind}`, of(busy), base.p99).cells);
}
printTable(
  [
    'HTTP port',
    'floods',
    'alerts',
    'crossing → alert, p50 ms',
    'p99 (worst)',
    'p99 ÷ idle',
    'start → alert, p50 ms',
    'p99 (worst)',
  ],
  rows,
);

async function measure(pods: readonly Pod[]): Promise<Latency[]> {
  const all: Latency[] = [];
  for (const [i, pod] of pods.entries()) {
    all.push(await flood(attacker, pod, i % 2 === 0 ? 'spoofed' : 'single source'));
    // At another point of the agent's second each time.
    await sleep(300 + Math.random() * 1000);
  }
  return all;
}

async function flood(from: Member, to: Pod, kind: Latency['kind']): Promise<Latency> {
  const source = kind === 'spoofed' ? ['--rand-source'] : [];
  const pace = ['-i', `u${1_000_000 / SYNS_PER_SECOND}`, '-c', String(SYNS_PER_SECOND * FLOOD_SECONDS)];
  const arrived = stream.opened(
    ({ rule, target }) => rule === 'syn-flood' && (target?.ip === to.ip || target?.pod === to.name),
    FLOOD_SECONDS * 1000 + 1000,
  );
  const startedMs = performance.timeOrigin + performance.now();
  const child = from.spawn('hping3', ['-q', '-n', '-I', 'eth0', '-S', '-p', String(PORT), ...pace, ...source, to.ip], {
    stdio: 'ignore',
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const alert = await arrived;
  child.kill('SIGKILL');
  await gone;
  if (alert === undefined) return { kind, crossingMs: Number.NaN, startMs: Number.NaN };
  const { arrivedMs } = alert;
  return { kind, crossingMs: arrivedMs - Date.parse(alert.alert.firstSeen), startMs: arrivedMs - startedMs };
}

function summary(name: string, all: readonly Latency[], idleP99: number): { cells: string[]; p99: number } {
  const seen = all.filter((one) => !Number.isNaN(one.crossingMs));
  const crossing = seen.map((one) => one.crossingMs);
  const start = seen.map((one) => one.startMs);
  const p99 = percentile(crossing, 99);
  const figures = [percentile(crossing, 50), p99].map((ms) => number(ms));
  const fromStart = [percentile(start, 50), percentile(start, 99)].map((ms) => number(ms));
  return {
    p99,
    cells: [name, number(all.length), number(seen.length), ...figures, ratio(p99 / idleP99), ...fromStart],
  };
}

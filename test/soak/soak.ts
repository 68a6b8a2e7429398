import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from '../e2e/support/agent.ts';
import { Temporary } from '../e2e/support/temporary.ts';
import { AlertTally, type Scope } from './alert-tally.ts';
import { Cluster } from './cluster.ts';
import { PROOF_NAMESPACE, provePortScan } from './port-scan-proof.ts';
import type { SoakReport } from './report.ts';
import { TwinStage } from './stage.ts';
import type { Twin } from './twin.ts';
import { allTwins } from './twins/all-twins.ts';
import { shopNamespaces } from './twins/shop.ts';
import { UsageMeter } from './usage.ts';
import { watch } from './watch.ts';

export interface SoakOptions {
  readonly minutes: number;
  /** Ends it early, with the report so far. */
  readonly signal?: AbortSignal;
  readonly twins?: readonly Twin[];
  /** Told now and then, in words. */
  readonly onProgress?: (text: string) => void;
}

/** However long it is, a soak has so many cycles: what happens once in each happens as often while it learns as later. */
const CYCLES = 12;
/** Long enough to see everything at least twice. */
const LEARNING_CYCLES = 2.5;
const STARTS_AT_ONCE = 4;
/** The lab's node, which the agent takes for its own. */
const NODE = 'netguard-lab';

/** Lets every benign twin work at once in a fake cluster that a fresh agent watches, and says what was told of it. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const { minutes, signal, twins = allTwins, onProgress = () => {} } = options;
  const wantedSeconds = minutes * 60;
  const cycleSeconds = wantedSeconds / CYCLES;
  const learningSeconds = Math.max(10, Math.round(cycleSeconds * LEARNING_CYCLES));
  const ending = new AbortController();
  using directory = new Temporary();
  await using cluster = await Cluster.open(directory.path);
  onProgress(`building ${twins.length} twins; a cycle has ${Math.round(cycleSeconds)} s`);
  const stages = twins.map((twin) => new TwinStage(twin, cluster, cycleSeconds, ending.signal));
  for (const stage of stages) await stage.cast();
  await inBatches(stages, (stage) => stage.twin.serve?.(stage));
  cluster.publish();
  await using agent = await Agent.start({ directory, config: configuration(cluster, stages, learningSeconds) });
  using stream = await agent.stream('alert');
  const told = new AlertTally(scopeOf(cluster, stages));
  const observed = new AlertTally(scopeOf(cluster, stages));
  const meter = new UsageMeter(agent.pid);
  const workloads = workloadsOf(cluster);
  onProgress(`watching ${workloads} workloads for ${minutes} min, learning in the first ${learningSeconds} s`);

  const beganMs = performance.now();
  await inBatches(stages, (stage) => stage.twin.start?.(stage));
  const troubles: string[] = [];
  const cycling = stages.map((stage) => cycle(stage, troubles));
  const watched = { agent, stream, told, observed, meter };
  const watching = { ...watched, untilMs: beganMs + wantedSeconds * 1000, onProgress };
  await watch(signal === undefined ? watching : { ...watching, signal });
  const seconds = (performance.now() - beganMs) / 1000;
  ending.abort();
  await Promise.all(cycling);
  for (const stage of stages) stage.inspect();
  if (!agent.process.running) troubles.push(`the agent ended by itself: ${agent.process.stderr.slice(-500)}`);
  const isTried = agent.process.running && signal?.aborted !== true;
  const scanToldMs = isTried ? await provePortScan(cluster, stream) : undefined;
  const lost = agent.process.running ? (await agent.status()).lostEvents : {};
  await Promise.all(stages.map((stage) => stage.finish()));
  return {
    run: cluster.lab.run,
    seconds,
    wantedSeconds,
    learningSeconds,
    workloads,
    twins: stages.map(({ twin: { id, what }, work }) => ({ id, what, ...work })),
    alerts: told.all,
    observed: observed.all,
    others: told.others,
    usage: meter.usage(),
    lost: Object.fromEntries(Object.entries(lost).filter(([, count]) => count > 0)),
    troubles: [...troubles, ...stages.flatMap((stage) => stage.troubles)],
    scanToldMs,
    proof: !isTried ? 'not tried' : scanToldMs === undefined ? 'missed' : 'told',
  };
}

/** What happens once a cycle, as often as there is time. */
async function cycle(stage: TwinStage, troubles: string[]): Promise<void> {
  const { twin, signal, cycleSeconds } = stage;
  if (twin.cycle === undefined) return;
  for (let index = 0; !signal.aborted; index += 1) {
    const beganMs = performance.now();
    try {
      await twin.cycle(stage, index);
      await sleep(Math.max(0, cycleSeconds * 1000 - (performance.now() - beganMs)), undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      troubles.push(`${twin.id}: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
  }
}

async function inBatches(stages: readonly TwinStage[], work: (stage: TwinStage) => Promise<void> | undefined) {
  const waiting = [...stages];
  const next = async (): Promise<void> => {
    for (let stage = waiting.shift(); stage !== undefined; stage = waiting.shift()) await work(stage);
  };
  await Promise.all(Array.from({ length: STARTS_AT_ONCE }, next));
}

function configuration(cluster: Cluster, stages: readonly TwinStage[], learningSeconds: number) {
  const apiServers = stages.flatMap((stage) => stage.apiServers);
  return {
    node: NODE,
    identity: { file: cluster.identityFile, clusterCidrs: [cluster.lab.podNetwork], apiServers },
    learning: { seconds: learningSeconds },
    // The default: tests have a shorter one.
    alerts: { resolveAfterMs: 60_000 },
  };
}

function scopeOf({ lab }: Cluster, stages: readonly TwinStage[]): Scope {
  const network = lab.podNetwork.replace(/0\/24$/, '');
  const namespaces = new Set([...stages.map(({ twin }) => twin.id), ...shopNamespaces]);
  return {
    namespaces,
    isInside: (ip) => ip.startsWith(network),
    isExempt: (namespace) => namespace === PROOF_NAMESPACE,
  };
}

/** A run of a CronJob is no workload of its own: those that are added later are not counted. */
function workloadsOf({ lab }: Cluster): number {
  return new Set(lab.pods.map(({ namespace, workload }) => `${namespace}/${workload?.kind}/${workload?.name}`)).size;
}

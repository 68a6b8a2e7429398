import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { Learning } from '../../learn/learning.ts';
import { runOf } from '../../learn/workload-kind.ts';
import type { ConnectionObservation, DatagramObservation, Observation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { ClusterView, DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { isFloodLike, isOutside, judgeUnlearned, judgeWindow } from './judgement.ts';
import { Meter } from './meter.ts';
import type { VolumeSurgeParameters } from './parameters.ts';
import { runFinding, surgeFinding } from './report.ts';
import { type Direction, type Excess, Peers, type Side } from './side.ts';

const METERS = 2048;
/** Endpoints that are looked up by themselves and not by their key: as many as pods and addresses of a busy node. */
const ENDPOINTS = 4 * METERS;
/** A workload that was idle for this long is no longer watched; until then its silence is sampled. */
const IDLE_MS = 600_000;
const RUN_MEASURE = 'bytes';
const RUN_OVER_MS = 60_000;
/** A peer with this share of the traffic is named as the other end. */
const DOMINANT = 0.5;
const DIRECTIONS: readonly Direction[] = ['served', 'called'];

type Conversation = ConnectionObservation | DatagramObservation;

export class VolumeSurgeInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #parameters: VolumeSurgeParameters;
  readonly #learning: Learning;
  readonly #cluster: ClusterView;
  readonly #meters = new Lru<string, Meter>(METERS, (meter) => meter.isAlarmed);
  readonly #alarmed = new Set<Meter>();
  /** Identity hands out one object per subject: the fast way to its meter. */
  #byEndpoint = new WeakMap<Endpoint, Meter>();
  #endpoints = 0;
  #windowEndMs = Number.NaN;

  constructor(parameters: VolumeSurgeParameters, { learning, cluster }: DetectorContext) {
    this.#parameters = parameters;
    this.#learning = learning;
    this.#cluster = cluster;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind !== 'connection' && observation.kind !== 'datagrams') return;
    const { delta } = observation;
    const packets = delta.receivedPackets + delta.sentPackets;
    if ((packets === 0 && !observation.isNew) || who.remote === null) return;
    const meter = this.#byEndpoint.get(who.local) ?? this.#meter(who.local, observation.timeMs);
    const side = meter[directionOf(observation)];
    const bytes = delta.receivedBytes + delta.sentBytes;
    side.bytes += bytes;
    side.packets += packets;
    if (who.remote.kind === 'world') side.outsidePackets += packets;
    meter.movedMs = observation.timeMs;
    meter.runBytes += bytes;
    if (observation.isNew) this.#countFlow(meter, side, who.remote, observation.timeMs);
    side.peers?.add(who.remote, packets);
  }

  evaluate(nowMs: number): Finding[] {
    const { windowMs } = this.#parameters;
    if (nowMs >= this.#windowEndMs || !(this.#windowEndMs - nowMs <= windowMs)) {
      // After a gap, a clock set back, or at the start, what was counted is of no known time.
      const isWhole = nowMs < this.#windowEndMs + windowMs && nowMs >= this.#windowEndMs;
      this.#windowEndMs = (isWhole ? this.#windowEndMs : nowMs) + windowMs;
      for (const meter of [...this.#meters.values()]) this.#endWindow(meter, isWhole, nowMs);
    }
    const findings: Finding[] = [];
    for (const meter of this.#alarmed) {
      if (!meter.isAlarmed) this.#alarmed.delete(meter);
      // A proxy passes on what it is asked for: the surge is the one it serves.
      else if (meter.served.alarm !== undefined)
        findings.push(surgeFinding(meter, 'served', meter.served.alarm, this.#parameters));
      else if (meter.called.alarm !== undefined)
        findings.push(surgeFinding(meter, 'called', meter.called.alarm, this.#parameters));
      else findings.push(this.#reportRun(meter));
    }
    return findings;
  }

  get state(): TableState {
    return { entries: this.#meters.size, capacity: this.#meters.capacity, evicted: this.#meters.evicted };
  }

  #countFlow(meter: Meter, side: Side, remote: Endpoint, timeMs: number): void {
    side.allFlows++;
    const since = timeMs - this.#parameters.changeGraceMs;
    if (meter.changedMs > since) return;
    // The other end is only asked for while it matters: there is a name to make for each.
    if (side.peers !== undefined && (remote.workload !== undefined || remote.service !== undefined)) {
      if (this.#cluster.scale(workloadKey(this.#cluster.behind(remote)), timeMs).changedMs > since) return;
    }
    side.flows++;
  }

  #endWindow(meter: Meter, isWhole: boolean, nowMs: number): void {
    const { replicas, changedMs } = this.#cluster.scale(meter.workload, nowMs);
    meter.replicas = Math.max(1, replicas);
    meter.changedMs = changedMs;
    if (meter.run !== undefined) this.#judgeRun(meter, nowMs);
    else if (isWhole) for (const direction of DIRECTIONS) this.#judge(meter, direction, nowMs);
    meter.served.startWindow();
    meter.called.startWindow();
    if (meter.isAlarmed) this.#alarmed.add(meter);
    const idleMs = nowMs - meter.movedMs;
    if (idleMs <= this.#parameters.windowMs) this.#meters.get(meter.key);
    else if (idleMs > IDLE_MS && !meter.isAlarmed) {
      this.#meters.delete(meter.key);
      this.#forgetEndpoints();
    }
  }

  #judge(meter: Meter, direction: Direction, nowMs: number): void {
    const p = this.#parameters;
    const side = meter[direction];
    const [excess] = judgeWindow(meter, direction, this.#learning, nowMs, p);
    const found = excess ?? judgeUnlearned(side, p);
    side.surges = ((side.surges << 1) | (found ? 1 : 0)) & ((1 << p.windows) - 1);
    const isSuspect = found !== undefined || isFloodLike(side, p);
    if (isSuspect) side.peers ??= new Peers();
    if (bits(side.surges) >= Math.min(p.surgingWindows, p.windows)) {
      if (found !== undefined) this.#alarm(side, found, nowMs);
    } else {
      side.alarm = undefined;
      if (!isSuspect && side.surges === 0) side.peers = undefined;
    }
    if (side.alarm !== undefined && nowMs - side.alarm.sinceMs > p.acceptMs) accept(side, meter, p);
  }

  #alarm(side: Side, excess: Excess, nowMs: number): void {
    side.alarm ??= { sinceMs: nowMs, peer: this.#dominantPeer(side), excess, isOutside: true, reported: side.allFlows };
    side.alarm.excess = excess;
    side.alarm.isOutside = isOutside(side);
  }

  #dominantPeer({ peers }: Side): Endpoint | null {
    if (peers === undefined) return null;
    const top = peers.top.top(64);
    const all = top.reduce((sum, { count }) => sum + count, 0);
    const byWorkload = new Map<string, { peer: Endpoint; count: number }>();
    for (const { key, count } of top) {
      const peer = this.#cluster.behind(peers.endpoints.get(key) ?? { ip: key, kind: 'world' });
      const workload = workloadKey(peer);
      const known = byWorkload.get(workload);
      if (known === undefined) byWorkload.set(workload, { peer, count });
      else known.count += count;
    }
    const [first] = [...byWorkload.values()].sort((a, b) => b.count - a.count);
    return first !== undefined && first.count >= DOMINANT * all ? first.peer : null;
  }

  /** A run has no rate of its own: what it came to is compared with the runs before it. */
  #judgeRun(meter: Meter, nowMs: number): void {
    const { run } = meter;
    if (run === undefined || nowMs - meter.movedMs > RUN_OVER_MS) {
      meter.runSinceMs = Number.NaN;
      return;
    }
    const p = this.#parameters;
    const past = this.#learning.pastRuns(run.kind, run.id, RUN_MEASURE);
    const isOver = past.count >= 3 && meter.runBytes > Math.max(p.runFloorBytes, p.runFactor * past.largest);
    if (!isOver) this.#learning.sampleRun(run.kind, run.id, RUN_MEASURE, meter.runBytes, nowMs);
    else if (Number.isNaN(meter.runSinceMs)) {
      meter.runSinceMs = nowMs;
      // What it came to before it was too much is no measure for others either.
      this.#learning.freeze(run.kind, nowMs + 1);
      this.#learning.sampleRun(run.kind, run.id, RUN_MEASURE, meter.runBytes, nowMs);
    }
  }

  #reportRun(meter: Meter): Finding {
    const { run } = meter;
    const largest = run === undefined ? 0 : this.#learning.pastRuns(run.kind, run.id, RUN_MEASURE).largest;
    return runFinding(meter, largest, this.#parameters);
  }

  #meter(local: Endpoint, timeMs: number): Meter {
    const run = runOf(local);
    const workload = workloadKey(local);
    const key = run === undefined ? workload : `${run.kind}|${run.id}`;
    let meter = this.#meters.get(key);
    if (meter === undefined) {
      meter = new Meter(key, workload, local, run, timeMs);
      const evicted = this.#meters.set(key, meter);
      if (evicted !== undefined) {
        this.#alarmed.delete(evicted);
        this.#forgetEndpoints();
      }
    }
    meter.endpoint = local;
    if (++this.#endpoints > ENDPOINTS) this.#forgetEndpoints();
    this.#byEndpoint.set(local, meter);
    return meter;
  }

  #forgetEndpoints(): void {
    this.#byEndpoint = new WeakMap();
    this.#endpoints = 0;
  }
}

function directionOf(observation: Conversation): Direction {
  if (observation.role === 'unknown') return observation.local.port < observation.remote.port ? 'served' : 'called';
  return observation.role === 'server' ? 'served' : 'called';
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}

/** The level of now is what is expected from here on. */
function accept(side: Side, { replicas }: Meter, { windowMs }: VolumeSurgeParameters): void {
  for (const measure of ['bytes', 'packets', 'flows'] as const) {
    side.accepted[measure] = (side[measure] * 1000) / windowMs / replicas;
  }
  side.alarm = undefined;
  side.surges = 0;
}

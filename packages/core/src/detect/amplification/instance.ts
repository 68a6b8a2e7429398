import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { ConnectionObservation, DatagramObservation, Observation, ProbeObservation } from '../../observation.ts';
import { RecentPairs } from '../../sketch/recent-pairs.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { FloodClock } from '../flood-clock.ts';
import { FloodTargets } from '../flood-targets.ts';
import { isRawTcp } from '../syn-flood/raw-senders.ts';
import { type Judged, judgeListed, judgeServed, judgeSynAcks, judgeUnknown } from './judgement.ts';
import type { AmplificationParameters } from './parameters.ts';
import { isReflector } from './reflectors.ts';
import { reflectedFinding, servedFinding } from './report.ts';
import { AmplificationTarget, type Reflection } from './target-state.ts';

const CAPACITY = 4096;
const ASKED_CAPACITY = 16_384;
/** A late answer is asked for, for so long (kubernetes-rules, late replies). */
const ASKED_MS = 120_000;
/** Responses from inside weigh so much less: nobody forges addresses there, but servers are many. */
const INSIDE_WEIGHT = 0.1;
/** Ports from which clients talk by default on Linux and above: below it, a port is more likely a service's. */
const FIRST_EPHEMERAL = 32_768;

const JUDGES = { listed: judgeListed, unknown: judgeUnknown, synAcks: judgeSynAcks, served: judgeServed } as const;

export class AmplificationInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #p: AmplificationParameters;
  readonly #context: DetectorContext;
  readonly #targets = new FloodTargets<AmplificationTarget>(
    CAPACITY,
    (key, endpoint) => new AmplificationTarget(key, endpoint),
  );
  /** Pairs in which ours has asked: remote and local. */
  readonly #asked = new RecentPairs(ASKED_CAPACITY, ASKED_MS);
  readonly #clock = new FloodClock();
  #lastAskedRemote = '';
  #lastAskedLocal = '';
  #lastAskedMs = Number.NaN;
  #findings: Finding[] = [];

  constructor(parameters: AmplificationParameters, context: DetectorContext) {
    this.#p = parameters;
    this.#context = context;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#p = { ...this.#p, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    switch (observation.kind) {
      case 'datagrams':
        if (observation.loopback || who.remote === null) return;
        if (observation.protocol === 'UDP') this.#datagrams(observation, who.local, who.remote);
        else if (isRawTcp(observation)) this.#ask(observation.remote.ip, workloadKey(who.local), observation.timeMs);
        return;
      case 'connection':
        if (!observation.established && observation.role === 'client') this.#failed(observation);
        return;
      case 'probe':
        if (observation.shapes.synAck > 0 && who.remote !== null) this.#answered(observation, who.local, who.remote);
    }
  }

  evaluate(nowMs: number): Finding[] {
    if (this.#clock.roll(nowMs) === undefined) return this.#findings.map((finding) => ({ ...finding, count: 0 }));
    const findings: Finding[] = [];
    this.#targets.evaluate((state) => {
      const isAlive = state.roll();
      const reflected = this.#evaluateReflected(state, nowMs);
      if (reflected !== undefined) findings.push(reflected);
      const served = this.#evaluateServed(state, nowMs);
      if (served !== undefined) findings.push(served);
      return isAlive;
    });
    this.#findings = findings;
    return findings;
  }

  get state(): TableState {
    const { entries, capacity, evicted } = this.#targets.state;
    return {
      entries: entries + this.#asked.size,
      capacity: capacity + this.#asked.capacity,
      evicted: evicted + this.#asked.evicted,
    };
  }

  #datagrams(seen: DatagramObservation, local: Endpoint, remote: Endpoint): void {
    const { receivedPackets, sentPackets, receivedBytes, sentBytes } = seen.delta;
    if (seen.role === 'client') {
      if (!isReflector(seen.remote.port)) return;
      if (sentPackets > 0) this.#ask(seen.remote.ip, seen.local.ip, seen.timeMs);
      // Only where some are unsolicited it matters how many are not.
      if (receivedPackets > 0) this.#solicited(local, receivedPackets);
      return;
    }
    const isServed = sentPackets > 0 && remote.kind === 'world' && isReflector(seen.local.port);
    if (isServed && sentBytes >= this.#p.outgoingFactor * receivedBytes) {
      this.#targets.touch(local).reflection('served').add(sentPackets, sentBytes, seen.remote.ip, seen.local.port);
    }
    if (isReflector(seen.remote.port)) this.#responses(seen, local, remote, true);
    else if (receivedPackets > 0 && mayBeService(seen)) this.#responses(seen, local, remote, false);
  }

  #responses(seen: DatagramObservation, local: Endpoint, remote: Endpoint, isListed: boolean): void {
    const { receivedPackets, sentPackets, receivedBytes } = seen.delta;
    if (isGroup(seen.local.ip)) return;
    const unsolicited = receivedPackets - sentPackets;
    if (unsolicited < 0) {
      // Questions from such a port, answered in a later tick than they came.
      const known = this.#targets.touch(local).reflections.listed;
      if (known !== undefined) known.packets.current += unsolicited;
      return;
    }
    if (unsolicited === 0 || this.#asked.has(seen.remote.ip, seen.local.ip, seen.timeMs)) return;
    const isOutside = remote.kind === 'world' || remote.kind === 'private';
    const state = this.#targets.touch(local);
    if (seen.remote.port === 0) {
      // Later fragments have no ports: they belong to responses that are counted already, or to nothing.
      if (state.reflections.listed !== undefined) state.reflections.listed.bytes.current += receivedBytes;
      return;
    }
    if (!isListed && (sentPackets > 0 || remote.kind !== 'world')) return;
    const weight = isOutside ? 1 : INSIDE_WEIGHT;
    const reflection = state.reflection(isListed ? 'listed' : 'unknown');
    reflection.add(unsolicited * weight, receivedBytes, seen.remote.ip, seen.remote.port);
  }

  #solicited(local: Endpoint, packets: number): void {
    const state = this.#targets.find(local);
    if (state?.reflections.listed !== undefined) state.reflections.listed.against.current += packets;
  }

  /** A connection that ours gave up: its SYN-ACK may come late. */
  #failed(seen: ConnectionObservation): void {
    if (seen.closeReason === 'none') return;
    this.#ask(seen.remote.ip, seen.local.ip, seen.timeMs);
  }

  #answered(probe: ProbeObservation, local: Endpoint, remote: Endpoint): void {
    if (remote.kind !== 'world' && remote.kind !== 'private') return;
    if (this.#asked.has(probe.sourceIp, probe.targetIp, probe.timeMs)) return;
    // Answers to the raw TCP that it sends itself.
    if (this.#asked.has(probe.sourceIp, workloadKey(local), probe.timeMs)) return;
    const reflection = this.#targets.touch(local).reflection('synAcks');
    reflection.add(probe.shapes.synAck, 0, probe.sourceIp, probe.lastPort);
    reflection.against.current += probe.shapes.rst;
  }

  #ask(remote: string, local: string, timeMs: number): void {
    const isRepeated = remote === this.#lastAskedRemote && local === this.#lastAskedLocal;
    if (isRepeated && timeMs - this.#lastAskedMs < 1000 && timeMs >= this.#lastAskedMs) return;
    this.#lastAskedRemote = remote;
    this.#lastAskedLocal = local;
    this.#lastAskedMs = timeMs;
    this.#asked.add(remote, local, timeMs);
  }

  /** One cause, one finding: of what is reflected at a workload, the kind that is furthest above its threshold. */
  #evaluateReflected(state: AmplificationTarget, nowMs: number): Finding | undefined {
    let worst: { name: 'listed' | 'unknown' | 'synAcks'; of: Reflection; judged: Judged } | undefined;
    for (const name of ['listed', 'unknown', 'synAcks'] as const) {
      const of = state.reflections[name];
      if (of === undefined) continue;
      const judged = judge(of, name, nowMs, this.#p);
      if (judged === undefined) continue;
      const ratio = judged.observed / judged.threshold;
      if (worst === undefined || ratio > worst.judged.observed / worst.judged.threshold) worst = { name, of, judged };
    }
    return worst === undefined
      ? undefined
      : reflectedFinding(state, worst.name, worst.of, worst.judged, this.#p, this.#context);
  }

  #evaluateServed(state: AmplificationTarget, nowMs: number): Finding | undefined {
    const of = state.reflections.served;
    const judged = of === undefined ? undefined : judge(of, 'served', nowMs, this.#p);
    const loudest = of?.peers.loudest;
    if (of === undefined || judged === undefined || loudest === undefined) {
      state.victim = undefined;
      return undefined;
    }
    state.victim ??= this.#context.nameAddress(loudest.ip);
    return servedFinding(state, state.victim, of, judged, this.#p);
  }
}

function judge(
  of: Reflection,
  name: keyof typeof JUDGES,
  nowMs: number,
  p: AmplificationParameters,
): Judged | undefined {
  const judged = JUDGES[name](of, p);
  if (judged === undefined) of.sinceMs = Number.NaN;
  else if (Number.isNaN(of.sinceMs)) of.sinceMs = nowMs;
  return judged;
}

/** A port that clients seldom have and whose owner is not of the same kind as ours; 0 is a later fragment's. */
function mayBeService({ local, remote }: DatagramObservation): boolean {
  return remote.port === 0 || (remote.port < FIRST_EPHEMERAL && remote.port !== local.port);
}

/** Multicast, or (as far as an address tells) broadcast: discovery talks to those without being asked. */
function isGroup(ip: string): boolean {
  if (ip.includes(':')) return ip.startsWith('ff');
  if (ip.endsWith('.255')) return true;
  const first = Number.parseInt(ip, 10);
  return first >= 224 && first <= 239;
}

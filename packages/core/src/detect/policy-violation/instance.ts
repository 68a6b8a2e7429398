import { isLoopbackPair } from '../../address.ts';
import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { ConnectionObservation, DatagramObservation, Observation } from '../../observation.ts';
import type { AccessDenial, AccessProtocol } from '../../policy/access.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import type { PolicyViolationParameters } from './parameters.ts';
import { violationFinding } from './report.ts';
import { isUnnamed, type Judged, UnnamedEnds } from './unnamed.ts';
import { Violation } from './violation.ts';

/** About 700 bytes each. */
const VIOLATIONS = 4096;
const OPEN = 8192;
/** After policies or identities changed, what is open is judged again for so long: each that moves is seen within a tick. */
const REJUDGE_MS = 5000;
/** A SYN without answer for so long has failed (trap 22). */
const FAILED_AFTER_MS = 1000;
/* Ports that a mesh's redirect inside the namespace puts in place of the one that was asked for. */
const MESH_PORTS = new Set([15_001, 15_006, 15_008, 4140, 4143]);

type Conversation = ConnectionObservation | DatagramObservation;

export class PolicyViolationInstance implements DetectorInstance {
  #parameters: PolicyViolationParameters;
  readonly #context: DetectorContext;
  readonly #violations = new Lru<string, Violation>(VIOLATIONS);
  readonly #active = new Set<Violation>();
  /** Conversations of which it is not known yet whether they come about. */
  readonly #waiting = new Lru<string, 'pending' | 'failed'>(OPEN);
  /** Open conversations that are forbidden: they go on being so while they move. */
  readonly #forbidden = new Lru<string, Violation>(OPEN);
  readonly #unnamed = new UnnamedEnds();
  #generation = 0;
  #rejudgeUntilMs = Number.NEGATIVE_INFINITY;

  constructor(parameters: PolicyViolationParameters, context: DetectorContext) {
    this.#parameters = parameters;
    this.#context = context;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    const { access } = this.#context;
    if (!access.isActive) return;
    if (observation.kind !== 'connection' && observation.kind !== 'datagrams') return;
    if (access.generation !== this.#generation) this.#policiesChanged(access.generation, observation.timeMs);
    const isLooked =
      observation.isNew || observation.timeMs < this.#rejudgeUntilMs || this.#waiting.has(observation.id);
    if (isLooked && who.remote !== null) this.#judge(observation, who.local, who.remote);
    else this.#goOn(observation);
  }

  evaluate(nowMs: number): Finding[] {
    for (const judged of this.#unnamed.due(nowMs)) this.#judgeAgain(judged, nowMs);
    const findings: Finding[] = [];
    for (const violation of this.#active) {
      if (nowMs - violation.lastMs > this.#parameters.quietMs) {
        this.#active.delete(violation);
        this.#violations.delete(violation.key);
        continue;
      }
      const isShared = violation.source !== null && this.#context.cluster.isShared(violation.source);
      const finding = violationFinding(violation, isShared, this.#parameters);
      if (finding !== undefined) findings.push(finding);
    }
    return findings;
  }

  readonly nextDueMs = Number.POSITIVE_INFINITY;

  get state(): TableState {
    const tables = [this.#violations, this.#waiting, this.#forbidden, this.#unnamed];
    return {
      entries: tables.reduce((sum, { size }) => sum + size, 0),
      capacity: tables.reduce((sum, { capacity }) => sum + capacity, 0),
      evicted: tables.reduce((sum, { evicted }) => sum + evicted, 0),
    };
  }

  #policiesChanged(generation: number, timeMs: number): void {
    this.#rejudgeUntilMs = timeMs + REJUDGE_MS;
    this.#generation = generation;
  }

  #judge(observation: Conversation, local: Endpoint, remote: Endpoint): void {
    const isServer = observation.role === 'server';
    if (!isServer && observation.role !== 'client') return;
    const port = isServer ? observation.local.port : observation.remote.port;
    const protocol = protocolOf(observation);
    if (protocol === undefined || (isServer && MESH_PORTS.has(port))) return;
    if (isLoopbackPair(observation.local.ip, observation.remote.ip)) return;
    const source = isServer ? remote : local;
    const target = isServer ? local : remote;
    const denial = this.#context.access.denial(source, target, port, protocol);
    if (denial === undefined) {
      this.#waiting.delete(observation.id);
      this.#forbidden.delete(observation.id);
      return;
    }
    const outcome = outcomeOf(observation);
    if (outcome === 'pending') {
      this.#waiting.set(observation.id, 'pending');
      return;
    }
    const isToldOf = outcome === 'failed' && this.#waiting.peek(observation.id) === 'failed';
    /* What has failed so far may be answered yet. */
    if (outcome === 'failed' && !isOver(observation)) this.#waiting.set(observation.id, 'failed');
    else this.#waiting.delete(observation.id);
    if (outcome === 'none' || isToldOf || this.#forbidden.has(observation.id)) {
      this.#goOn(observation);
      return;
    }
    const { id, timeMs } = observation;
    const reporter = isServer ? 'server' : 'client';
    const judged = {
      id,
      source,
      target,
      port,
      protocol,
      outcome,
      reporter,
      timeMs,
      isOver: isOver(observation),
    } as const;
    if (!isUnnamed(source) && !isUnnamed(target)) this.#forbid(judged, denial);
    else {
      const pushedOut = this.#unnamed.hold(judged);
      if (pushedOut !== undefined) this.#judgeAgain(pushedOut, timeMs);
    }
  }

  /** By the names that came meanwhile. */
  #judgeAgain(judged: Judged, nowMs: number): void {
    const { nameAddress, access } = this.#context;
    const named = (end: Endpoint): Endpoint => (isUnnamed(end) ? nameAddress(end.ip) : end);
    const [source, target] = [named(judged.source), named(judged.target)];
    const denial = access.denial(source, target, judged.port, judged.protocol);
    if (denial === undefined) return;
    const violation = this.#forbid({ ...judged, source, target }, denial);
    /* It is news now, however short the quiet time is. */
    violation.lastMs = Math.max(violation.lastMs, nowMs);
  }

  #forbid(
    { id, source, target, port, protocol, outcome, reporter, timeMs, isOver: ended }: Judged,
    denial: AccessDenial,
  ) {
    const violation = this.#violationOf(source, this.#context.cluster.behind(target), denial, timeMs);
    if (outcome === 'failed') violation.attempt(protocol, port, timeMs, this.#parameters.quietMs);
    else violation.establish(reporter, denial, protocol, port, timeMs);
    if (outcome === 'established' && !ended) this.#forbidden.set(id, violation);
    this.#active.add(violation);
    return violation;
  }

  /** What was judged as forbidden and still moves keeps the violation going. */
  #goOn(observation: Conversation): void {
    if (isOver(observation)) this.#unnamed.over(observation.id);
    if (this.#forbidden.size === 0) return;
    const violation = this.#forbidden.peek(observation.id);
    if (violation === undefined) return;
    violation.lastMs = Math.max(violation.lastMs, observation.timeMs);
    if (isOver(observation)) this.#forbidden.delete(observation.id);
  }

  #violationOf(source: Endpoint, target: Endpoint, denial: AccessDenial, timeMs: number): Violation {
    const from = source.kind === 'world' ? null : source;
    const to = target.kind === 'world' ? null : target;
    const key = `${from === null ? 'world' : workloadKey(from)}|${to === null ? 'world' : workloadKey(to)}`;
    let violation = this.#violations.get(key);
    if (violation === undefined) {
      violation = new Violation(key, from, to, denial, timeMs);
      const evicted = this.#violations.set(key, violation);
      if (evicted !== undefined) this.#active.delete(evicted);
    }
    if (from === null) violation.addWorld(source.ip);
    else if (to === null) violation.addWorld(target.ip);
    return violation;
  }
}

type Outcome = 'established' | 'failed' | 'pending' | 'none';

function outcomeOf(observation: Conversation): Outcome {
  if (observation.kind === 'datagrams') {
    /* What was received has passed every policy on its way; what was sent may have been dropped behind the socket. */
    if (observation.delta.receivedPackets > 0) return 'established';
    return observation.ended ? 'none' : 'pending';
  }
  if (observation.established) return 'established';
  if (observation.closeReason === 'none') return 'none';
  if (observation.phase === 'closed' || observation.timeMs - observation.startMs >= FAILED_AFTER_MS) return 'failed';
  return 'pending';
}

function protocolOf(observation: Conversation): AccessProtocol | undefined {
  if (observation.kind === 'connection') return 'TCP';
  const { protocol, loopback } = observation;
  return !loopback && (protocol === 'UDP' || protocol === 'SCTP') ? protocol : undefined;
}

function isOver(observation: Conversation): boolean {
  return observation.kind === 'connection' ? observation.phase === 'closed' : observation.ended;
}

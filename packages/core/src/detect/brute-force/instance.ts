import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { ConnectionObservation, Observation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { judgePair, judgeTarget, mayBeOver } from './judgement.ts';
import { LoginPair } from './login-pair.ts';
import { guessesOf, LoginPorts, type LoginShape, type SessionKind, sessionKind } from './login-session.ts';
import { LoginTarget } from './login-target.ts';
import type { BruteForceParameters } from './parameters.ts';
import { distributedFinding, pairFinding } from './report.ts';

/** About 600 bytes a pair, 1.5 KB a target. */
const PAIRS = 4096;
const TARGETS = 512;
/** Pairs with so many sessions are not pushed out by strangers with one. */
const KEPT_FROM = 3;
/** A session that succeeded tells something of guesses within this time before it. */
const SUCCESS_WITHIN_MS = 300_000;

export class BruteForceInstance implements DetectorInstance {
  #parameters: BruteForceParameters;
  readonly #context: DetectorContext;
  readonly #ports: LoginPorts;
  readonly #pairs = new Lru<string, LoginPair>(PAIRS, (pair) => pair.isInAlarm || pair.unreported >= KEPT_FROM);
  readonly #targets = new Lru<string, LoginTarget>(TARGETS, (target) => target.isInAlarm);
  /** What an evaluation has to look at. */
  readonly #activePairs = new Set<LoginPair>();
  readonly #activeTargets = new Set<LoginTarget>();
  #nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parameters: BruteForceParameters, context: DetectorContext) {
    this.#parameters = parameters;
    this.#context = context;
    this.#ports = new LoginPorts(context.cluster.loginPorts);
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind !== 'connection' || !observation.established) return;
    /* While it is open a session matters only where it may be the end of guessing. */
    const isOpen = observation.phase === 'live';
    if (isOpen && this.#activePairs.size === 0) return;
    const { role, local, remote } = observation;
    const port = role === 'server' ? local.port : role === 'client' ? remote.port : 0;
    const shape = this.#ports.shape(port);
    if (shape === undefined || who.remote === null || observation.preexisting) return;
    if (isOpen) this.#openSession(observation, shape, port, who.local, who.remote);
    else this.#session(observation, shape, port, who.local, who.remote);
  }

  evaluate(nowMs: number): Finding[] {
    this.#nextDueMs = Number.POSITIVE_INFINITY;
    const findings: Finding[] = [];
    for (const pair of this.#activePairs) {
      const finding = this.#evaluatePair(pair, nowMs);
      if (finding !== undefined) findings.push(finding);
      else this.#activePairs.delete(pair);
    }
    for (const target of this.#activeTargets) {
      const measure = judgeTarget(target, nowMs, this.#parameters);
      if (measure === undefined) {
        target.sinceMs = Number.NaN;
        this.#activeTargets.delete(target);
        continue;
      }
      if (!target.isInAlarm) target.sinceMs = target.tally.lastGuessMs;
      findings.push(distributedFinding(target, measure, this.#context.nameAddress));
    }
    return findings;
  }

  get nextDueMs(): number {
    return this.#nextDueMs;
  }

  get state(): TableState {
    return {
      entries: this.#pairs.size + this.#targets.size,
      capacity: this.#pairs.capacity + this.#targets.capacity,
      evicted: this.#pairs.evicted + this.#targets.evicted,
    };
  }

  #session(
    observation: ConnectionObservation,
    shape: LoginShape,
    port: number,
    local: Endpoint,
    remote: Endpoint,
  ): void {
    const isServer = observation.role === 'server';
    const { receivedBytes, sentBytes } = observation.total;
    const clientBytes = isServer ? receivedBytes : sentBytes;
    const serverBytes = isServer ? sentBytes : receivedBytes;
    const kind = sessionKind(shape, observation, clientBytes, serverBytes);
    /* A client on this node is watched itself, and has a name there; its kubelet's probes say nothing anyway. */
    if (kind === 'nothing' || (isServer && this.#context.cluster.isOwnNode(observation.remote.ip))) return;
    const source = isServer ? remote : local;
    const target = isServer ? local : this.#context.cluster.behind(remote);
    const pair = this.#pairOf(source, target, port, shape, observation.timeMs);
    if (shape.hangsUp && observation.closedFirst === undefined) pair.isCloseUnseen = true;
    this.#countPair(pair, kind, observation, clientBytes, serverBytes);
    const isOutside = source.kind === 'world' || source.kind === 'private';
    if (isOutside && pair.isCountedBy(isServer ? 'server' : 'client')) {
      this.#countTarget(pair, kind, observation, clientBytes, serverBytes);
    }
  }

  /** A session of a pair in alarm that has outgrown a refused login. */
  #openSession(
    observation: ConnectionObservation,
    shape: LoginShape,
    port: number,
    local: Endpoint,
    remote: Endpoint,
  ): void {
    const isServer = observation.role === 'server';
    const { receivedBytes, sentBytes } = observation.total;
    const [clientBytes, serverBytes] = isServer ? [receivedBytes, sentBytes] : [sentBytes, receivedBytes];
    if (sessionKind(shape, observation, clientBytes, serverBytes) !== 'success') return;
    const source = isServer ? remote : local;
    const target = isServer ? local : this.#context.cluster.behind(remote);
    const pair = this.#pairs.peek(pairKey(workloadKey(source), workloadKey(target), port));
    if (pair?.isInAlarm) this.#succeeded(pair, observation);
  }

  #succeeded(pair: LoginPair, { role, timeMs, startMs }: ConnectionObservation): void {
    const { lastGuessMs } = pair.tally(role === 'server' ? 'server' : 'client');
    if (pair.isInAlarm && Number.isNaN(pair.succeededMs) && startMs - lastGuessMs <= SUCCESS_WITHIN_MS) {
      pair.succeededMs = timeMs;
    }
  }

  #countPair(
    pair: LoginPair,
    kind: SessionKind,
    observation: ConnectionObservation,
    clientBytes: number,
    serverBytes: number,
  ): void {
    const { role, timeMs, startMs } = observation;
    const tally = pair.tally(role === 'server' ? 'server' : 'client');
    if (kind === 'success') {
      tally.success(timeMs);
      this.#succeeded(pair, observation);
      return;
    }
    tally.guess(timeMs, startMs, guessesOf(pair.shape, clientBytes, serverBytes, tally.smallest), serverBytes);
    if (pair.isCountedBy(observation.role === 'server' ? 'server' : 'client')) pair.unreported++;
    this.#learn(pair, timeMs);
    if (!mayBeOver(tally, timeMs, this.#parameters)) return;
    this.#activePairs.add(pair);
    if (!pair.isInAlarm) this.#nextDueMs = Math.min(this.#nextDueMs, timeMs);
  }

  #countTarget(
    pair: LoginPair,
    kind: SessionKind,
    { timeMs, startMs, remote, local, role }: ConnectionObservation,
    clientBytes: number,
    serverBytes: number,
  ): void {
    const target = this.#targetOf(pair);
    if (kind === 'success') {
      target.tally.success(timeMs);
      return;
    }
    const guesses = guessesOf(pair.shape, clientBytes, serverBytes, target.tally.smallest);
    target.tally.guess(timeMs, startMs, guesses, serverBytes);
    target.addSource(role === 'server' ? remote.ip : local.ip, timeMs, this.#parameters.windowMs);
    target.unreported++;
    if (target.tally.counts(this.#parameters.windowMs, timeMs).sessions < this.#parameters.distributedSessions) return;
    this.#activeTargets.add(target);
    if (!target.isInAlarm) this.#nextDueMs = Math.min(this.#nextDueMs, timeMs);
  }

  #evaluatePair(pair: LoginPair, nowMs: number): Finding | undefined {
    const isShared = this.#context.cluster.isShared(pair.source);
    const isCluster = !isShared && pair.source.kind !== 'world' && pair.source.kind !== 'private';
    const measure = judgePair(pair, isCluster, nowMs, this.#parameters);
    if (measure === undefined) {
      pair.sinceMs = Number.NaN;
      pair.succeededMs = Number.NaN;
      return undefined;
    }
    if (!pair.isInAlarm) pair.sinceMs = pair.best(measure.windowMs, nowMs)?.lastGuessMs ?? nowMs;
    return pairFinding(pair, measure, isShared);
  }

  /** What goes on below the threshold for a whole slow window of the learning time is usual there. */
  #learn(pair: LoginPair, timeMs: number): void {
    if (pair.isKnown || pair.isInAlarm || timeMs - pair.firstMs < this.#parameters.slowWindowMs) return;
    const { learning } = this.#context;
    if (learning.progress(pair.sourceKey, timeMs) < 1) learning.learn(pair.sourceKey, pair.fact, timeMs);
  }

  #pairOf(source: Endpoint, target: Endpoint, port: number, shape: LoginShape, timeMs: number): LoginPair {
    const sourceKey = workloadKey(source);
    const targetKey = workloadKey(target);
    const key = pairKey(sourceKey, targetKey, port);
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      const fact = `login ${targetKey} ${port}`;
      pair = new LoginPair(source, { ...target, port }, sourceKey, fact, shape, timeMs);
      pair.isKnown = this.#context.learning.knows(sourceKey, fact);
      const evicted = this.#pairs.set(key, pair);
      if (evicted !== undefined) this.#activePairs.delete(evicted);
    }
    return pair;
  }

  #targetOf(pair: LoginPair): LoginTarget {
    const key = `${workloadKey(pair.target)}|${pair.target.port}`;
    let target = this.#targets.get(key);
    if (target === undefined) {
      target = new LoginTarget(pair.target, pair.shape.service);
      const evicted = this.#targets.set(key, target);
      if (evicted !== undefined) this.#activeTargets.delete(evicted);
    }
    return target;
  }
}

function pairKey(source: string, target: string, port: number): string {
  return `${source}|${target}|${port}`;
}

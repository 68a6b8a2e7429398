import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { Observation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import { RecentKeys } from '../../sketch/recent-keys.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { judgePair, judgeTarget, mayBeOver } from './judgement.ts';
import { LoginPair } from './login-pair.ts';
import { LoginPorts, type LoginSession, readSession } from './login-session.ts';
import { LoginTarget } from './login-target.ts';
import type { BruteForceParameters } from './parameters.ts';
import { distributedFinding, pairFinding } from './report.ts';

/** About 600 bytes a pair, 1.5 KB a target. */
const PAIRS = 4096;
const TARGETS = 512;
/** Sources with one guess-like session so far: a pair is made at the second, so that a crowd of strangers costs little. */
const FIRST = 16_384;
/** Pairs with so many sessions are not pushed out by strangers with a few. */
const KEPT_FROM = 3;

export class BruteForceInstance implements DetectorInstance {
  #parameters: BruteForceParameters;
  readonly #context: DetectorContext;
  readonly #ports: LoginPorts;
  readonly #pairs = new Lru<string, LoginPair>(PAIRS, (pair) => pair.isInAlarm || pair.unreported >= KEPT_FROM);
  readonly #first: RecentKeys;
  readonly #targets = new Lru<string, LoginTarget>(TARGETS, (target) => target.isInAlarm);
  /** What an evaluation has to look at. */
  readonly #activePairs = new Set<LoginPair>();
  readonly #activeTargets = new Set<LoginTarget>();
  #nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parameters: BruteForceParameters, context: DetectorContext) {
    this.#parameters = parameters;
    this.#context = context;
    this.#ports = new LoginPorts(context.cluster.loginPorts);
    this.#first = new RecentKeys(FIRST, parameters.slowWindowMs);
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
    this.#first.ttlMs = this.#parameters.slowWindowMs;
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
    const session = readSession(shape, observation);
    if (session === undefined) return;
    if (role === 'client') this.#session(session, who.local, this.#context.cluster.behind(who.remote), port, isOpen);
    /* A client on this node is watched itself, and has a name there. */ else if (
      !this.#context.cluster.isOwnNode(remote.ip)
    )
      this.#session(session, who.remote, who.local, port, isOpen);
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
    const tables = [this.#pairs, this.#first, this.#targets];
    return {
      entries: tables.reduce((sum, { size }) => sum + size, 0),
      capacity: tables.reduce((sum, { capacity }) => sum + capacity, 0),
      evicted: tables.reduce((sum, { evicted }) => sum + evicted, 0),
    };
  }

  #session(session: LoginSession, source: Endpoint, target: Endpoint, port: number, isOpen: boolean): void {
    const service = `${workloadKey(target)}|${port}`;
    const key = `${workloadKey(source)}|${service}`;
    const pair = this.#pairs.get(key);
    if (isOpen) {
      if (session.kind === 'success') pair?.noteSuccess(session);
      return;
    }
    if (pair !== undefined) this.#countPair(pair, session);
    else if (session.kind === 'guess') this.#meet(key, session, source, target, port);
    /* Both ends may tell of it: the server's is never missing where its sources are outside. */
    if (session.reporter === 'server' && (source.kind === 'world' || source.kind === 'private')) {
      this.#countTarget(service, session, source.ip, target, port);
    }
  }

  /** The first guess-like session of a pair is only noted; the second makes the pair, and counts for both. */
  #meet(key: string, session: LoginSession, source: Endpoint, target: Endpoint, port: number): void {
    const first = `${session.reporter}|${key}`;
    const firstMs = this.#first.seenMs(first, session.timeMs);
    if (firstMs === undefined) {
      this.#first.add(first, session.timeMs);
      return;
    }
    const pair = new LoginPair(source, { ...target, port }, session.shape, firstMs);
    const evicted = this.#pairs.set(key, pair);
    if (evicted !== undefined) this.#activePairs.delete(evicted);
    pair.add({ ...session, startMs: session.startMs - session.timeMs + firstMs, timeMs: firstMs });
    this.#countPair(pair, session);
  }

  #countPair(pair: LoginPair, session: LoginSession): void {
    const tally = pair.add(session);
    if (session.kind === 'success') return;
    const { timeMs } = session;
    this.#learn(pair, timeMs);
    if (!mayBeOver(tally, timeMs, this.#parameters)) return;
    this.#activePairs.add(pair);
    if (!pair.isInAlarm) this.#nextDueMs = Math.min(this.#nextDueMs, timeMs);
  }

  #countTarget(key: string, session: LoginSession, sourceIp: string, endpoint: Endpoint, port: number): void {
    let target = this.#targets.get(key);
    if (target === undefined) {
      if (session.kind === 'success') return;
      target = new LoginTarget({ ...endpoint, port }, session.shape.service);
      const evicted = this.#targets.set(key, target);
      if (evicted !== undefined) this.#activeTargets.delete(evicted);
    }
    const { windowMs, distributedSessions } = this.#parameters;
    target.add(session, sourceIp, windowMs);
    if (target.tally.counts(windowMs, session.timeMs).sessions < distributedSessions) return;
    this.#activeTargets.add(target);
    if (!target.isInAlarm) this.#nextDueMs = Math.min(this.#nextDueMs, session.timeMs);
  }

  #evaluatePair(pair: LoginPair, nowMs: number): Finding | undefined {
    pair.isKnown ??= this.#context.learning.knows(workloadKey(pair.source), pair.fact);
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
    const sourceKey = workloadKey(pair.source);
    if (learning.progress(sourceKey, timeMs) >= 1) return;
    learning.learn(sourceKey, pair.fact, timeMs);
    pair.isKnown = undefined;
  }
}

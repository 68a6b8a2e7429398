import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { ConnectionObservation, Observation } from '../../observation.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { FloodClock } from '../flood-clock.ts';
import { NAMED_SHARE } from '../flood-report.ts';
import { FloodTargets } from '../flood-targets.ts';
import { HeldConnections } from './held-connections.ts';
import { HeldJudgement } from './held-judgement.ts';
import { type ConnectionMeasure, judgeMade, judgeOpened } from './judgement.ts';
import type { ConnectionFloodParameters } from './parameters.ts';
import { madeFinding, openedFinding } from './report.ts';
import { type ConnectionAlarm, type ConnectionLaneName, ConnectionTarget } from './target-state.ts';

const CAPACITY = 4096;
/** Part of a floor from which on sources are noted. */
const SUSPICION = 0.25;

export class ConnectionFloodInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #p: ConnectionFloodParameters;
  readonly #context: DetectorContext;
  readonly #targets = new FloodTargets<ConnectionTarget>(
    CAPACITY,
    (key, endpoint) => new ConnectionTarget(key, endpoint),
  );
  readonly #held = new HeldConnections();
  readonly #heldJudgement: HeldJudgement;
  readonly #clock = new FloodClock();
  #findings: Finding[] = [];

  constructor(parameters: ConnectionFloodParameters, context: DetectorContext) {
    this.#p = parameters;
    this.#context = context;
    this.#heldJudgement = new HeldJudgement(context);
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#p = { ...this.#p, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind !== 'connection' || !observation.established || who.remote === null) return;
    if (observation.phase === 'live') {
      if (observation.isNew) this.#opened(observation, who.local, who.remote);
      else this.#held.moved(observation, this.#p);
      return;
    }
    if (observation.isNew) this.#count(observation, who.local, who.remote);
    else this.#held.closed(observation, who.local);
    this.#ended(observation, who.local, who.remote);
  }

  evaluate(nowMs: number): Finding[] {
    const spanMs = this.#clock.roll(nowMs);
    if (spanMs === undefined) return this.#findings.map((finding) => ({ ...finding, count: 0 }));
    const findings: Finding[] = [];
    const made: { measure: ConnectionMeasure; alarm: ConnectionAlarm }[] = [];
    const told = new Set<string>();
    this.#targets.evaluate((state) => {
      const moved = state.roll(spanMs);
      const opened = this.#evaluateOpened(state, nowMs, told);
      if (opened !== undefined) findings.push(opened);
      const measure = judgeMade(state, state.outAlarm !== undefined, this.#p);
      state.outAlarm = measure === undefined ? undefined : (state.outAlarm ?? this.#outAlarm(state, measure, nowMs));
      if (measure !== undefined && state.outAlarm !== undefined) made.push({ measure, alarm: state.outAlarm });
      if (!moved) for (const lane of Object.values(state.lanes)) lane.peers = undefined;
      return moved || state.isKept;
    });
    for (const finding of this.#heldJudgement.evaluate(this.#held, nowMs, told, this.#p)) findings.push(finding);
    for (const { measure, alarm } of made) {
      const isTold = alarm.source !== null && told.has(workloadKey(alarm.source));
      if (isTold || told.has(`>${workloadKey(alarm.target)}`)) continue;
      findings.push(madeFinding(alarm, measure, this.#p));
    }
    this.#findings = findings;
    return findings;
  }

  get state(): TableState {
    const { entries, capacity, evicted } = this.#targets.state;
    const held = this.#held.state;
    return {
      entries: entries + held.entries,
      capacity: capacity + held.capacity,
      evicted: evicted + held.evicted,
    };
  }

  #opened(seen: ConnectionObservation, local: Endpoint, remote: Endpoint): void {
    if (!seen.preexisting) this.#count(seen, local, remote);
    const isShared = this.#context.cluster.isShared(remote);
    this.#held.opened(seen, local, remote, remote.kind === 'world' && seen.role !== 'client', isShared, this.#p);
  }

  /** A connection that a workload took. */
  #count(seen: ConnectionObservation, local: Endpoint, remote: Endpoint): void {
    if (seen.role !== 'server') return;
    // Many hosts stand behind a shared address: how much it opens says nothing.
    if (this.#context.cluster.isShared(remote)) return;
    const isOutside = remote.kind === 'world';
    const floor = this.#p.connectionsPerSecond * (isOutside ? 1 : this.#p.insideFactor);
    this.#add(local, isOutside ? 'outside' : 'inside', seen.remote.ip, seen.local.port, floor);
  }

  #ended(seen: ConnectionObservation, local: Endpoint, remote: Endpoint): void {
    if (seen.role === 'server' && seen.total.receivedBytes === 0) {
      const isOutside = remote.kind === 'world' || this.#context.cluster.isShared(remote);
      const lane = isOutside ? 'hollowOutside' : 'hollowInside';
      this.#add(local, lane, seen.remote.ip, seen.local.port, this.#p.hollowPerSecond);
    } else if (seen.role === 'client' && seen.total.sentBytes === 0) {
      this.#add(local, 'out', seen.remote.ip, seen.remote.port, this.#p.hollowPerSecond);
    }
  }

  #add(local: Endpoint, name: ConnectionLaneName, peer: string, port: number, floor: number): void {
    this.#targets
      .touch(local)
      .lane(name)
      .add(1, 0, peer, port, floor * SUSPICION);
  }

  #evaluateOpened(state: ConnectionTarget, nowMs: number, told: Set<string>): Finding | undefined {
    const measure = judgeOpened(state, state.inAlarm !== undefined, this.#p, this.#context, nowMs);
    if (measure === undefined) {
      state.inAlarm = undefined;
      return undefined;
    }
    const loudest = measure.lane.peers?.loudest;
    const isOne = loudest !== undefined && (!measure.isTotal || loudest.share >= NAMED_SHARE);
    const source = isOne ? this.#context.nameAddress(loudest.ip) : null;
    state.inAlarm ??= { sinceMs: nowMs, source, target: state.endpoint };
    if (state.inAlarm.source !== null) told.add(workloadKey(state.inAlarm.source));
    told.add(`>${state.key}`);
    return openedFinding(state, state.inAlarm, measure, this.#p, this.#context);
  }

  #outAlarm(state: ConnectionTarget, measure: ConnectionMeasure, nowMs: number): ConnectionAlarm | undefined {
    const loudest = measure.lane.peers?.loudest;
    if (loudest === undefined) return undefined;
    const { cluster, nameAddress } = this.#context;
    return { sinceMs: nowMs, source: state.endpoint, target: cluster.behind(nameAddress(loudest.ip)) };
  }
}

import type { Finding } from '../../alert/alert.ts';
import type { Contact, Probing } from '../../contacts/contact.ts';
import { type Contacts, contactsOf, sourceKeyOf } from '../../contacts/contacts.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { ListenerObservation, Observation } from '../../observation.ts';
import { PairLru } from '../../sketch/pair-lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { FirstProbes } from './first-probes.ts';
import { findLeader, openAlarm } from './grouping.ts';
import { HalfOpenWatch } from './half-open-watch.ts';
import { Judgement } from './judgement.ts';
import { Pair } from './pair.ts';
import type { PortScanParameters } from './parameters.ts';
import { oddFlagsFinding, scanFinding } from './report.ts';

/** Sources inside and outside have quotas of their own, so that a spoofed flood from outside evicts nobody inside. */
const INSIDE_PAIRS = 2048;
const OUTSIDE_PAIRS = 4096;
/** A tick after a threshold event, and some slack, the conversations of its second are known. */
const UNDECIDED_MS = 1100;
/** So few ports are everybody's; a pair with more keeps its place before the others. */
const KEPT_PORTS = 3;

export class PortScanInstance implements DetectorInstance {
  readonly #judge: Judgement;
  readonly #context: DetectorContext;
  readonly #contacts: Contacts;
  /** By source, target. */
  readonly #inside = new PairLru<Pair>(INSIDE_PAIRS, isKept);
  /** By target, source. */
  readonly #outside = new PairLru<Pair>(OUTSIDE_PAIRS, isKept);
  readonly #first: FirstProbes;
  readonly #halfOpen: HalfOpenWatch;
  /** Pairs at half their threshold or more, and those with an alert or a judgement pending. */
  readonly #hot = new Set<Pair>();
  /** Those of them with an alert. */
  readonly #leaders = new Set<Pair>();
  #nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parameters: PortScanParameters, context: DetectorContext) {
    this.#context = context;
    this.#contacts = contactsOf(context);
    this.#judge = new Judgement(parameters, context, this.#contacts, ({ sourceIp, targetIp }, nowMs) =>
      this.#hasProbed(targetIp, sourceIp, nowMs),
    );
    this.#first = new FirstProbes(parameters.windowMs);
    this.#halfOpen = new HalfOpenWatch(parameters.windowMs);
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#judge.parameters = { ...this.#judge.parameters, ...parameters };
    this.#first.withinMs = this.#judge.parameters.windowMs;
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind === 'listener') {
      this.#listener(observation, who);
      return;
    }
    const seen = this.#contacts.read(observation, who);
    if (seen === undefined) return;
    if (seen.kind === 'probing') this.#probing(seen);
    else this.#contact(seen);
  }

  evaluate(nowMs: number): Finding[] {
    this.#nextDueMs = Number.POSITIVE_INFINITY;
    if (this.#hot.size === 0) return this.#oddFlags(nowMs);
    for (const pair of this.#hot) {
      if (pair.undecided !== undefined) this.#decide(pair, nowMs);
      this.#endOrOpen(pair, nowMs);
    }
    const findings = new Map<string, Finding>();
    for (const pair of this.#hot) {
      if (pair.alarm === undefined && pair.leader === undefined && !this.#judge.isHot(pair, nowMs))
        this.#hot.delete(pair);
    }
    for (const pair of this.#leaders) {
      if (pair.alarm === undefined) continue;
      const finding = scanFinding(
        pair,
        pair.alarm,
        nowMs,
        this.#judge.limitOf(pair),
        this.#judge.parameters,
        this.#context,
      );
      // Replicas of one workload are one target: the one that was tried most speaks.
      const name = causeOf(finding);
      const other = findings.get(name);
      if (other === undefined || other.evidence.observed < finding.evidence.observed) findings.set(name, finding);
    }
    return [...findings.values(), ...this.#oddFlags(nowMs)];
  }

  get nextDueMs(): number {
    return this.#nextDueMs;
  }

  get state(): TableState {
    const [first, shared] = [this.#first.state, this.#contacts.state];
    return {
      entries: this.#inside.size + this.#outside.size + this.#halfOpen.size + first.entries + shared.entries,
      capacity: INSIDE_PAIRS + OUTSIDE_PAIRS + this.#halfOpen.capacity + first.capacity + shared.capacity,
      evicted: this.#inside.evicted + this.#outside.evicted + this.#halfOpen.evicted + first.evicted + shared.evicted,
    };
  }

  #probing(seen: Probing): void {
    if (seen.hard + seen.soft > 0) {
      const isKnown = this.#find(seen.sourceIp, seen.targetIp) !== undefined;
      if (isKnown || !this.#first.holds(seen)) this.#probe(seen);
    }
    if (seen.answers > 0) this.#answers(seen);
  }

  #probe(seen: Probing): void {
    const pair = this.#pairFor(seen);
    pair.probe(seen);
    if (pair.undecided !== undefined) {
      this.#hot.add(pair);
      this.#due(seen.timeMs + UNDECIDED_MS);
    }
    this.#consider(pair, seen.timeMs);
  }

  /** RSTs and SYN-ACKs without a socket: who got them sends raw packets (trap 20). Source and target change places. */
  #answers(seen: Probing): void {
    const pair = this.#pairOf(
      seen.targetIp,
      seen.sourceIp,
      sourceKeyOf(seen.target, seen.targetIp),
      seen.target,
      seen.source,
      seen.timeMs,
    );
    pair.answer(seen.shapes.rst, seen.shapes.synAck, seen.timeMs);
    this.#consider(pair, seen.timeMs);
  }

  #contact(seen: Contact): void {
    if (seen.protocol === 'ICMP') return;
    if (seen.protocol === 'RAW') {
      for (const pair of this.#hot) {
        if (pair.targetIp === seen.targetIp && pair.sourceKey === seen.sourceKey) pair.isProven = true;
      }
      return;
    }
    if (!seen.weighs) return;
    const known = this.#find(seen.sourceIp, seen.targetIp);
    if (seen.outcome === 'answered') {
      const tried =
        known ?? (this.#first.has(seen.sourceIp, seen.targetIp, seen.timeMs) ? this.#pairFor(seen) : undefined);
      tried?.contact(seen);
      return;
    }
    const pair = known ?? this.#pairFor(seen);
    if (known !== undefined && known.alarm === undefined) this.#rename(known, seen.source);
    pair.contact(seen);
    this.#consider(pair, seen.timeMs);
  }

  #listener(observation: ListenerObservation, who: Who): void {
    for (const { sourceIp, targetIp, port } of this.#halfOpen.observe(observation, who)) {
      const source = this.#context.nameAddress(sourceIp);
      const sourceKey = sourceKeyOf(source, sourceIp);
      const pair = this.#pairOf(sourceIp, targetIp, sourceKey, source, who.local, observation.timeMs);
      pair.halfOpen(port, observation.timeMs);
      this.#consider(pair, observation.timeMs);
    }
  }

  /** Falls due at once when the threshold is crossed: the alert does not wait for the tick. */
  #consider(pair: Pair, timeMs: number): void {
    if (pair.alarm !== undefined || pair.leader !== undefined) return;
    if (!this.#judge.isHot(pair, timeMs)) return;
    this.#hot.add(pair);
    if (!this.#judge.isScan(pair, timeMs)) return;
    if (Number.isNaN(pair.crossedMs)) {
      pair.crossedMs = timeMs;
      const settles = this.#contacts.isOutside(pair.source) && !pair.isProven;
      pair.dueMs = timeMs + (settles ? this.#judge.parameters.settleMs : 0);
    }
    this.#due(pair.dueMs);
  }

  #endOrOpen(pair: Pair, nowMs: number): void {
    if (pair.alarm !== undefined) {
      if (this.#judge.goesOn(pair, nowMs)) return;
      for (const follower of pair.alarm.followers) follower.leader = undefined;
      pair.alarm = undefined;
      this.#leaders.delete(pair);
      pair.crossedMs = Number.NaN;
      pair.dueMs = Number.POSITIVE_INFINITY;
      return;
    }
    if (pair.leader !== undefined) return;
    if (!this.#judge.isScan(pair, nowMs)) {
      pair.crossedMs = Number.NaN;
      pair.dueMs = Number.POSITIVE_INFINITY;
      return;
    }
    if (Number.isNaN(pair.crossedMs)) {
      pair.crossedMs = nowMs;
      pair.dueMs = nowMs;
    }
    // A due time far ahead is from before the clock was set back.
    if (nowMs < pair.dueMs && pair.dueMs - nowMs <= 2 * this.#judge.parameters.settleMs) {
      this.#due(pair.dueMs);
      return;
    }
    const leader = findLeader(pair, this.#leaders, nowMs);
    if (leader === undefined) {
      this.#leaders.add(openAlarm(pair, this.#hot, nowMs, (other) => this.#judge.isHot(other, nowMs)));
      return;
    }
    leader.alarm?.followers.add(pair);
    pair.leader = leader;
  }

  #decide(pair: Pair, nowMs: number): void {
    const seen = pair.undecided as Probing;
    const waitedMs = Math.abs(nowMs - seen.timeMs);
    if (waitedMs < UNDECIDED_MS) this.#due(seen.timeMs + UNDECIDED_MS);
    else pair.decide(this.#contacts.latePorts(seen.targetIp, seen.sourceIp, seen.source, seen.lastPort, nowMs));
  }

  #pairFor({ sourceIp, targetIp, sourceKey, source, target, timeMs }: Contact | Probing): Pair {
    return this.#pairOf(sourceIp, targetIp, sourceKey, source, target, timeMs);
  }

  #find(sourceIp: string, targetIp: string): Pair | undefined {
    return this.#inside.peek(sourceIp, targetIp) ?? this.#outside.peek(targetIp, sourceIp);
  }

  #hasProbed(sourceIp: string, targetIp: string, nowMs: number): boolean {
    const pair = this.#find(sourceIp, targetIp);
    return pair === undefined ? this.#first.has(sourceIp, targetIp, nowMs) : pair.hasProbed(nowMs);
  }

  #pairOf(
    sourceIp: string,
    targetIp: string,
    sourceKey: string,
    source: Endpoint,
    target: Endpoint,
    timeMs: number,
  ): Pair {
    const isOutside = source.kind === 'world';
    const table = isOutside ? this.#outside : this.#inside;
    const [one, other] = isOutside ? [targetIp, sourceIp] : [sourceIp, targetIp];
    let pair = table.get(one, other);
    if (pair === undefined) {
      pair = new Pair(sourceIp, targetIp, sourceKey, source, target, timeMs, this.#judge.parameters.windowMs);
      const first = this.#first.take(sourceIp, targetIp, timeMs);
      if (first !== undefined) pair.beginWith(first);
      const evicted = table.add(one, other, pair);
      if (evicted !== undefined) this.#forget(evicted);
    } else if (pair.alarm === undefined) {
      this.#rename(pair, source);
      pair.target = target;
    }
    return pair;
  }

  /** A socket shows which program of a host it is; the address alone does not take that back. */
  #rename(pair: Pair, source: Endpoint): void {
    if (pair.source.kind === 'process' && source.kind !== 'process') return;
    pair.source = source;
  }

  #forget(pair: Pair): void {
    this.#hot.delete(pair);
    this.#leaders.delete(pair);
    pair.leader?.alarm?.followers.delete(pair);
    for (const follower of pair.alarm?.followers ?? []) follower.leader = undefined;
  }

  #oddFlags(nowMs: number): Finding[] {
    return this.#halfOpen
      .oddTargets(nowMs, this.#judge.parameters.oddPorts)
      .filter(({ target }) => !this.#isScanned(target.ip))
      .map((odd) => oddFlagsFinding(odd, this.#judge.parameters));
  }

  #isScanned(targetIp: string): boolean {
    for (const pair of this.#hot) if (pair.targetIp === targetIp) return true;
    return false;
  }

  #due(atMs: number): void {
    if (atMs < this.#nextDueMs) this.#nextDueMs = atMs;
  }
}

function causeOf({ source, target }: Finding): string {
  return `${source === null ? '' : workloadKey(source)}|${target === null ? '' : workloadKey(target)}`;
}

function isKept(pair: Pair): boolean {
  return pair.alarm !== undefined || pair.observed(pair.lastMs) >= KEPT_PORTS;
}

import type { Finding } from '../../alert/alert.ts';
import { workloadKey } from '../../endpoint.ts';
import type { Learning } from '../../learn/learning.ts';
import { peerFact } from '../../learn/peer-fact.ts';
import type { Observation } from '../../observation.ts';
import type { TableState } from '../../table-state.ts';
import type { ClusterView, DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { ContactTable } from './contact-table.ts';
import { type Infection, infections, outbreaksOf } from './infection.ts';
import { Intake } from './intake.ts';
import type { Contact } from './member.ts';
import { isWorm, Outbreak } from './outbreak.ts';
import type { WormParameters } from './parameters.ts';
import { wormFinding } from './report.ts';
import { type Spread, spreadOf } from './spread.ts';

const EXPIRE_EVERY_MS = 30_000;

export class WormInstance implements DetectorInstance {
  #parameters: WormParameters;
  readonly #learning: Learning;
  readonly #cluster: ClusterView;
  readonly #intake: Intake;
  readonly #contacts = new ContactTable();
  readonly #outbreaks = new Set<Outbreak>();
  /** Ports at which something suspicious has come since the last evaluation. */
  readonly #moved = new Set<number>();
  #expiredMs = Number.NaN;
  #nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parameters: WormParameters, context: DetectorContext) {
    this.#parameters = parameters;
    this.#learning = context.learning;
    this.#cluster = context.cluster;
    this.#intake = new Intake(context);
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    const touch = this.#intake.read(observation, who);
    if (touch === undefined) return;
    const suspicious = this.#contacts.touch(touch);
    if (suspicious === undefined) return;
    this.#moved.add(touch.port);
    // Who just came to spread is judged at once, what goes on at the next tick.
    const { spreadHosts, newHosts } = this.#parameters;
    const { size } = suspicious.from.out;
    if (size === spreadHosts || size === newHosts) this.#nextDueMs = Math.min(this.#nextDueMs, observation.timeMs);
  }

  evaluate(nowMs: number): Finding[] {
    this.#nextDueMs = Number.POSITIVE_INFINITY;
    for (const port of this.#moved) this.#judge(port, nowMs);
    this.#moved.clear();
    for (const outbreak of this.#outbreaks) {
      if (Math.abs(nowMs - outbreak.lastMs) > this.#parameters.activeMs) this.#end(outbreak);
    }
    this.#expire(nowMs);
    return this.#findings();
  }

  get nextDueMs(): number {
    return this.#nextDueMs;
  }

  get state(): TableState {
    const [contacts, lately] = [this.#contacts.state, this.#intake.state];
    return {
      entries: contacts.entries + lately.entries,
      capacity: contacts.capacity + lately.capacity,
      evicted: contacts.evicted + lately.evicted,
    };
  }

  #judge(port: number, nowMs: number): void {
    const sinceMs = nowMs - this.#parameters.windowMs;
    const spreads: Spread[] = [];
    for (const member of this.#contacts.suspects(port)) {
      const spread = spreadOf(member, sinceMs, this.#parameters);
      if (spread !== undefined) spreads.push(spread);
    }
    if (spreads.length < 2) return;
    for (const group of outbreaksOf(infections(spreads, this.#parameters))) this.#take(group);
  }

  /** A group goes on with the outbreak that has any of it; two that it joins become the older one. */
  #take(group: readonly Infection[]): void {
    const known = [...this.#outbreaks].filter((outbreak) => group.some(({ member }) => outbreak.has(member)));
    const [oldest, ...younger] = known.sort((a, b) => a.sinceMs - b.sinceMs);
    if (oldest !== undefined) {
      for (const outbreak of younger) {
        this.#outbreaks.delete(outbreak);
        oldest.grow(outbreak.infections);
      }
      oldest.grow(group);
    } else if (isWorm(group, this.#parameters)) this.#outbreaks.add(new Outbreak(group));
  }

  #findings(): Finding[] {
    const byZero = new Map<string, Outbreak[]>();
    for (const outbreak of this.#outbreaks) {
      const key = workloadKey(outbreak.zero.endpoint);
      byZero.set(key, [...(byZero.get(key) ?? []), outbreak]);
    }
    return [...byZero.values()].map(([first, ...others]) => wormFinding(first as Outbreak, others, this.#parameters));
  }

  #end(outbreak: Outbreak): void {
    this.#outbreaks.delete(outbreak);
    outbreak.end();
  }

  #expire(nowMs: number): void {
    if (Math.abs(nowMs - this.#expiredMs) < EXPIRE_EVERY_MS) return;
    this.#expiredMs = nowMs;
    this.#contacts.expire(nowMs - this.#parameters.windowMs, (contact) => this.#learn(contact, nowMs));
  }

  /** What was new and led to nothing is usual from now on. */
  #learn({ novelty, isAnswered, from, to }: Contact, nowMs: number): void {
    if (novelty !== 'new' || !isAnswered) return;
    this.#learning.learn(from.workload, peerFact(this.#cluster.behind(to.endpoint), to.port), nowMs);
  }
}

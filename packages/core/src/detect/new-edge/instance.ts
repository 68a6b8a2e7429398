import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { Learning } from '../../learn/learning.ts';
import { networkHash } from '../../learn/peer-fact.ts';
import type { ConnectionObservation, DatagramObservation, Observation } from '../../observation.ts';
import { hash32, joinHash } from '../../sketch/hash.ts';
import { Lru } from '../../sketch/lru.ts';
import { RecentTimes } from '../../sketch/recent-times.ts';
import type { TableState } from '../../table-state.ts';
import type { ClusterView, DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { type Contact, contactOf, factOf, isJudged } from './judged-edge.ts';
import { LatelySeen } from './lately-seen.ts';
import type { NewEdgeParameters } from './parameters.ts';
import { newEdgeFinding, type ToldEdge } from './report.ts';

/** New edges that are being told, or wait until an alarm is over to be learned. */
const CAPACITY = 4096;
/** The store hears of an edge at least as often, so that its `last seen` is about right. */
const LATELY_MS = 300_000;
const PASSING = 16_384;
const PASSING_MS = 86_400_000;

export class NewEdgeInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #parameters: NewEdgeParameters;
  readonly #learning: Learning;
  readonly #cluster: ClusterView;
  readonly #lately = new LatelySeen(LATELY_MS);
  /** Networks outside that a workload with very many came to once. */
  readonly #passing = new RecentTimes(PASSING, PASSING_MS);
  readonly #told = new Lru<string, ToldEdge>(CAPACITY);

  constructor(parameters: NewEdgeParameters, { learning, cluster }: DetectorContext) {
    this.#parameters = parameters;
    this.#learning = learning;
    this.#cluster = cluster;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, { local, remote }: Who): void {
    if (observation.kind !== 'connection' && observation.kind !== 'datagrams') return;
    if (remote === null || !isContact(observation) || !isJudged(observation.role, local, remote)) return;
    const port = observation.role === 'server' ? observation.local.port : observation.remote.port;
    const { timeMs } = observation;
    const name = hash32(remote.workload === undefined ? observation.remote.ip : workloadKey(remote));
    if (this.#lately.has(local, name, port, timeMs) || this.#passes(local, remote, port, timeMs)) return;
    const contact = contactOf(observation, local, remote, this.#cluster);
    if (contact === undefined || this.#judge(contact, timeMs)) this.#lately.add(local, name, port, timeMs);
  }

  evaluate(nowMs: number): Finding[] {
    const findings: Finding[] = [];
    for (const edge of [...this.#told.values()]) {
      // A clock set back makes it young again: it is told a little longer.
      if (nowMs - edge.firstMs <= this.#parameters.holdMs) findings.push(newEdgeFinding(edge));
      else this.#finish(edge, nowMs);
    }
    return findings;
  }

  get state(): TableState {
    const { size, capacity, evicted } = this.#told;
    const [lately, passing] = [this.#lately.state, this.#passing];
    return {
      entries: size + lately.entries + passing.size,
      capacity: capacity + lately.capacity + passing.capacity,
      evicted: evicted + lately.evicted + passing.evicted,
    };
  }

  /** A crawler's networks are all usual, and more than can be learned: of them those that it comes back to are. */
  #passes(local: Endpoint, remote: Endpoint, port: number, timeMs: number): boolean {
    const workload = workloadKey(local);
    if (remote.kind !== 'world' || !this.#learning.isDiverse(workload)) return false;
    const hash = joinHash(joinHash(hash32(workload), port), networkHash(remote.ip));
    if (this.#passing.has(hash, timeMs)) return false;
    this.#passing.note(hash, timeMs);
    return true;
  }

  /** True when the edge is known now, and need not be looked at again for a while. */
  #judge(contact: Contact, timeMs: number): boolean {
    const { workload, local, peer, port } = contact;
    const fact = factOf(contact);
    if (this.#isUsual(contact, fact, timeMs)) {
      this.#learning.learn(workload, fact, timeMs);
      return this.#learning.knows(workload, fact);
    }
    const key = `${workload}${fact}`;
    const told = this.#told.get(key);
    if (told !== undefined) told.unreported++;
    else {
      const [source, server] = contact.isClient ? [local, peer] : [peer, local];
      const { protocol } = contact;
      const target = { ...server, port };
      this.#told.set(key, { key, workload, fact, source, target, protocol, firstMs: timeMs, unreported: 1 });
    }
    return false;
  }

  #isUsual({ workload, local, peer }: Contact, fact: string, timeMs: number): boolean {
    if (this.#learning.knows(workload, fact)) return true;
    if (this.#learning.progress(workload, timeMs) < 1) return true;
    const isOutside = peer.kind === 'world' || peer.kind === 'private';
    if (isOutside && this.#learning.isDiverse(workload)) return true;
    const since = timeMs - this.#parameters.changeGraceMs;
    return [local, peer].some((end) => this.#cluster.scale(workloadKey(end), timeMs).changedMs > since);
  }

  /** Told for long enough: it is learned, as soon as the workload is not in alarm. */
  #finish({ key, workload, fact }: ToldEdge, nowMs: number): void {
    this.#learning.learn(workload, fact, nowMs);
    if (this.#learning.knows(workload, fact)) this.#told.delete(key);
  }
}

/** At the first and the last observation, once both ends have answered each other. */
function isContact(observation: ConnectionObservation | DatagramObservation): boolean {
  if (observation.kind === 'connection') {
    return observation.established && (observation.isNew || observation.phase === 'closed');
  }
  return (observation.isNew || observation.ended) && observation.delta.receivedPackets > 0 && !observation.loopback;
}

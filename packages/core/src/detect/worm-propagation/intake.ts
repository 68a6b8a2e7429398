import { type Contacts, contactsOf } from '../../contacts/contacts.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { Learning } from '../../learn/learning.ts';
import { peerFact } from '../../learn/peer-fact.ts';
import type { ConnectionObservation, Observation, SignatureObservation } from '../../observation.ts';
import { hash32 } from '../../sketch/hash.ts';
import type { TableState } from '../../table-state.ts';
import type { ClusterView, DetectorContext } from '../context.ts';
import type { Who } from '../detector.ts';
import { MESH_PORTS } from '../new-edge/judged-edge.ts';
import { LatelySeen } from '../new-edge/lately-seen.ts';
import type { Touch } from './contact-table.ts';
import { isInfectable, type Novelty } from './member.ts';

/** Edges that begin so soon after replicas or template of an end changed belong to the change (kubernetes-rules: 5 minutes). */
const CHANGE_GRACE_MS = 300_000;
/** Suricata's priorities 1 and 2: what says that something was attacked, not that something was noticed. */
const GRAVE_PRIORITY = 2;
/** Contacts that need no second look so soon. */
const LATELY_MS = 300_000;
/** Packets to more ports than this are a port scan’s. */
const FEW_PORTS = 3;

/** Reads contacts that may carry an infection, or speak against their source, out of observations. */
export class Intake {
  readonly #contacts: Contacts;
  readonly #learning: Learning;
  readonly #cluster: ClusterView;
  readonly #lately = new LatelySeen(LATELY_MS);

  constructor(context: DetectorContext) {
    this.#contacts = contactsOf(context);
    this.#learning = context.learning;
    this.#cluster = context.cluster;
  }

  /** Undefined for ordinary traffic, most of it after three look-ups. */
  read(observation: Observation, who: Who): Touch | undefined {
    switch (observation.kind) {
      case 'connection':
        return this.#connection(observation, who);
      case 'denial':
      case 'probe':
        return this.#failure(observation, who);
      case 'signature':
        return this.#signature(observation, who);
    }
    return undefined;
  }

  get state(): TableState {
    return this.#lately.state;
  }

  #connection(seen: ConnectionObservation, who: Who): Touch | undefined {
    const { local, remote } = who;
    if (remote === null || seen.role === 'unknown' || seen.preexisting) return undefined;
    if (!seen.established) return this.#failure(seen, who);
    this.#contacts.read(seen, who);
    const isClient = seen.role === 'client';
    const [from, to, near, far] = isClient
      ? [local, remote, seen.local, seen.remote]
      : [remote, local, seen.remote, seen.local];
    // Nobody outside is counted among the infected, and there are too many to keep each in mind.
    if (to.kind === 'world' || !this.#mayCarry(from, near.ip, far.ip, far.port)) return undefined;
    const peer = hash32(far.ip);
    if (this.#lately.has(from, peer, far.port, seen.timeMs)) return undefined;
    const novelty = this.#novelty(from, to, far.port, seen.startMs);
    const hasPayload = (isClient ? seen.total.sentBytes : seen.total.receivedBytes) > 0;
    if (novelty === undefined || hasPayload) this.#lately.add(from, peer, far.port, seen.timeMs);
    if (novelty === undefined) return undefined;
    const ends = { from, fromIp: near.ip, to, toIp: far.ip, port: far.port };
    return { ...ends, timeMs: seen.startMs, novelty, isAnswered: true, hasPayload };
  }

  /** A first contact that nobody answered, at either end, or that was turned away. */
  #failure(observation: Observation, who: Who): Touch | undefined {
    const seen = this.#contacts.read(observation, who);
    if (seen === undefined) return undefined;
    const isProbing = seen.kind === 'probing';
    if (isProbing ? seen.hard === 0 || seen.distinctPorts > FEW_PORTS : seen.outcome !== 'failed') return undefined;
    if (!isProbing && seen.protocol !== 'TCP') return undefined;
    const { source: from, sourceIp: fromIp, target: to, targetIp: toIp } = seen;
    const port = isProbing ? seen.lastPort : seen.port;
    // `weighs` would not do: what many fail on at once is down for other detectors, and the prey of a worm for this one.
    if (!this.#mayCarry(from, fromIp, toIp, port) || this.#contacts.isReady(toIp, port, seen.timeMs)) return undefined;
    if (this.#cluster.isOwnNode(fromIp) || workloadKey(from) === workloadKey(to)) return undefined;
    const timeMs = observation.kind === 'connection' ? observation.startMs : isProbing ? seen.firstMs : seen.timeMs;
    return { from, fromIp, to, toIp, port, timeMs, novelty: 'dark', isAnswered: false, hasPayload: false };
  }

  #signature({ role, local, remote, timeMs, signature }: SignatureObservation, who: Who): Touch | undefined {
    if (who.remote === null || role === 'unknown' || signature.priority > GRAVE_PRIORITY) return undefined;
    const isClient = role === 'client';
    const [from, to] = isClient ? [who.local, who.remote] : [who.remote, who.local];
    const [near, far] = isClient ? [local, remote] : [remote, local];
    if (!this.#mayCarry(from, near.ip, far.ip, far.port)) return undefined;
    const ends = { from, fromIp: near.ip, to, toIp: far.ip, port: far.port };
    return { ...ends, timeMs, novelty: 'signed', isAnswered: true, hasPayload: true };
  }

  #mayCarry(from: Endpoint, fromIp: string, toIp: string, port: number): boolean {
    if (port === 0 || fromIp === toIp || MESH_PORTS.has(port) || !isInfectable(from)) return false;
    // The kubelet probes all pods of its node, new ones too.
    return !this.#cluster.isShared(from) && (from.kind === 'pod' || !this.#cluster.isOwnNode(fromIp));
  }

  /** What the edge is to the client's workload; undefined when it is usual. Learns as `new-edge` does, in the same words. */
  #novelty(from: Endpoint, to: Endpoint, port: number, timeMs: number): Novelty | undefined {
    if (this.#isEverybodys(to)) return undefined;
    const peer = this.#cluster.behind(to);
    const workload = workloadKey(from);
    if (workloadKey(peer) === workload) return 'unknown';
    const fact = peerFact(peer, port);
    const isLearned = this.#learning.progress(workload, timeMs) >= 1;
    if (isLearned && this.#learning.knows(workload, fact)) return undefined;
    const sinceMs = timeMs - CHANGE_GRACE_MS;
    const isChange = [from, peer].some((end) => this.#cluster.scale(workloadKey(end), timeMs).changedMs > sinceMs);
    if (isLearned && !isChange && !this.#learning.isDiverse(workload)) return 'new';
    if (!isLearned || isChange) this.#learning.learn(workload, fact, timeMs);
    return 'unknown';
  }

  /** What all workloads talk to, sooner or later. */
  #isEverybodys(to: Endpoint): boolean {
    return this.#cluster.isApiServer(to) || this.#cluster.isResolver(to) || this.#cluster.isMetadata(to.ip);
  }
}

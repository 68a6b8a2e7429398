import {
  AccessRules,
  type Alert,
  type ConnectionObservation,
  type DatagramObservation,
  type DenialObservation,
  type DropObservation,
  denialFlow,
  detectorContext,
  EdgeTable,
  type Endpoint,
  FlowTable,
  IntelLists,
  type LackingFacts,
  LearningStore,
  type ListenerObservation,
  type NameAddress,
  type Observation,
  type PayloadObservation,
  parseAddress,
  TotalsTable,
  type Who,
} from '@netguard/core';
import { learningSettings } from '../config/learning-settings.ts';
import type { Config } from '../config/schema.ts';
import { HoldBack } from '../identify/holdback.ts';
import type { Identifier } from '../identify/identifier.ts';
import type { IdentityDelta } from '../identify/identity-changes.ts';
import type { IdentityFile } from '../identify/identity-file.ts';
import type { EndsAsked, EndsNamed } from '../programs/end-cache.ts';
import type { DatagramTotal } from '../sources/ebpf/datagram-totals.ts';
import type { CgroupEvent, EbpfSink } from '../sources/ebpf/source.ts';
import { AlertProgress } from './alert-progress.ts';
import { DatagramDeltas } from './datagram-deltas.ts';
import { Detection } from './detection.ts';
import { DropTotals } from './drop-totals.ts';
import { EvidenceOutbox } from './evidence-outbox.ts';
import { FlowOutbox } from './flow-outbox.ts';
import type { FromWorker, ListenerRow, Tick } from './messages.ts';
import { PayloadGate } from './payload-gate.ts';
import { PayloadInspection } from './payload-inspection.ts';
import { WorkloadStats } from './workload-stats.ts';

type Conversation = ConnectionObservation | DatagramObservation;

export type Post = (message: FromWorker) => void;

/** What the pipeline needs of its source besides the observations that come through `EbpfSink`. */
export interface PipelineSource {
  nowMs(): number;
  readListener(netns: number, address: Uint8Array, port: number): void;
  deleteTotals(cgroupId: number): void;
}

const NOBODY: Endpoint = Object.freeze({ ip: '', kind: 'node' });
/** Owner of drops whose network namespace the kernel does not tell. */
const UNKNOWN: Endpoint = Object.freeze({ ip: '', kind: 'node', subnetLabel: 'unknown' });

/** Observation → who → flows, edges, totals and detectors → messages to the main thread. Knows no kernel handle. */
export class Pipeline implements EbpfSink {
  readonly detection: Detection;
  readonly evidence: EvidenceOutbox;
  readonly outbox: FlowOutbox;
  readonly access: AccessRules;
  readonly learning: LearningStore;
  /** Before whoever looks into samples of payload. */
  readonly payload: PayloadGate;
  readonly inspection: PayloadInspection;
  readonly intel = new IntelLists();
  readonly #identity: Identifier;
  readonly #post: Post;
  readonly #flows: FlowTable;
  readonly #edges: EdgeTable;
  readonly #totals = new TotalsTable();
  readonly #stats = new WorkloadStats();
  readonly #drops = new DropTotals();
  readonly #datagramDeltas = new DatagramDeltas();
  readonly #held = new HoldBack<Conversation>();
  readonly #progress = new AlertProgress();
  readonly #observedProgress = new AlertProgress();
  #listeners: ListenerRow[] = [];
  #nextListeners: ListenerRow[] = [];
  /** False: a byte stands for a time that some were moved, which detectors alone understand. */
  readonly #hasBytes: boolean;
  #urgent = false;
  readonly #node: string;
  #denials = 0;

  constructor(
    config: Config,
    identity: Identifier,
    openAlerts: readonly Alert[],
    nowMs: number,
    post: Post,
    lacking: LackingFacts = {},
  ) {
    this.#identity = identity;
    this.#post = post;
    this.#node = config.node;
    this.#hasBytes = lacking['payload-bytes'] === undefined;
    this.#flows = new FlowTable({ node: config.node, windowMs: config.flows.windowMs });
    this.#edges = new EdgeTable({ windowMs: config.flows.windowMs, capacity: config.flows.maxEdges });
    this.access = new AccessRules(identity.cluster);
    this.learning = new LearningStore(learningSettings(config));
    this.payload = new PayloadGate(config.payload);
    const { access, learning, intel } = this;
    const { nameAddress, cluster } = identity;
    this.detection = new Detection(config, detectorContext({ nameAddress, cluster, access, learning, intel }), lacking);
    this.inspection = new PayloadInspection((found, who) => this.detection.observe(found, who));
    this.payload.inspector = this.inspection;
    this.evidence = new EvidenceOutbox((samples, dropped) => post({ type: 'evidence', samples, dropped }));
    this.payload.keeper = (sample, who) => this.evidence.add(sample, who);
    this.detection.book.restore(openAlerts, nowMs);
    this.outbox = new FlowOutbox((flows, dropped) => post({ type: 'flows', flows, dropped }));
  }

  /** Whose an address is, as of the newest event. */
  get nameAddress(): NameAddress {
    return this.#identity.nameAddress;
  }

  /** Who is behind cgroups and addresses. What belongs to the node alone, as any cgroup that nobody knows, is nobody's. */
  nameEnds({ cgroups, addresses }: EndsAsked): EndsNamed {
    const ownerOf = (id: number): [number, Endpoint | null][] => {
      const owner = this.#identity.byCgroup(id);
      if (!this.#identity.isResolved(owner)) return [];
      return [[id, owner.kind === 'node' ? null : owner]];
    };
    return {
      cgroups: cgroups.flatMap(ownerOf),
      addresses: addresses.map((ip) => [ip, this.#identity.nameAddress(ip)]),
    };
  }

  /** True once after an observation that should be judged at once, not at the next tick. */
  takeUrgent(): boolean {
    const urgent = this.#urgent;
    this.#urgent = false;
    return urgent;
  }

  observe(observation: Observation): void {
    switch (observation.kind) {
      case 'connection':
      case 'datagrams':
        this.#conversation(observation);
        break;
      case 'listener':
        this.#urgent ||= observation.trigger === 'threshold';
        this.detection.observe(observation, { local: this.#listenerOwner(observation), remote: null });
        break;
      case 'syn-source':
        this.#urgent = true;
        this.detection.observe(observation, {
          local: this.#identity.local({ ...observation.local, ...unknownProcess(observation) }),
          remote: this.#identity.remote(observation.sourceIp, 0, observation.timeMs),
        });
        break;
      case 'datagram-total':
        this.detection.observe(observation, { local: this.#identity.byCgroup(observation.cgroupId), remote: null });
        break;
      case 'drop':
        this.#dropped(observation);
        break;
      case 'probe': {
        const { netns, targetIp, sourceIp, timeMs } = observation;
        this.#urgent ||= observation.trigger === 'threshold';
        this.detection.observe(observation, {
          local: this.#identity.byNetnsOrAddress(netns, targetIp, timeMs),
          remote: this.#identity.remote(sourceIp, 0, timeMs),
        });
        break;
      }
      case 'denial':
        this.#denied(observation);
        break;
      case 'payload':
        this.#sampled(observation);
        break;
      case 'loss':
        this.detection.observe(observation, { local: NOBODY, remote: null });
        break;
    }
  }

  cgroup(event: CgroupEvent): void {
    this.#identity.onCgroupEvent({
      cgroupId: event.id,
      created: event.created,
      path: event.path,
      timeMs: event.timeMs,
    });
    if (!event.created) this.#totals.markDead(event.id, event.timeMs);
  }

  /** Owners (as of `cgroupId`) of which nothing more is told. */
  forgetOwners(ids: readonly number[], timeMs: number): void {
    for (const id of ids) this.#totals.markDead(id, timeMs);
  }

  datagramTotal(total: DatagramTotal): void {
    this.#totals.setDatagrams(total.cgroupId, total.protocol, total, total.loopback);
    this.#datagramDeltas.note(total);
  }

  listener(seen: ListenerObservation): void {
    this.#nextListeners.push({
      endpoint: this.#listenerOwner(seen),
      port: seen.local.port,
      address: seen.local.ip,
      syns: seen.syns,
      completed: seen.completed,
      synRetransmits: seen.synRetransmits,
      queueFullSyns: seen.queueFullSyns,
      halfOpen: seen.halfOpen,
      acceptQueue: seen.acceptQueue,
      backlog: seen.backlog,
    });
  }

  setIdentities(identities: IdentityFile | null, nowMs: number): void {
    this.#identity.setIdentities(identities, nowMs);
    this.#releaseHeld(nowMs);
  }

  changeIdentities(delta: IdentityDelta, nowMs: number): void {
    this.#identity.changeIdentities(delta, nowMs);
    this.#releaseHeld(nowMs);
  }

  /** Judges what is pending and posts what became an alert. */
  evaluate(source: PipelineSource): void {
    for (const moved of this.#datagramDeltas.take(source.nowMs())) this.observe(moved);
    const dueMs = this.detection.nextDueMs;
    if (source.nowMs() >= dueMs) {
      for (const { netns, ip, port } of this.detection.pendingListeners()) {
        const address = parseAddress(ip === '0.0.0.0' ? '::' : ip);
        if (address) source.readListener(netns, address, port);
      }
      this.#urgent = false;
    }
    const nowMs = source.nowMs();
    for (const event of this.detection.evaluate(nowMs)) {
      this.#post({ type: 'alert', event, delayMs: Math.max(0, nowMs - Date.parse(event.alert.firstSeen)) });
    }
    for (const event of this.detection.observedEvents()) this.#post({ type: 'observed', event });
  }

  /** Once a tick, after the source has told all it read. The caller adds what only it knows. */
  tick(source: PipelineSource): Omit<Tick, 'lost' | 'programs' | 'maps' | 'liveConnections' | 'worker'> {
    const nowMs = source.nowMs();
    this.#identity.advance(nowMs);
    this.inspection.advance(nowMs);
    this.#releaseHeld(nowMs);
    for (const flow of this.#flows.flush(nowMs)) this.#sendFlow(flow, nowMs);
    const edges = this.#edges.flush(nowMs);
    if (edges.length > 0) this.#post({ type: 'edges', edges });
    for (const cgroupId of this.#totals.sweep(nowMs)) {
      source.deleteTotals(cgroupId);
      this.#datagramDeltas.forget(cgroupId);
    }
    this.#listeners = this.#nextListeners;
    this.#nextListeners = [];
    return {
      timeMs: nowMs,
      totals: this.#totals.list((cgroupId) => this.#identity.byCgroup(cgroupId)),
      listeners: this.#listeners,
      drops: this.#drops.list(nowMs),
      alerts: this.#progress.take(this.detection.book.list()),
      observed: this.#observedProgress.take(this.detection.observed.list()),
      detectors: this.detection.detectors(),
      learning: this.learning.summary(),
      payload: this.payload.counts,
      dns: this.inspection.dns(nowMs),
      unresolvedEndpoints: this.#identity.unresolved + this.#held.state.unresolved,
      ...this.#stats.take(nowMs),
      tables: [
        ...this.#identity.tables,
        ...this.detection.tables(),
        { name: 'learning', ...this.learning.state },
        { name: 'flows', ...this.#flows.state },
        { name: 'edges', ...this.#edges.state },
        { name: 'totals', ...this.#totals.state },
        { name: 'held_back', ...this.#held.state },
        { name: 'payload_conversations', ...this.inspection.state },
      ],
    };
  }

  #conversation(observation: Conversation): void {
    const local = this.#local(observation);
    if (!this.#identity.isResolved(local)) {
      const pushedOut = this.#held.hold(observation, observation.timeMs);
      if (pushedOut) this.#account(pushedOut);
      return;
    }
    this.#account(observation, local);
  }

  #releaseHeld(nowMs: number): void {
    const named = (observation: Conversation) => this.#identity.isResolved(this.#local(observation));
    for (const observation of this.#held.release(nowMs, named)) this.#account(observation);
  }

  #account(observation: Conversation, local: Endpoint = this.#local(observation)): void {
    const remote = this.#identity.remote(observation.remote.ip, observation.remote.port, observation.timeMs);
    const who: Who & { readonly remote: Endpoint } = { local, remote };
    this.detection.observe(observation, who);
    const counted = this.#hasBytes ? observation : withoutBytes(observation);
    if (counted.kind === 'connection') {
      this.#totals.addConnection(counted, local);
      this.#stats.observe(counted, local);
    }
    this.#edges.observe(counted, who);
    const isRecord = counted.kind === 'connection' && counted.phase === 'closed';
    if (isRecord && !this.outbox.hasRoom(counted.timeMs)) {
      this.outbox.skip(1);
      return;
    }
    for (const flow of this.#flows.observe(counted, who)) this.#sendFlow(flow, counted.timeMs);
  }

  #sendFlow(flow: Parameters<FlowOutbox['push']>[0], nowMs: number): void {
    if (this.outbox.hasRoom(nowMs)) this.outbox.push(flow);
    else this.outbox.skip(1);
  }

  #local(observation: Conversation): Endpoint {
    const isConnection = observation.kind === 'connection';
    return this.#identity.local({
      cgroupId: observation.cgroupId,
      netns: isConnection ? observation.netns : 0,
      ip: observation.local.ip,
      port: observation.local.port,
      pid: isConnection ? observation.pid : 0,
      comm: isConnection ? observation.comm : '',
      timeMs: observation.timeMs,
    });
  }

  /** Samples are not held back for a name: they would have to be copied. */
  #sampled(sample: PayloadObservation): void {
    const local = this.#identity.local({ ...sample.local, ...unknownProcess(sample) });
    const remote = this.#identity.remote(sample.remote.ip, sample.remote.port, sample.timeMs);
    this.payload.observe(sample, { local, remote }, this.#identity.isResolved(local));
  }

  #dropped(observation: DropObservation): void {
    const { netns, targetIp, timeMs } = observation;
    const byNetns = netns === 0 ? UNKNOWN : this.#identity.byNetns(netns);
    const local = targetIp === undefined ? byNetns : this.#identity.remote(targetIp, 0, timeMs);
    this.#drops.observe(observation, local);
    this.detection.observe(observation, { local, remote: null });
  }

  #denied(denial: DenialObservation): void {
    const { client, server, timeMs, reason, packets } = denial;
    const local = this.#identity.remote(server.ip, server.port, timeMs);
    const remote = this.#identity.remote(client.ip, client.port, timeMs);
    this.#drops.observe({ kind: 'drop', timeMs, netns: 0, reason, packets }, local);
    this.detection.observe(denial, { local, remote });
    this.#sendFlow(denialFlow(denial, { local, remote }, `d${++this.#denials}`, this.#node), timeMs);
  }

  #listenerOwner(observation: ListenerObservation): Endpoint {
    return this.#identity.local({ ...observation.local, ...unknownProcess(observation) });
  }
}

/** What is counted of a conversation whose bytes are marks. Round trips between points on its way are none of a socket's. */
function withoutBytes(observation: Conversation): Conversation {
  const none = { receivedBytes: 0, sentBytes: 0 };
  if (observation.kind === 'datagrams') return { ...observation, delta: { ...observation.delta, ...none } };
  const { delta, total } = observation;
  return { ...observation, delta: { ...delta, ...none }, total: { ...total, ...none }, unackedBytes: 0, srttUs: 0 };
}

function unknownProcess(observation: { readonly cgroupId: number; readonly netns: number; readonly timeMs: number }) {
  const { cgroupId, netns, timeMs } = observation;
  return { cgroupId, netns, timeMs, pid: 0, comm: '' };
}

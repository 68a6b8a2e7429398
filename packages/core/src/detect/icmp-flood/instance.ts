import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { DatagramObservation, DatagramTotalObservation, Observation } from '../../observation.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { FloodClock } from '../flood-clock.ts';
import { NAMED_SHARE } from '../flood-report.ts';
import { FloodTargets } from '../flood-targets.ts';
import { isNamed } from '../known-sources.ts';
import { OwnSenders } from '../own-senders.ts';
import { icmpClass } from './icmp-type.ts';
import { type IcmpMeasure, judgeReceived, judgeSent, thresholdOf } from './judgement.ts';
import type { IcmpFloodParameters } from './parameters.ts';
import { receivedFinding, sentFinding } from './report.ts';
import { type IcmpLaneName, type IcmpSentAlarm, IcmpTarget } from './target-state.ts';

const CAPACITY = 4096;
/** Part of a floor from which on sources are noted. */
const SUSPICION = 0.25;

export class IcmpFloodInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #p: IcmpFloodParameters;
  readonly #context: DetectorContext;
  readonly #targets = new FloodTargets<IcmpTarget>(CAPACITY, (key, endpoint) => new IcmpTarget(key, endpoint));
  readonly #clock = new FloodClock();
  #findings: Finding[] = [];

  constructor(parameters: IcmpFloodParameters, context: DetectorContext) {
    this.#p = parameters;
    this.#context = context;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#p = { ...this.#p, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind === 'datagrams') {
      if (observation.protocol !== 'ICMP' || observation.loopback || who.remote === null) return;
      this.#observe(observation, this.#holder(observation, who.local), who.remote);
    } else if (observation.kind === 'datagram-total' && observation.withoutConversation > 0) {
      this.#untold(observation, who.local);
    }
  }

  evaluate(nowMs: number): Finding[] {
    const spanMs = this.#clock.roll(nowMs);
    if (spanMs === undefined) return this.#findings.map((finding) => ({ ...finding, count: 0 }));
    const findings: Finding[] = [];
    const sent: { measure: IcmpMeasure; state: IcmpTarget; alarm: IcmpSentAlarm }[] = [];
    const senders = new OwnSenders();
    const told = new Set<string>();
    this.#targets.evaluate(
      (state) => {
        const found = this.#evaluateReceived(state, nowMs, senders, told);
        if (found !== undefined) findings.push(found);
        if (!state.hasMoved) for (const lane of Object.values(state.lanes)) lane.peers = undefined;
        return state.hasMoved || state.isKept;
      },
      (state) => {
        state.roll(spanMs);
        const measure = judgeSent(state, state.outAlarm !== undefined, this.#p);
        state.outAlarm = measure === undefined ? undefined : (state.outAlarm ?? this.#outAlarm(state, measure, nowMs));
        if (measure === undefined || state.outAlarm === undefined) return;
        senders.add(state.outAlarm.source, workloadKey(state.outAlarm.target), measure.rate);
        sent.push({ state, measure, alarm: state.outAlarm });
      },
    );
    for (const { measure, state, alarm } of sent) {
      // Its target is watched here too, and has told of it.
      if (told.has(state.key) || told.has(`>${workloadKey(alarm.target)}`)) continue;
      findings.push(sentFinding(alarm, measure, this.#p, this.#context));
    }
    this.#findings = findings;
    return findings;
  }

  get state(): TableState {
    return this.#targets.state;
  }

  #observe(seen: DatagramObservation, local: Endpoint, remote: Endpoint): void {
    const { receivedPackets, sentPackets, receivedBytes, sentBytes } = seen.delta;
    const peer = seen.remote.ip;
    switch (icmpClass(seen.local.port, peer.includes(':'))) {
      case 'request':
        if (receivedPackets > 0) this.#asked(local, remote, 'Asked', receivedPackets, receivedBytes, peer);
        if (sentPackets > 0) {
          this.#add(local, 'out', sentPackets, sentBytes, peer);
          // Replies to them come in a conversation of their own.
          this.#vouch(local, sentPackets);
        }
        return;
      case 'reply':
        if (sentPackets > 0) this.#asked(local, remote, 'Answered', sentPackets, sentBytes, peer);
        if (receivedPackets > 0) this.#add(local, 'replies', receivedPackets, receivedBytes, peer);
        return;
      case 'discovery':
        if (receivedPackets > 0) this.#add(local, 'discovery', receivedPackets, receivedBytes, peer);
        return;
      default:
        if (receivedPackets > 0) this.#add(local, 'errors', receivedPackets, receivedBytes, peer);
    }
  }

  /** Echo requests to `local`, by their own packets or by its replies. Inside, a few of each source are monitoring. */
  #asked(local: Endpoint, remote: Endpoint, how: 'Asked' | 'Answered', packets: number, bytes: number, peer: string) {
    if (remote.kind === 'world' || this.#context.cluster.isShared(remote)) {
      this.#add(local, `outside${how}`, packets, bytes, peer);
      return;
    }
    const beyond = packets - this.#p.politePackets;
    if (beyond > 0) this.#add(local, `inside${how}`, beyond, bytes, peer);
  }

  #add(local: Endpoint, name: IcmpLaneName, packets: number, bytes: number, peer: string): void {
    const lane = this.#targets.touch(local).lane(name);
    lane.add(packets, bytes, peer, 0, thresholdOf(name, this.#p) * SUSPICION);
  }

  /** The replies to `packets` requests of its own are asked for, whether they come before or after in this span. */
  #vouch(local: Endpoint, packets: number): void {
    this.#targets.touch(local).lane('replies').packets -= packets;
  }

  /** Counted in no conversation, because a flood of forged addresses has filled the table. */
  #untold(total: DatagramTotalObservation, local: Endpoint): void {
    if (total.protocol !== 'ICMP' || total.loopback) return;
    const { receivedPackets, sentPackets } = total.delta;
    const isSent = sentPackets > receivedPackets;
    // What the kernel itself answers belongs to no cgroup of a pod: whose address it was is not known any more.
    if (isSent && !isNamed(local)) return;
    this.#targets.touch(local).lane(isSent ? 'out' : 'outsideAsked').packets += total.withoutConversation;
  }

  /** Echo replies are sent by the kernel, whose socket belongs to no pod: the address tells whose they are. */
  #holder(seen: DatagramObservation, local: Endpoint): Endpoint {
    if (local.kind !== 'node' && local.kind !== 'process') return local;
    const byAddress = this.#context.nameAddress(seen.local.ip);
    return isNamed(byAddress) ? byAddress : local;
  }

  #evaluateReceived(state: IcmpTarget, nowMs: number, senders: OwnSenders, told: Set<string>): Finding | undefined {
    const measure = judgeReceived(state, state.inAlarm !== undefined, this.#p);
    if (measure === undefined) {
      state.inAlarm = undefined;
      return undefined;
    }
    const loudest = measure.lane.peers?.loudest;
    const isNamedSource = loudest !== undefined && loudest.share >= NAMED_SHARE;
    const source = isNamedSource
      ? this.#context.nameAddress(loudest.ip)
      : (senders.behind(state.key, measure.rate) ?? null);
    state.inAlarm ??= { sinceMs: nowMs, source };
    if (state.inAlarm.source !== null) told.add(workloadKey(state.inAlarm.source));
    told.add(`>${state.key}`);
    // The name decided at opening stays; who is found later is told of beside it.
    const sender = state.inAlarm.source === null ? senders.behind(state.key, measure.rate) : undefined;
    return receivedFinding(state, state.inAlarm, measure, this.#p, this.#context, sender);
  }

  /** Who is named for a flood by one of ours. An address that is not its own was forged. */
  #outAlarm(state: IcmpTarget, measure: IcmpMeasure, nowMs: number): IcmpSentAlarm | undefined {
    const { nameAddress, cluster } = this.#context;
    const loudest = measure.lane.peers?.loudest;
    if (loudest === undefined) return undefined;
    const isForged = isNamed(state.endpoint) && workloadKey(nameAddress(state.endpoint.ip)) !== state.key;
    const source = isForged ? { ...state.endpoint, ip: '' } : state.endpoint;
    return { sinceMs: nowMs, source, target: cluster.behind(nameAddress(loudest.ip)) };
  }
}

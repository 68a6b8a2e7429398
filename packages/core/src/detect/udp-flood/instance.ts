import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type {
  DatagramObservation,
  DatagramTotalObservation,
  Observation,
  ProbeObservation,
} from '../../observation.ts';
import { RecentPairs } from '../../sketch/recent-pairs.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { FloodClock } from '../flood-clock.ts';
import { NAMED_SHARE } from '../flood-report.ts';
import { FloodTargets } from '../flood-targets.ts';
import { isNamed } from '../known-sources.ts';
import { OwnSenders } from '../own-senders.ts';
import { DhcpRequests } from './dhcp-requests.ts';
import { judgeReceived, judgeSent, type UdpMeasure } from './judgement.ts';
import type { UdpFloodParameters } from './parameters.ts';
import { receivedFinding, sentFinding } from './report.ts';
import { type SentAlarm, UdpTarget } from './target-state.ts';

/** Workloads at once. A node of 110 pods has some hundreds, a capture may have more. */
const CAPACITY = 4096;
const ANSWERED_CAPACITY = 8192;
const ANSWERED_MS = 60_000;
/** A conversation is asked for its past only when it moved so much at once. */
const HEAVY = 50;
/** Part of a floor from which on sources are noted. */
const SUSPICION = 0.25;
/** Packets a port from which on probes of one source are a flood and no scan, retries included (nmap sends up to 10). */
const HAMMERED = 12;
/** A source of so few packets at once takes part in a spoofed flood, or is nothing. */
const LIGHT = 3;
/** Above this no scan goes (FastNetMon's ban of a whole host). */
const BEYOND_SCANS = 20_000;
const DHCP_SERVER = 67;

export class UdpFloodInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #p: UdpFloodParameters;
  readonly #context: DetectorContext;
  readonly #targets = new FloodTargets<UdpTarget>(CAPACITY, (key, endpoint) => new UdpTarget(key, endpoint));
  /** Pairs in which the target has answered a heavy source, or asked it. */
  readonly #answered = new RecentPairs(ANSWERED_CAPACITY, ANSWERED_MS);
  readonly #dhcp = new DhcpRequests();
  readonly #clock = new FloodClock();
  #findings: Finding[] = [];

  constructor(parameters: UdpFloodParameters, context: DetectorContext) {
    this.#p = parameters;
    this.#context = context;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#p = { ...this.#p, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    switch (observation.kind) {
      case 'datagrams':
        if (observation.protocol !== 'UDP' || observation.loopback || who.remote === null) return;
        if (observation.role === 'client') this.#sent(observation, who.local, who.remote);
        else this.#received(observation, who.local, who.remote);
        return;
      case 'datagram-total':
        if (observation.withoutConversation > 0) this.#untold(observation, who.local);
        return;
      case 'probe':
        if (observation.shapes.udp > 0 && who.remote !== null) this.#closed(observation, who.local, who.remote);
        return;
      case 'drop':
        if (observation.reason === 'SOCKET_RCVBUFF') this.#targets.touch(who.local).bufferDrops += observation.packets;
    }
  }

  evaluate(nowMs: number): Finding[] {
    const spanMs = this.#clock.roll(nowMs);
    if (spanMs === undefined) return this.#findings.map((finding) => ({ ...finding, count: 0 }));
    const findings: Finding[] = [];
    const sent: { state: UdpTarget; measure: UdpMeasure; alarm: SentAlarm }[] = [];
    const senders = new OwnSenders();
    const told = new Set<string>();
    this.#targets.evaluate(
      (state) => {
        const found = this.#evaluateReceived(state, nowMs, senders, told);
        if (found !== undefined) findings.push(found);
        state.bufferDrops = 0;
        if (!state.isKept) for (const lane of Object.values(state.lanes)) lane.renewPeers();
        return state.hasMoved || state.isKept;
      },
      (state) => {
        state.roll(spanMs);
        const measure = judgeSent(state, state.outAlarm !== undefined, this.#p);
        state.outAlarm = measure === undefined ? undefined : (state.outAlarm ?? this.#outAlarm(state, measure, nowMs));
        if (measure === undefined || state.outAlarm === undefined) return;
        const { source, target } = state.outAlarm;
        senders.add(source, target === null ? undefined : workloadKey(target), measure.rate);
        sent.push({ state, measure, alarm: state.outAlarm });
      },
    );
    for (const { state, measure, alarm } of sent) {
      // Its target is watched here too, and has told of it.
      if (told.has(state.key) || (alarm.target !== null && told.has(`>${workloadKey(alarm.target)}`))) continue;
      findings.push(sentFinding(alarm, measure, this.#p, this.#context));
    }
    const starved = this.#dhcp.evaluate(nowMs, spanMs, this.#p);
    if (starved !== undefined) findings.push(starved);
    this.#findings = findings;
    return findings;
  }

  get state(): TableState {
    const { entries, capacity, evicted } = this.#targets.state;
    const answered = this.#answered;
    return {
      entries: entries + answered.size,
      capacity: capacity + answered.capacity,
      evicted: evicted + answered.evicted,
    };
  }

  #received(seen: DatagramObservation, local: Endpoint, remote: Endpoint): void {
    const { receivedPackets, sentPackets, receivedBytes } = seen.delta;
    if (seen.local.port === DHCP_SERVER && seen.remote.port === DHCP_SERVER + 1) {
      this.#dhcp.add(seen, local, remote);
      return;
    }
    const p = this.#p;
    let packets = unanswered(receivedPackets, sentPackets, p.answerWeight);
    if (packets === 0) return;
    if (receivedPackets >= HEAVY && this.#consents(seen, sentPackets > 0)) packets /= p.consentFactor;
    const isOutside = this.#isOutside(remote);
    const floor = isOutside ? p.outsidePacketsPerSecond : p.insidePacketsPerSecond;
    const state = this.#targets.touch(local);
    const lane = state.lane(isOutside ? 'outside' : 'inside');
    if (packets < 0) lane.packets = Math.max(0, lane.packets + packets);
    else lane.add(packets, receivedBytes, seen.remote.ip, seen.local.port, floor * SUSPICION);
  }

  #sent(seen: DatagramObservation, local: Endpoint, remote: Endpoint): void {
    const { receivedPackets, sentPackets, sentBytes } = seen.delta;
    // What it asked for goes on for a moment after its socket is closed.
    if (receivedPackets >= HEAVY) this.#answered.add(seen.remote.ip, seen.local.ip, seen.timeMs);
    let packets = unanswered(sentPackets, receivedPackets, this.#p.answerWeight);
    if (packets <= 0) return;
    if (sentPackets >= HEAVY && this.#consents(seen, receivedPackets > 0)) packets /= this.#p.consentFactor;
    const lane = this.#targets.touch(local).lane('out');
    const suspicion = this.#p.insidePacketsPerSecond * SUSPICION;
    lane.add(packets, sentBytes, seen.remote.ip === '' ? remote.ip : seen.remote.ip, seen.remote.port, suspicion);
  }

  /** Counted by the kernel in no conversation, because its table is full: by this flood, or by one elsewhere. */
  #untold(total: DatagramTotalObservation, local: Endpoint): void {
    if (total.protocol !== 'UDP' || total.loopback) return;
    const { receivedPackets, sentPackets, receivedBytes, sentBytes } = total.delta;
    const p = this.#p;
    const isReceived = receivedPackets > p.answerWeight * sentPackets;
    if (!isReceived && sentPackets <= p.answerWeight * receivedPackets) return;
    const state = this.#targets.touch(local);
    const lane = state.lane(isReceived ? (state.inAlarm === undefined ? 'untold' : 'outside') : 'out');
    const share = total.withoutConversation / Math.max(1, receivedPackets + sentPackets);
    lane.packets += total.withoutConversation;
    lane.bytes += Math.min(1, share) * (isReceived ? receivedBytes : sentBytes);
  }

  #closed(probe: ProbeObservation, local: Endpoint, remote: Endpoint): void {
    let packets = probe.shapes.udp;
    const isHammering = packets >= HAMMERED * Math.max(1, probe.distinctPorts) || packets >= BEYOND_SCANS;
    if (!isHammering && packets > LIGHT) return;
    const p = this.#p;
    if (isHammering && this.#answered.has(probe.sourceIp, probe.targetIp, probe.timeMs)) packets /= p.consentFactor;
    const isOutside = this.#isOutside(remote);
    const state = this.#targets.touch(local);
    const floor = isOutside ? p.closedPacketsPerSecond : p.insidePacketsPerSecond;
    const lane = isOutside ? 'closedOutside' : 'closedInside';
    if (isHammering) state.lane(lane).add(packets, 0, probe.sourceIp, probe.lastPort, floor * SUSPICION);
    else state.lane('closedLight').add(packets, 0, probe.sourceIp, probe.lastPort, 0);
  }

  /** Whether the target has answered the sender lately; a pair that goes on is remembered as long as it does. */
  #consents(seen: DatagramObservation, answersNow: boolean): boolean {
    const [remote, local] = [seen.remote.ip, seen.local.ip];
    if (!answersNow && !this.#answered.has(remote, local, seen.timeMs)) return false;
    this.#answered.add(remote, local, seen.timeMs);
    return true;
  }

  /** A shared address hides whole networks: the thresholds of outside hold for it (kubernetes-rules, SNAT). */
  #isOutside(remote: Endpoint): boolean {
    return remote.kind === 'world' || this.#context.cluster.isShared(remote);
  }

  #evaluateReceived(state: UdpTarget, nowMs: number, senders: OwnSenders, told: Set<string>): Finding | undefined {
    const measure = judgeReceived(state, state.inAlarm !== undefined, this.#p, this.#context, nowMs);
    if (measure === undefined) {
      state.inAlarm = undefined;
      return undefined;
    }
    state.inAlarm ??= { sinceMs: nowMs, source: this.#sourceOf(state, measure, senders) };
    if (state.inAlarm.source !== null) told.add(workloadKey(state.inAlarm.source));
    told.add(`>${state.key}`);
    // The name decided at opening stays; who is found later is told of beside it.
    const sender = state.inAlarm.source === null ? senders.behind(state.key, measure.lane.rate) : undefined;
    return receivedFinding(state, state.inAlarm, measure, this.#p, this.#context, sender);
  }

  /** Who a flood is from: the loudest, if it is most of it; else whoever of ours sends as much to it. */
  #sourceOf(state: UdpTarget, { loudest, share, lane }: UdpMeasure, senders: OwnSenders): Endpoint | null {
    if (loudest !== undefined && share >= NAMED_SHARE) return this.#context.nameAddress(loudest);
    return senders.behind(state.key, lane.rate) ?? null;
  }

  /** Who is named for a flood by one of ours. An address that is not its own was forged. */
  #outAlarm(state: UdpTarget, measure: UdpMeasure, nowMs: number): SentAlarm {
    const { nameAddress, cluster } = this.#context;
    const isForged = workloadKey(nameAddress(state.endpoint.ip)) !== state.key && isNamed(state.endpoint);
    const source = isForged ? { ...state.endpoint, ip: '' } : state.endpoint;
    const target = measure.loudest === undefined ? null : cluster.behind(nameAddress(measure.loudest));
    return { sinceMs: nowMs, source, target };
  }
}

/** What of `packets` no packet the other way vouches for; below 0 when only answers came: to packets of before. */
function unanswered(packets: number, answers: number, weight: number): number {
  if (answers === 0) return packets;
  return packets === 0 ? -answers : Math.max(0, packets - weight * answers);
}

import type { CloseReason, Observation } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import { connectionObservation } from './connection-report.ts';
import type { HostTable } from './host-table.ts';
import type { ListenerBook } from './listener-book.ts';
import { ACK, FIN, type Packet, RST, SYN, TCP } from './packet.ts';
import type { SampledPorts } from './payload-sampling.ts';
import type { ProbeBook } from './probe-book.ts';
import { guessClient } from './role-guess.ts';
import { pairKey } from './socket-pair.ts';
import { CLOSED, ESTABLISHED, SYN_RECEIVED, SYN_SENT, type TcpFlow, UNCLEAR } from './tcp-flow.ts';
import { TcpSamples } from './tcp-samples.ts';
import { countSegment, isFinished } from './tcp-segment.ts';
import { SHAPE_RST, SHAPE_SYN_ACK, tcpShape } from './tcp-shape.ts';
import { FRESH, GONE, HALF_CLOSED, OPEN, TcpTable, WAITING } from './tcp-table.ts';

/** A first contact without an answer for this long has failed, whatever may still come (docs/adr/0005; trap 22). */
const ANSWER_MS = 1000;
/** The longest wait between two SYNs that Linux makes (tcp_syn_retries 6) is 64 s. */
const GIVE_UP_MS = 65_000;
const TIMEOUT_RETRANSMITS = 6;
/** tcp_fin_timeout of Linux. */
const HALF_CLOSED_MS = 60_000;
/** Far above what applications leave a connection silent for without keep-alive; after it, it may have ended unseen. */
const IDLE_MS = 3_600_000;
/** Packets of a closed connection that come within this are late ones (kubernetes-rules: 120 s). */
const LATE_MS = 120_000;
/** A SYN on an open connection begins a new one when the old one has been silent for so long. */
const REUSE_MS = 5000;

/** TCP connections as the sockets at both of their ends would tell of them, and packets that belong to none. */
export class TcpTracker {
  readonly #hosts: HostTable;
  readonly #listeners: ListenerBook;
  readonly #probes: ProbeBook;
  readonly #observe: (observation: Observation) => void;
  readonly #table: TcpTable;
  readonly #samples: TcpSamples | undefined;
  readonly #key = new Int32Array(9);
  #dirty: TcpFlow[] = [];
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor(
    hosts: HostTable,
    listeners: ListenerBook,
    probes: ProbeBook,
    observe: (observation: Observation) => void,
    sampled: SampledPorts | undefined,
  ) {
    this.#samples = sampled && new TcpSamples(sampled, observe);
    this.#hosts = hosts;
    this.#listeners = listeners;
    this.#probes = probes;
    this.#observe = observe;
    this.#table = new TcpTable((flow, list) => this.#evicted(flow, list));
  }

  segment(packet: Packet, nowMs: number): void {
    this.#nowMs = nowMs;
    const sender = pairKey(this.#key, packet.source, packet.target, packet.sourcePort, packet.targetPort);
    const flow = this.#table.find(this.#key);
    if (flow === undefined) {
      this.#begin(this.#table.add(this.#key, nowMs), packet, sender);
      return;
    }
    flow.ends[sender].host!.hasSent = true;
    switch (flow.state) {
      case ESTABLISHED:
        this.#established(flow, packet, sender);
        break;
      case SYN_SENT:
        this.#synSent(flow, packet, sender);
        break;
      case SYN_RECEIVED:
        this.#synReceived(flow, packet, sender);
        break;
      case UNCLEAR:
        this.#unclear(flow, packet, sender);
        break;
      default:
        this.#late(flow, packet, sender);
    }
  }

  /** An ICMP error says that a segment did not arrive. Only a connection that is being opened ends by it. */
  failed(packet: Packet, isPortClosed: boolean, nowMs: number): void {
    const quoted = packet.quoted;
    if (quoted?.protocol !== TCP) return;
    this.#nowMs = nowMs;
    const sender = pairKey(this.#key, quoted.source, quoted.target, quoted.sourcePort, quoted.targetPort);
    const flow = this.#table.find(this.#key);
    if (flow === undefined || flow.state !== SYN_SENT || flow.client !== sender) return;
    if (this.#table.listOf(flow) === FRESH) this.#countFailedSyn(flow);
    const reason = isPortClosed ? 'refused' : 'unreachable';
    this.#close(flow, reason, reason);
  }

  /** The SYN never arrived, and somebody else says so: nobody waits for its answer, and it is no probe. */
  withdraw(packet: Packet): void {
    const sender = pairKey(this.#key, packet.source, packet.target, packet.sourcePort, packet.targetPort);
    const flow = this.#table.find(this.#key);
    if (flow === undefined || flow.state !== SYN_SENT || flow.client !== sender) return;
    if (this.#table.listOf(flow) !== FRESH) return;
    this.#samples?.flush(flow, this.#nowMs);
    this.#table.remove(flow);
  }

  /** When the next first contact has waited long enough, or Infinity. */
  get nextDueMs(): number {
    const flow = this.#table.oldest(FRESH);
    return flow === undefined ? Number.POSITIVE_INFINITY : flow.startMs + ANSWER_MS;
  }

  /** Judges what was not answered within a second. */
  judge(nowMs: number): void {
    this.#nowMs = nowMs;
    for (;;) {
      const flow = this.#table.oldest(FRESH);
      if (flow === undefined || flow.startMs + ANSWER_MS > nowMs) return;
      if (flow.state === UNCLEAR) {
        this.#countStray(flow);
        continue;
      }
      this.#table.move(flow, WAITING);
      flow.isDirty = false;
      if (flow.state === SYN_SENT) this.#countFailedSyn(flow);
      this.#tellAttempt(flow, null);
    }
  }

  /** Once a second: what moved. Then what has been silent for too long ends. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    const moved = this.#dirty;
    this.#dirty = [];
    for (const flow of moved) {
      if (!flow.isDirty) continue;
      flow.isDirty = false;
      if (flow.state === ESTABLISHED) this.#tellBoth(flow, nowMs);
      else if (this.#table.listOf(flow) === WAITING) this.#tellAttempt(flow, null);
    }
    this.#endSilent(WAITING, GIVE_UP_MS, (flow) => this.#giveUp(flow));
    this.#endSilent(HALF_CLOSED, HALF_CLOSED_MS, (flow) => this.#close(flow, finReason(flow, 0), finReason(flow, 1)));
    this.#endSilent(OPEN, IDLE_MS, (flow) => this.#abandon(flow));
    this.#endSilent(GONE, LATE_MS, (flow) => this.#table.remove(flow));
  }

  /** Tells of everything that is open as far as it is known, and forgets all: the clock is set anew. */
  forget(): void {
    for (const list of [FRESH, WAITING, OPEN, HALF_CLOSED, GONE]) {
      for (let flow = this.#table.oldest(list); flow !== undefined; flow = this.#table.oldest(list)) {
        this.#evicted(flow, list);
        this.#table.remove(flow);
      }
    }
    this.#dirty = [];
  }

  /** Pairs of sockets that were seen, whether or not they became connections. */
  get begun(): number {
    return this.#table.begun;
  }

  /** Open connections that were given up for lack of room. */
  get lost(): number {
    return this.#table.evicted(OPEN) + this.#table.evicted(HALF_CLOSED);
  }

  get state(): TableState {
    return this.#table.state;
  }

  /** Segments whose payload waits for one before it; undefined where payload is not told. */
  get earlySegments(): TableState | undefined {
    return this.#samples?.state;
  }

  #begin(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    const receiver = sender === 0 ? 1 : 0;
    const source = this.#hosts.get(packet.source);
    source.hasSent = true;
    flow.ends[sender].host = source;
    flow.ends[sender].port = packet.sourcePort;
    flow.ends[receiver].host = this.#hosts.get(packet.target);
    flow.ends[receiver].port = packet.targetPort;
    flow.client = sender;
    if (isFirstSyn(packet.flags)) this.#firstSyn(flow, packet, sender);
    else this.#firstUnclear(flow, packet, sender);
  }

  /** The same two sockets again, with a packet that begins something. */
  #beginAgain(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    this.#samples?.flush(flow, this.#nowMs);
    this.#table.restart(flow, this.#nowMs);
    this.#begin(flow, packet, sender);
  }

  #firstSyn(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    const end = flow.ends[sender];
    const target = flow.ends[sender === 0 ? 1 : 0];
    flow.state = SYN_SENT;
    flow.flags = packet.flags;
    flow.isRaw = packet.isRawSyn;
    end.initial = packet.sequence;
    end.sent.begin(packet.sequence + 1);
    end.segmentSize = packet.segmentSize;
    // Data in a SYN (TCP Fast Open) is data.
    end.packets = 1;
    if (packet.payloadBytes > 0) {
      const first = (packet.sequence + 1) | 0;
      end.sent.add(first, packet.payloadBytes);
      this.#samples?.segment(flow, sender, packet, first, this.#nowMs);
    }
    flow.listener = this.#listeners.syn(target.host!, target.port, end.host!, this.#nowMs);
  }

  #firstUnclear(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    const { flags } = packet;
    const end = flow.ends[sender];
    flow.state = UNCLEAR;
    flow.flags = flags;
    flow.repeats = 1;
    end.initial = packet.sequence;
    end.acknowledged = packet.acknowledgement;
    if ((flags & RST) !== 0) {
      this.#countStray(flow);
    } else if ((flags & (ACK | SYN)) === ACK) {
      if (packet.payloadBytes > 0) this.#midStream(flow, packet, sender);
      else end.packets = 1;
    } else if (flags === (SYN | ACK)) {
      end.packets = 1;
      end.sent.begin(packet.sequence + 1);
      end.segmentSize = packet.segmentSize;
    } else if (this.#targetListener(flow)?.answers === 'open') {
      this.#countStray(flow);
    }
  }

  #unclear(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    const { flags } = packet;
    if (isFirstSyn(flags)) {
      this.#countStray(flow);
      this.#beginAgain(flow, packet, sender);
      return;
    }
    const end = flow.ends[sender];
    if (sender !== flow.client) {
      if ((flags & RST) !== 0) this.#countStray(flow);
      else if (flow.flags === (SYN | ACK)) this.#fromSynAck(flow, packet, sender);
      else this.#midStream(flow, packet, sender);
      return;
    }
    const isRepeated =
      flags === flow.flags &&
      packet.payloadBytes === 0 &&
      packet.sequence === end.initial &&
      packet.acknowledgement === end.acknowledged;
    // Without ACK it is no segment of a connection, however often it comes.
    if (isRepeated || (flags & ACK) === 0) {
      flow.repeats++;
      end.packets++;
    } else {
      this.#midStream(flow, packet, sender);
    }
  }

  /** The answer to a SYN-ACK whose SYN the capture does not have: so the answering end is the client. */
  #fromSynAck(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    flow.client = sender;
    flow.state = ESTABLISHED;
    this.#table.move(flow, OPEN);
    this.#established(flow, packet, sender);
  }

  #midStream(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    flow.preexisting = true;
    flow.client = guessClient(flow, (host, port) => this.#listeners.isOpen(host, port));
    flow.state = ESTABLISHED;
    this.#table.move(flow, OPEN);
    this.#established(flow, packet, sender);
  }

  #synSent(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    const { flags } = packet;
    const end = flow.ends[sender];
    if (sender === flow.client) {
      if (isFirstSyn(flags)) this.#synAgain(flow, packet, sender);
      else if ((flags & RST) !== 0) this.#close(flow, 'gave-up', 'gave-up');
      else if ((flags & (ACK | SYN)) === ACK && this.#isHalfOfConnection(flow, packet))
        this.#establish(flow, packet, sender);
      else this.#count(flow, sender);
      return;
    }
    const client = flow.ends[flow.client];
    const answersSyn =
      packet.acknowledgement === client.sent.next || packet.acknowledgement === ((client.initial + 1) | 0);
    if ((flags & RST) !== 0) {
      this.#refused(flow, sender);
    } else if ((flags & (SYN | ACK)) === (SYN | ACK)) {
      if (!answersSyn) return;
      flow.state = SYN_RECEIVED;
      flow.answeredMs = this.#nowMs;
      end.initial = packet.sequence;
      end.sent.begin(packet.sequence + 1);
      end.segmentSize = packet.segmentSize;
      client.srttUs = Math.round((this.#nowMs - flow.startMs) * 1000);
      this.#count(flow, sender);
      flow.isHalfOpen = true;
      if (flow.listener) this.#listeners.answered(flow.listener);
    } else if ((flags & ACK) !== 0 && answersSyn) {
      // The SYN-ACK is not in the capture.
      this.#establish(flow, packet, sender);
    }
  }

  #synReceived(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    const { flags } = packet;
    const server = flow.ends[flow.client === 0 ? 1 : 0];
    if (sender === flow.client) {
      if (isFirstSyn(flags)) {
        this.#synAgain(flow, packet, sender);
      } else if ((flags & RST) !== 0) {
        // A bare RST is what a host answers that has no socket for a SYN-ACK (RFC 9293, 3.10.7.1): a raw sender's.
        this.#count(flow, sender);
        const client = flow.ends[flow.client];
        if ((flags & ACK) === 0) {
          this.#probes.add(server.host!, client.host!, client.port, SHAPE_SYN_ACK, server.packets, this.#nowMs);
        }
        this.#close(flow, 'gave-up', 'gave-up');
      } else if ((flags & ACK) !== 0 && ((packet.acknowledgement - server.initial) | 0) > 0) {
        server.srttUs = Math.round((this.#nowMs - flow.answeredMs) * 1000);
        this.#establish(flow, packet, sender);
      } else {
        this.#count(flow, sender);
      }
    } else if ((flags & RST) !== 0) {
      this.#count(flow, sender);
      this.#close(flow, 'refused', 'refused');
    } else if ((flags & SYN) !== 0) {
      server.retransmits++;
      this.#count(flow, sender);
    } else {
      this.#establish(flow, packet, sender);
    }
  }

  /** Another SYN of the client: a retransmission, or a new connection from the same port. */
  #synAgain(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    const end = flow.ends[sender];
    if (packet.sequence !== end.initial) {
      if (end.isReported) this.#close(flow, 'gave-up', 'gave-up');
      else this.#dequeue(flow);
      this.#beginAgain(flow, packet, sender);
      return;
    }
    end.retransmits++;
    this.#count(flow, sender);
    if (flow.listener) this.#listeners.retransmitted(flow.listener);
  }

  /** An ACK for a SYN-ACK that the capture does not have: of one direction only, or with a gap. */
  #isHalfOfConnection(flow: TcpFlow, packet: Packet): boolean {
    const client = flow.ends[flow.client];
    const server = flow.ends[flow.client === 0 ? 1 : 0];
    if (packet.sequence !== client.sent.next && packet.sequence !== ((client.initial + 1) | 0)) return false;
    return packet.payloadBytes > 0 || !server.host!.hasSent;
  }

  #establish(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    const { listener } = flow;
    flow.state = ESTABLISHED;
    if (listener) {
      if (!flow.isHalfOpen) this.#listeners.answered(listener);
      this.#listeners.dequeued(listener);
      flow.isHalfOpen = false;
      this.#listeners.completed(listener, flow.ends[flow.client].host!, this.#nowMs);
    }
    this.#table.move(flow, OPEN);
    this.#samples?.flush(flow, this.#nowMs);
    this.#established(flow, packet, sender);
  }

  #established(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    const { flags } = packet;
    const nowMs = this.#nowMs;
    if ((flags & (SYN | ACK | RST)) === SYN && packet.sequence !== flow.ends[sender].initial) {
      if (nowMs - flow.lastMs > REUSE_MS || flow.ends[0].hasFin || flow.ends[1].hasFin) {
        this.#close(flow, finReason(flow, 0), finReason(flow, 1));
        this.#beginAgain(flow, packet, sender);
      }
      return;
    }
    const end = flow.ends[sender];
    const peer = flow.ends[sender === 0 ? 1 : 0];
    if ((flags & RST) !== 0) {
      if (end.sent.isKnown && isFarOff(packet.sequence, end.sent.next)) return;
      end.packets++;
      const isOver = end.hasFin && peer.hasFin;
      const reasons: [CloseReason, CloseReason] = isOver ? ['fin', 'fin'] : ['reset-received', 'reset-received'];
      if (!isOver) reasons[sender] = 'reset-sent';
      this.#close(flow, reasons[0], reasons[1]);
      return;
    }
    countSegment(end, peer, packet);
    if (this.#samples !== undefined) this.#sample(this.#samples, flow, packet, sender);
    flow.lastMs = nowMs;
    if (!flow.isDirty) {
      flow.isDirty = true;
      this.#dirty.push(flow);
    }
    if (!end.hasFin && !peer.hasFin) this.#table.touch(flow);
    else if (isFinished(end, peer)) this.#close(flow, 'fin', 'fin');
    else this.#table.move(flow, HALF_CLOSED);
  }

  #sample(samples: TcpSamples, flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    const peer = sender === 0 ? 1 : 0;
    const hasAck = (packet.flags & ACK) !== 0;
    if (hasAck && flow.ends[peer].early !== undefined)
      samples.acknowledged(flow, peer, packet.acknowledgement, this.#nowMs);
    samples.segment(flow, sender, packet, packet.sequence, this.#nowMs);
  }

  /** Something on a pair of sockets whose connection is over, or that was counted as a probe. */
  #late(flow: TcpFlow, packet: Packet, sender: 0 | 1): void {
    const { flags } = packet;
    if (isFirstSyn(flags)) {
      this.#beginAgain(flow, packet, sender);
      return;
    }
    if (!flow.isProbe || (flags & RST) !== 0) return;
    if (sender === flow.client && flags === flow.flags && packet.payloadBytes === 0) {
      flow.repeats = 1;
      this.#countStray(flow);
    } else {
      // So it was the middle of a connection after all.
      this.#beginAgain(flow, packet, sender);
    }
  }

  #refused(flow: TcpFlow, sender: 0 | 1): void {
    this.#count(flow, sender);
    if (flow.listener) this.#listeners.refused(flow.listener);
    if (this.#table.listOf(flow) === FRESH) this.#countFailedSyn(flow);
    this.#close(flow, 'refused', 'refused');
  }

  /** A SYN that was refused or not answered found no socket, unless the port is known to be open. */
  #countFailedSyn(flow: TcpFlow): void {
    if (flow.listener?.answers === 'open') return;
    const client = flow.ends[flow.client];
    const target = flow.ends[flow.client === 0 ? 1 : 0];
    const shape = tcpShape(flow.flags);
    this.#probes.add(client.host!, target.host!, target.port, shape, client.packets, this.#nowMs);
  }

  /** A packet that began nothing and was not answered, or by a RST. */
  #countStray(flow: TcpFlow): void {
    const source = flow.ends[flow.client];
    const target = flow.ends[flow.client === 0 ? 1 : 0];
    const shape = tcpShape(flow.flags);
    const isAnswer = shape === SHAPE_RST || shape === SHAPE_SYN_ACK;
    const listener = isAnswer ? undefined : this.#targetListener(flow);
    if (listener?.answers === 'open') {
      this.#listeners.stray(listener, (flow.flags & (ACK | SYN)) === ACK, flow.repeats);
    } else {
      this.#probes.add(source.host!, target.host!, target.port, shape, flow.repeats, this.#nowMs);
    }
    flow.isProbe = true;
    flow.state = CLOSED;
    flow.isDirty = false;
    flow.lastMs = this.#nowMs;
    this.#table.move(flow, GONE);
  }

  #targetListener(flow: TcpFlow) {
    const target = flow.ends[flow.client === 0 ? 1 : 0];
    return this.#listeners.find(target.host!, target.port);
  }

  #count(flow: TcpFlow, sender: 0 | 1): void {
    flow.ends[sender].packets++;
    flow.lastMs = this.#nowMs;
    if (this.#table.listOf(flow) !== WAITING) return;
    this.#table.touch(flow);
    if (flow.isDirty) return;
    flow.isDirty = true;
    this.#dirty.push(flow);
  }

  #close(flow: TcpFlow, first: CloseReason, second: CloseReason): void {
    this.#dequeue(flow);
    this.#samples?.flush(flow, this.#nowMs);
    const client = flow.client;
    const server = client === 0 ? 1 : 0;
    const reasons = [first, second] as const;
    if (flow.state === ESTABLISHED) {
      this.#observe(connectionObservation(flow, client, this.#nowMs, reasons[client]));
      this.#observe(connectionObservation(flow, server, this.#nowMs, reasons[server]));
    } else {
      this.#tellAttempt(flow, reasons[client]);
    }
    flow.state = CLOSED;
    flow.isDirty = false;
    flow.lastMs = this.#nowMs;
    this.#table.move(flow, GONE);
  }

  /** Ends it for us; should it go on, that is the middle of a connection again. */
  #abandon(flow: TcpFlow): void {
    this.#close(flow, 'unknown', 'unknown');
    this.#table.remove(flow);
  }

  #dequeue(flow: TcpFlow): void {
    if (flow.isHalfOpen && flow.listener) this.#listeners.dequeued(flow.listener);
    flow.isHalfOpen = false;
  }

  #giveUp(flow: TcpFlow): void {
    const reason = flow.ends[flow.client].retransmits >= TIMEOUT_RETRANSMITS ? 'timeout' : 'gave-up';
    this.#close(flow, reason, reason);
  }

  /** What the client's socket tells of a connection that is not open: a raw sender has none, as live. */
  #tellAttempt(flow: TcpFlow, reason: CloseReason | null): void {
    if (!flow.isRaw) this.#observe(connectionObservation(flow, flow.client, this.#nowMs, reason));
  }

  #tellBoth(flow: TcpFlow, nowMs: number): void {
    const client = flow.client;
    this.#observe(connectionObservation(flow, client, nowMs, null));
    this.#observe(connectionObservation(flow, client === 0 ? 1 : 0, nowMs, null));
  }

  #endSilent(list: number, silentMs: number, end: (flow: TcpFlow) => void): void {
    for (;;) {
      const flow = this.#table.oldest(list);
      if (flow === undefined || this.#nowMs - flow.lastMs < silentMs) return;
      end(flow);
    }
  }

  /** What has to make room is judged now: a scan or flood so fast that its second is not over must not be lost. */
  #evicted(flow: TcpFlow, list: number): void {
    if (list === GONE) return;
    if (flow.state === UNCLEAR) {
      this.#countStray(flow);
    } else if (list === FRESH || list === WAITING) {
      if (list === FRESH && flow.state === SYN_SENT) this.#countFailedSyn(flow);
      this.#giveUp(flow);
    } else {
      this.#close(flow, 'unknown', 'unknown');
    }
  }
}

/** Linux takes a SYN whatever PSH, URG, ECE and CWR say. */
function isFirstSyn(flags: number): boolean {
  return (flags & (SYN | ACK | RST | FIN)) === SYN;
}

/** A reset that is nowhere near the stream is not of this connection: forged, or very late. */
function isFarOff(sequence: number, next: number): boolean {
  const distance = (sequence - next) | 0;
  return distance > 0x100000 || distance < -0x100000;
}

/** An end that has sent its FIN is done; the other one would wait for ever. */
function finReason(flow: TcpFlow, index: 0 | 1): CloseReason {
  return flow.ends[index].hasFin ? 'fin' : 'timeout';
}

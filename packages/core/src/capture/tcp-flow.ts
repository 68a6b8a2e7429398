import type { Host } from './host.ts';
import type { Listener } from './listener.ts';
import { SentBytes } from './sent-bytes.ts';

/** What is known of a pair of sockets. */
export const SYN_SENT = 1;
export const SYN_RECEIVED = 2;
export const ESTABLISHED = 3;
/** Its first packet began nothing: a probe, or the middle of a connection whose beginning the capture does not have. */
export const UNCLEAR = 4;
/** Over; kept for a while, so that late packets are not taken for something new. */
export const CLOSED = 5;

/** A segment that waits for one before it. `bytes` is a copy. */
export interface EarlySegment {
  readonly offset: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** One end: what it sent, and what was reported of it. */
export class TcpEnd {
  host: Host | undefined;
  port = 0;
  readonly sent = new SentBytes();
  packets = 0;
  retransmits = 0;
  /** The sequence number of its SYN; of its FIN, once it has sent one. */
  initial = 0;
  fin = 0;
  hasFin = false;
  /** What it acknowledged last of the other end. */
  acknowledged = 0;
  hasAcknowledged = false;
  segmentSize = 0;
  srttUs = 0;
  /** Whether an observation told of this socket, and the counters it told. */
  isReported = false;
  reportedReceivedBytes = 0;
  reportedSentBytes = 0;
  reportedReceivedPackets = 0;
  reportedSentPackets = 0;
  reportedRetransmits = 0;
  /** Of its payload: segments that were told, the offset behind them, and later ones that came too early. */
  sampledSegments = 0;
  sampledTo = 0;
  early: EarlySegment[] | undefined;

  reset(): void {
    this.host = undefined;
    this.sent.reset();
    this.packets = 0;
    this.retransmits = 0;
    this.initial = 0;
    this.fin = 0;
    this.hasFin = false;
    this.acknowledged = 0;
    this.hasAcknowledged = false;
    this.segmentSize = 0;
    this.srttUs = 0;
    this.isReported = false;
    this.reportedReceivedBytes = 0;
    this.reportedSentBytes = 0;
    this.reportedReceivedPackets = 0;
    this.reportedSentPackets = 0;
    this.reportedRetransmits = 0;
    this.sampledSegments = 0;
    this.sampledTo = 0;
    this.early = undefined;
  }
}

/** One pair of sockets. Objects are used again: `number` tells one connection from the next in the same place. */
export class TcpFlow {
  /** Its place in the table; -1 when it has none. */
  slot = -1;
  number = 0;
  state = CLOSED;
  /** Which end is the client, 0 or 1 (for an unclear one: which sent first). */
  client: 0 | 1 = 0;
  /** It was open before the capture began: counts are from then on, and who is the client is a guess by ports. */
  preexisting = false;
  readonly ends: readonly [TcpEnd, TcpEnd] = [new TcpEnd(), new TcpEnd()];
  startMs = 0;
  lastMs = 0;
  /** When the SYN-ACK came. */
  answeredMs = 0;
  isDirty = false;
  /** Counted in its listener's half-open gauge. */
  isHalfOpen = false;
  listener: Listener | undefined = undefined;
  /** The flags of an unclear first packet, and how many of it came. */
  flags = 0;
  repeats = 0;
  /** The first packet was judged to be a probe. */
  isProbe = false;
  /** Its SYN was made by hand: there is no socket at the client. */
  isRaw = false;

  reset(slot: number, number: number, timeMs: number): void {
    this.slot = slot;
    this.number = number;
    this.state = UNCLEAR;
    this.client = 0;
    this.preexisting = false;
    this.ends[0].reset();
    this.ends[1].reset();
    this.startMs = timeMs;
    this.lastMs = timeMs;
    this.answeredMs = 0;
    this.isDirty = false;
    this.isHalfOpen = false;
    this.listener = undefined;
    this.flags = 0;
    this.repeats = 0;
    this.isProbe = false;
    this.isRaw = false;
  }
}

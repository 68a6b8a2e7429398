import { parseAddress } from '../address.ts';
import { word } from '../capture/ip-header.ts';
import { ACK, FIN, ICMP, ICMPV6, Packet, PSH, RST, SCTP, SYN, TCP, UDP } from '../capture/packet.ts';
import { pairKey } from '../capture/socket-pair.ts';
import { CaptureTracker, type TrackerOptions } from '../capture/tracker.ts';
import type { DenialObservation } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import { HandshakeSample } from './handshake-sample.ts';
import { PairTable } from './pair-table.ts';
import type { SightedPair } from './sighted-pair.ts';
import type { Sighting, SightingProtocol } from './sighting.ts';

const PROTOCOLS: Readonly<Record<SightingProtocol, number>> = { TCP, UDP, SCTP, ICMP, ICMPv6: ICMPV6 };
/** Nodes times points. One more than this shares its number with another, and packets of the two may be taken for one. */
const MOST_TELLERS = 0x8000;
/** What a FIN acknowledges: all that the other end may ever be seen to say, as its last ACK is not always told. */
const EVERYTHING = 0x80000;
/** A sighting further back comes from a clock that is wrong; the tracker would take it for its own being set back. */
const OLDEST_MS = 30_000;

/**
 * Makes observations of sightings: takes of those that tell of the same packet one, lends it the sequence numbers that the
 * tracker of captures reads, and tells what was turned away. Payload is not known: each count of bytes is the number of
 * packets in which some was seen to be, at the least.
 */
export class SightingTracker {
  readonly tracker: CaptureTracker;
  readonly #observe: TrackerOptions['observe'];
  readonly #pairs = new PairTable();
  readonly #handshakes = new HandshakeSample();
  readonly #tellers = new Map<string, number>();
  readonly #packet = new Packet();
  readonly #key = new Int32Array(10);
  #repeated = 0;
  #unbegun = 0;
  #unreadable = 0;

  constructor(options: TrackerOptions) {
    this.#observe = options.observe;
    this.tracker = new CaptureTracker(options);
  }

  /** Takes the next sighting, in about the order of time. */
  take(sighting: Sighting): void {
    const packet = this.#read(sighting);
    if (packet === undefined) {
      this.#unreadable++;
      return;
    }
    const sender = this.#pair(packet);
    const pair = this.#pairs.get(this.#key);
    const teller = this.#teller(sighting.teller);
    if (packet.protocol === TCP) this.#segment(sighting, packet, pair, sender, teller);
    else this.#datagram(sighting, packet, pair, sender, teller);
  }

  /** False when tellers turn out not to tell when a handshake completes. */
  get tellsHandshakes(): boolean {
    return this.#handshakes.isTold;
  }

  /** Sightings of a packet that was counted already, answers to what was not seen to begin, and such that name no packet. */
  get left(): { readonly repeated: number; readonly unbegun: number; readonly unreadable: number } {
    return { repeated: this.#repeated, unbegun: this.#unbegun, unreadable: this.#unreadable };
  }

  /** Bounded tables, for a summary. */
  get tables(): ({ readonly name: string } & TableState)[] {
    return [{ name: 'sightings', ...this.#pairs.state }, ...this.tracker.tables];
  }

  #segment(seen: Sighting, packet: Packet, pair: SightedPair, sender: 0 | 1, teller: number): void {
    const { flags } = packet;
    const isSyn = (flags & (SYN | ACK | RST | FIN)) === SYN;
    if (isSyn && pair.beginsAnew(teller, sender, seen.timeMs)) pair.renew();
    if (!pair.isNews(teller, sender, dropped(seen) | flags, seen.timeMs)) {
      this.#repeated++;
      return;
    }
    if (seen.drop !== undefined) {
      this.#turnedAway(seen, packet, isSyn && seen.isReply !== true);
      return;
    }
    const isMidStream = !pair.isBegun && !isSyn;
    if (isMidStream && !this.#begins(seen, packet, pair, sender)) return;
    if ((!pair.isBegun && pair.heldFlags === 0) || (isSyn && !pair.hasMoved[sender])) pair.opener = sender;
    pair.isBegun = true;
    if ((flags & FIN) !== 0 && sender === pair.opener && pair.hasAnsweredSyn)
      this.#handshakes.note(pair.hasAcknowledged);
    pair.note(sender, flags);
    this.#number(packet, pair, sender, isMidStream);
    this.tracker.packet(packet);
  }

  /**
   * Whether to go on with a segment of a pair whose beginning was not told. A first one with ACK is held: answered by RST it was
   * a probe, and is counted as that; anything else makes it the middle of a connection.
   */
  #begins(seen: Sighting, packet: Packet, pair: SightedPair, sender: 0 | 1): boolean {
    const { flags } = packet;
    const held = pair.heldFlags;
    if (held !== 0) {
      if (sender === pair.opener || (flags & RST) === 0) return true;
      turnRound(packet);
      packet.flags = held;
      this.#number(packet, pair, pair.opener, false);
      this.tracker.packet(packet);
      turnRound(packet);
      packet.flags = flags;
      return true;
    }
    if (isAnswer(seen, flags)) {
      this.#unbegun++;
      return false;
    }
    if ((flags & ACK) === 0) return true;
    pair.heldFlags = flags;
    pair.opener = sender;
    return false;
  }

  #datagram(seen: Sighting, packet: Packet, pair: SightedPair, sender: 0 | 1, teller: number): void {
    if (!pair.isNews(teller, sender, dropped(seen), seen.timeMs)) {
      this.#repeated++;
      return;
    }
    if (seen.drop !== undefined) {
      this.#turnedAway(seen, packet, seen.isReply !== true && !pair.hasSent[sender === 0 ? 1 : 0]);
      return;
    }
    if (!pair.isBegun && seen.isReply === true) {
      this.#unbegun++;
      return;
    }
    pair.isBegun = true;
    pair.note(sender, 0);
    this.tracker.packet(packet);
  }

  #turnedAway(seen: Sighting, packet: Packet, isFirst: boolean): void {
    const { drop, sourceIp, targetIp, sourcePort, targetPort, protocol } = seen;
    if (drop === undefined) return;
    const timeMs = this.tracker.timeOf(packet.timeMs);
    this.tracker.advance(timeMs);
    if (!isFirst || drop.cause === 'other') {
      this.#observe({ kind: 'drop', timeMs, netns: 0, reason: drop.reason, packets: 1, targetIp });
      return;
    }
    this.tracker.withdraw(packet);
    const hasPorts = packet.protocol !== ICMP && packet.protocol !== ICMPV6;
    const denial: DenialObservation = {
      kind: 'denial',
      timeMs,
      protocol: protocol === 'ICMPv6' ? 'ICMP' : protocol,
      client: { ip: sourceIp, port: hasPorts ? sourcePort : 0 },
      server: { ip: targetIp, port: hasPorts ? targetPort : 0 },
      cause: drop.cause,
      reason: drop.reason,
      packets: 1,
    };
    this.#observe(denial);
  }

  /** Sequence numbers as if each end had sent a byte whenever it was seen to send some. */
  #number(packet: Packet, pair: SightedPair, sender: 0 | 1, isMidStream: boolean): void {
    const { flags } = packet;
    const peer = sender === 0 ? 1 : 0;
    const { initial, marks } = pair;
    const isSyn = (flags & SYN) !== 0;
    packet.sequence = isSyn ? initial : (initial + 1 + marks[sender]) | 0;
    packet.acknowledgement = (flags & ACK) === 0 ? 0 : (initial + 1 + (isSyn ? 0 : marks[peer])) | 0;
    if ((flags & FIN) !== 0) packet.acknowledgement = (packet.acknowledgement + EVERYTHING) | 0;
    const isPlain = !isSyn && (flags & (ACK | RST)) === ACK;
    // In the middle of a connection a bare ACK is one of something that was said.
    const hasPayload = isPlain && ((flags & PSH) !== 0 || isMidStream || !this.tellsHandshakes);
    packet.payloadBytes = hasPayload ? 1 : 0;
    if (hasPayload) marks[sender]++;
  }

  #read(seen: Sighting): Packet | undefined {
    const packet = this.#packet;
    const source = parseAddress(seen.sourceIp);
    const target = parseAddress(seen.targetIp);
    if (source === undefined || target === undefined || !Number.isFinite(seen.timeMs)) return undefined;
    for (let index = 0; index < 4; index++) {
      packet.source[index] = word(source, index * 4);
      packet.target[index] = word(target, index * 4);
    }
    packet.timeMs = Math.max(seen.timeMs, this.tracker.nowMs - OLDEST_MS);
    packet.protocol = PROTOCOLS[seen.protocol];
    packet.sourcePort = seen.sourcePort & 0xffff;
    packet.targetPort = seen.targetPort & 0xffff;
    packet.flags = packet.protocol === TCP ? seen.flags & 63 : 0;
    packet.payloadBytes = 0;
    packet.segmentSize = 0;
    return packet;
  }

  #pair(packet: Packet): 0 | 1 {
    const hasPorts = packet.protocol !== ICMP && packet.protocol !== ICMPV6;
    const [from, to] = hasPorts ? [packet.sourcePort, packet.targetPort] : [0, 0];
    this.#key[9] = packet.protocol;
    return pairKey(this.#key, packet.source, packet.target, from, to);
  }

  #teller(name: string): number {
    const known = this.#tellers.get(name);
    if (known !== undefined) return known;
    const number = (this.#tellers.size % MOST_TELLERS) + 1;
    if (this.#tellers.size < MOST_TELLERS) this.#tellers.set(name, number);
    return number;
  }
}

/** What was dropped at one point had passed others: another kind of packet. FIN and SYN together are never passed on. */
function dropped({ drop }: Sighting): number {
  return drop === undefined ? 0 : SYN | FIN;
}

/** What only answers something: of no use where that was not seen, and never a sign of an attack. */
function isAnswer({ isReply }: Sighting, flags: number): boolean {
  if (isReply === false) return false;
  return isReply === true || (flags & RST) !== 0 || (flags & (SYN | ACK)) === (SYN | ACK);
}

/** As the other end would send it. */
function turnRound(packet: Packet): void {
  for (let index = 0; index < 4; index++) {
    const word = packet.source[index]!;
    packet.source[index] = packet.target[index]!;
    packet.target[index] = word;
  }
  [packet.sourcePort, packet.targetPort] = [packet.targetPort, packet.sourcePort];
}

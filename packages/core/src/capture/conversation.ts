import type { DatagramObservation, PayloadObservation } from '../observation.ts';
import type { Host } from './host.ts';
import { ICMP, ICMPV6, SCTP, UDP } from './packet.ts';

/** One conversation of what is not TCP. Objects are used again: `number` tells one from the next. */
export class Conversation {
  slot = -1;
  number = 0;
  protocol = 0;
  readonly hosts: [Host | undefined, Host | undefined] = [undefined, undefined];
  readonly ports: [number, number] = [0, 0];
  /** Which end sent first. */
  opener: 0 | 1 = 0;
  readonly packets: [number, number] = [0, 0];
  readonly bytes: [number, number] = [0, 0];
  readonly toldPackets: [number, number] = [0, 0];
  readonly toldBytes: [number, number] = [0, 0];
  startMs = 0;
  lastMs = 0;
  isDirty = false;
  isTold = false;
  /** Packets of the opener that went to no socket and were counted as probes. */
  probed = 0;
  /** Packets for which a router said that they had gone too far: a traceroute's. */
  isExpired = false;

  reset(slot: number, number: number, timeMs: number): void {
    this.slot = slot;
    this.number = number;
    for (const end of [0, 1] as const) {
      this.packets[end] = 0;
      this.bytes[end] = 0;
      this.toldPackets[end] = 0;
      this.toldBytes[end] = 0;
    }
    this.startMs = timeMs;
    this.lastMs = timeMs;
    this.isDirty = false;
    this.isTold = false;
    this.probed = 0;
    this.isExpired = false;
  }

  get isIcmp(): boolean {
    return this.protocol === ICMP || this.protocol === ICMPV6;
  }

  /** Whether the end has a socket that could tell: no group address, and no port that answered that nothing is there. */
  isWatched(end: 0 | 1): boolean {
    if (end !== this.opener && this.probed > 0 && this.packets[end] === 0) return false;
    return !this.hosts[end]!.isGroup;
  }

  /** What moved since it was told last, from the point of view of one end. */
  observation(end: 0 | 1, timeMs: number, ended: boolean): DatagramObservation {
    const other = end === 0 ? 1 : 0;
    const host = this.hosts[end]!;
    const peer = this.hosts[other]!;
    const { isIcmp } = this;
    return {
      kind: 'datagrams',
      timeMs,
      protocol: protocolName(this.protocol),
      id: `u${this.number}.${end}`,
      role: end === this.opener ? 'client' : 'server',
      cgroupId: host.netns,
      // Type and code stand where ports do, whoever sends.
      local: { ip: host.ip, port: this.ports[isIcmp ? 0 : end]! },
      remote: { ip: peer.ip, port: this.ports[isIcmp ? 1 : other]! },
      isNew: !this.isTold,
      loopback: host.ip.startsWith('127.') || host.ip === '::1' || host === peer,
      delta: {
        receivedPackets: this.packets[other] - this.toldPackets[other],
        receivedBytes: this.bytes[other] - this.toldBytes[other],
        sentPackets: this.packets[end] - this.toldPackets[end],
        sentBytes: this.bytes[end] - this.toldBytes[end],
      },
      startMs: this.startMs,
      ended,
    };
  }

  /** A datagram of UDP, from the point of view of who began the conversation. */
  sample(sender: 0 | 1, length: number, bytes: Uint8Array, timeMs: number): PayloadObservation {
    const { opener } = this;
    const peer = opener === 0 ? 1 : 0;
    const host = this.hosts[opener]!;
    return {
      kind: 'payload',
      timeMs,
      transport: 'UDP',
      id: `u${this.number}.${opener}`,
      role: 'client',
      cgroupId: host.netns,
      netns: host.netns,
      local: { ip: host.ip, port: this.ports[opener] },
      remote: { ip: this.hosts[peer]!.ip, port: this.ports[peer] },
      sent: sender === opener,
      offset: 0,
      length,
      bytes,
    };
  }

  told(): void {
    this.isTold = true;
    for (const end of [0, 1] as const) {
      this.toldPackets[end] = this.packets[end];
      this.toldBytes[end] = this.bytes[end];
    }
  }
}

function protocolName(protocol: number): DatagramObservation['protocol'] {
  switch (protocol) {
    case UDP:
      return 'UDP';
    case ICMP:
    case ICMPV6:
      return 'ICMP';
    case SCTP:
      return 'SCTP';
  }
  return 'OTHER';
}

import { ACK, FIN, PSH, RST, SYN, URG } from '../capture/packet.ts';

export type SightingProtocol = 'TCP' | 'UDP' | 'ICMP' | 'ICMPv6' | 'SCTP';

/**
 * A packet as somebody on its way tells of it: who saw it where, without sequence numbers or length. The same packet is
 * seen at several points, and not every packet is told of.
 */
export interface Sighting {
  readonly timeMs: number;
  /** Who saw it: a node and the point on it. Each tells of a packet once. */
  readonly teller: string;
  readonly protocol: SightingProtocol;
  readonly sourceIp: string;
  readonly targetIp: string;
  /** Type and code for ICMP. */
  readonly sourcePort: number;
  readonly targetPort: number;
  /** The low six bits of TCP, `TCP_FLAGS`; 0 for what is not TCP. */
  readonly flags: number;
  /** Whether it goes against the direction in which the conversation began; undefined where the teller does not know. */
  readonly isReply: boolean | undefined;
  /** Why it went no further; absent when it was let through. */
  readonly drop?: { readonly cause: 'policy' | 'nowhere' | 'other'; readonly reason: string };
}

export const TCP_FLAGS = { FIN, SYN, RST, PSH, ACK, URG } as const;

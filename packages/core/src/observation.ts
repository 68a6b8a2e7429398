import type { ApplicationFacts } from './payload/facts.ts';
import type { SignatureMatch } from './rules/signature-match.ts';

/**
 * What a source saw: addresses and cgroup ids, no names. Every source (the kernel programs, a capture file) says the same
 * things in the same words; `identify/` adds the names, detectors and flows read both.
 * Times are epoch milliseconds (fractions allowed) of the event, never of its processing.
 */
export interface Socket {
  readonly ip: string;
  readonly port: number;
}

export type Role = 'client' | 'server' | 'unknown';

/** Why a TCP connection ended. `none`: no packet was ever sent, so there was no contact. */
export type CloseReason =
  | 'fin'
  | 'reset-sent'
  | 'reset-received'
  | 'timeout'
  | 'refused'
  | 'unreachable'
  | 'gave-up'
  | 'killed'
  | 'none'
  | 'unknown';

/** Payload bytes and segments or datagrams, from the point of view of the watched socket. */
export interface Counts {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receivedPackets: number;
  readonly sentPackets: number;
}

/** One watched TCP socket: opened, moved since the last look, or closed. */
export interface ConnectionObservation {
  readonly kind: 'connection';
  readonly timeMs: number;
  readonly phase: 'live' | 'closed';
  /** Unique for the life of the source: kernel socket cookie and reuse generation. */
  readonly id: string;
  readonly role: Role;
  readonly cgroupId: number;
  readonly netns: number;
  readonly local: Socket;
  readonly remote: Socket;
  readonly pid: number;
  readonly comm: string;
  readonly established: boolean;
  /** True for the first observation of this connection, false for every later one. */
  readonly isNew: boolean;
  /** It was open before the source started: its counts begin at that moment. */
  readonly preexisting: boolean;
  /** What moved since the previous observation of the same connection. */
  readonly delta: Counts & { readonly retransmits: number };
  /** What moved since the connection (or the source) began. */
  readonly total: Counts & { readonly retransmits: number };
  readonly unackedBytes: number;
  readonly srttUs: number;
  readonly startMs: number;
  readonly closeReason: CloseReason | null;
  /** Which end sent its FIN first; absent while it is open, where nobody did, or where the source cannot tell. */
  readonly closedFirst?: 'local' | 'remote';
}

/** Datagrams (UDP, ICMP, other) of one conversation since the previous observation of it. */
export interface DatagramObservation {
  readonly kind: 'datagrams';
  readonly timeMs: number;
  readonly protocol: 'UDP' | 'ICMP' | 'SCTP' | 'OTHER';
  readonly id: string;
  readonly role: Role;
  readonly cgroupId: number;
  readonly local: Socket;
  readonly remote: Socket;
  readonly isNew: boolean;
  readonly loopback: boolean;
  readonly delta: Counts;
  readonly startMs: number;
  readonly ended: boolean;
}

/**
 * Exact counts of one cgroup and protocol since the previous one, once a tick for those that moved. They go on when a flood
 * has filled the table of conversations, which then stays silent; what found no room in it is told here.
 */
export interface DatagramTotalObservation {
  readonly kind: 'datagram-total';
  readonly timeMs: number;
  readonly protocol: DatagramObservation['protocol'];
  readonly cgroupId: number;
  readonly loopback: boolean;
  readonly delta: Counts;
  /** Packets of `delta`, both ways, that are in no conversation. */
  readonly withoutConversation: number;
}

/**
 * A listener group (network namespace, address, port; all its reuseport sockets, v4 and v6), counters cumulative since it
 * was first seen. `trigger: 'threshold'` comes at once from the kernel, `tick` once a second for groups that moved.
 */
export interface ListenerObservation {
  readonly kind: 'listener';
  readonly timeMs: number;
  readonly trigger: 'threshold' | 'tick';
  readonly cgroupId: number;
  readonly netns: number;
  /** `0.0.0.0` stands for a wildcard of either family. */
  readonly local: Socket;
  /** First SYNs (a retransmission of one already counted is in `synRetransmits`). */
  readonly syns: number;
  /** First SYNs of the kernel's current window (1 s): what crossed the limit when `trigger` is `threshold`. */
  readonly windowSyns?: number;
  readonly synRetransmits: number;
  /** First SYNs that met a full accept queue: the application is slow. Part of `syns`. */
  readonly queueFullSyns: number;
  /** Handshakes completed: children that went from SYN_RECV to ESTABLISHED. */
  readonly completed: number;
  /** ACKs that arrived at the listener (the last one of each handshake, and forged ones). */
  readonly acks: number;
  /** Segments with flags no handshake has (FIN, NULL, XMAS, …) at the open port. */
  readonly oddFlags: number;
  /** Requests waiting for their last ACK, and the limit of that queue and of the accept queue. */
  readonly halfOpen: number;
  readonly backlog: number;
  readonly acceptQueue: number;
  /** Distinct SYN sources in the current kernel window of one second (HyperLogLog estimate, ±13 %). */
  readonly distinctSources: number;
  /** A few recent SYN sources, newest last. */
  readonly sampleSources: readonly string[];
}

/**
 * One source crossed the per-source SYN limit towards one listener. `syns` is at least what came in the kernel's current
 * window; `completed` is counted when those handshakes have had their grace, so that none is merely in flight.
 */
export interface SynSourceObservation {
  readonly kind: 'syn-source';
  readonly timeMs: number;
  readonly cgroupId: number;
  readonly netns: number;
  readonly local: Socket;
  readonly sourceIp: string;
  readonly windowMs: number;
  readonly syns: number;
  readonly completed: number;
}

/** Packets a network namespace dropped since the previous observation, by the kernel's reason name. */
export interface DropObservation {
  readonly kind: 'drop';
  readonly timeMs: number;
  readonly netns: number;
  readonly reason: string;
  readonly packets: number;
  /** Where they were going, from a source that knows addresses and no namespaces (`netns` is 0 then). */
  readonly targetIp?: string;
}

/**
 * The first packet of a contact was turned away on its way, by a network policy or because nothing is at the address. The
 * source is told by whoever enforces; no socket at either end knows of it.
 */
export interface DenialObservation {
  readonly kind: 'denial';
  readonly timeMs: number;
  readonly protocol: 'TCP' | 'UDP' | 'ICMP' | 'SCTP' | 'OTHER';
  /** Ports are 0 where the protocol has none. */
  readonly client: Socket;
  readonly server: Socket;
  /** `policy`: somebody forbade it; `nowhere`: there is nobody. */
  readonly cause: 'policy' | 'nowhere';
  /** As the enforcing side calls it. */
  readonly reason: string;
  readonly packets: number;
}

/** Packets from one source to one target that found no socket, folded in the kernel; counts since the previous one. */
export interface ProbeObservation {
  readonly kind: 'probe';
  readonly timeMs: number;
  readonly trigger: 'threshold' | 'tick';
  readonly netns: number;
  readonly sourceIp: string;
  readonly targetIp: string;
  readonly packets: number;
  /** Distinct destination ports since the first (256-bit linear counting). */
  readonly distinctPorts: number;
  readonly lastPort: number;
  readonly shapes: Readonly<Record<ProbeShape, number>>;
  readonly firstMs: number;
}

export type ProbeShape = 'syn' | 'fin' | 'null' | 'xmas' | 'ack' | 'udp' | 'rst' | 'synAck' | 'other';

/** A conversation of which payload was sampled, from the point of view of its watched end. */
export interface PayloadConversation {
  readonly timeMs: number;
  readonly transport: 'TCP' | 'UDP';
  /** Unique for the life of the source and the same for all samples of one conversation. */
  readonly id: string;
  readonly role: Role;
  readonly cgroupId: number;
  readonly netns: number;
  readonly local: Socket;
  readonly remote: Socket;
  /** True: the watched end sent it. */
  readonly sent: boolean;
}

/**
 * The beginning of one packet's payload, as it was sampled: the first segments of each direction of a conversation, and every
 * DNS message. A retransmission is not told twice.
 */
export interface PayloadObservation extends PayloadConversation {
  readonly kind: 'payload';
  /** Payload bytes of this direction before it (TCP; 0 for datagrams): a gap in the sample shows in it. */
  readonly offset: number;
  /** Payload bytes of the packet; `bytes` may hold fewer. */
  readonly length: number;
  /** A view that is valid during the call only. */
  readonly bytes: Uint8Array;
}

/** What a parser made of the payload of one direction, told once for each message. */
export interface ApplicationObservation extends PayloadConversation {
  readonly kind: 'application';
  readonly facts: ApplicationFacts;
}

/** A rule matched a sample. */
export interface SignatureObservation extends PayloadConversation {
  readonly kind: 'signature';
  readonly signature: SignatureMatch;
  /** The messages it matched in or that came with it; valid during the call only. */
  readonly facts?: readonly ApplicationFacts[];
}

/** The limits of an alert on a program's maps. */
export interface ProgramCondition {
  readonly comparison: '>' | '>=' | '<' | '<=';
  /** Held against the value with `comparison`: the alert begins when it was met for `forMs`. */
  readonly on: number;
  /** The alert goes on as long as the value meets this one. */
  readonly off: number;
  readonly forMs: number;
  /** Over how long the value was measured; 0: at a moment. */
  readonly windowMs: number;
  readonly severity: 'low' | 'medium' | 'high' | 'critical';
  readonly expression: string;
  readonly unit: string;
}

/**
 * What an expression over the maps of a user's kernel program gave for one set of labels. Told while it meets `off`, and once
 * when it no longer does; labels of which nothing is told have not come near.
 */
export interface ProgramObservation {
  readonly kind: 'program';
  readonly timeMs: number;
  readonly program: string;
  /** Name of the alert, unique in its program. */
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Tells causes about the same ends apart: those labels that are no name of an end. */
  readonly cause: string;
  /** NaN when it is told that nothing is over the level any more. */
  readonly value: number;
  readonly title: string;
  readonly condition: ProgramCondition;
  /** What the ends of its `Who` are: `local` is the only end, or the source of both. */
  readonly ends: 'none' | 'source' | 'target' | 'both';
}

/** Events that were not delivered: makes a detector less sure, never silently. */
export interface LossObservation {
  readonly kind: 'loss';
  readonly timeMs: number;
  readonly source: string;
  readonly count: number;
}

export type Observation =
  | ConnectionObservation
  | DatagramObservation
  | DatagramTotalObservation
  | ListenerObservation
  | SynSourceObservation
  | DropObservation
  | ProbeObservation
  | DenialObservation
  | PayloadObservation
  | ApplicationObservation
  | SignatureObservation
  | ProgramObservation
  | LossObservation;

import type { Endpoint } from '../endpoint.ts';
import type { ProbeShape } from '../observation.ts';
import type { Suspicion } from './suspects.ts';

/** `RAW`: packets of a raw socket, of which only the target is known. */
export type ContactProtocol = 'TCP' | 'UDP' | 'ICMP' | 'SCTP' | 'RAW';

/**
 * - `failed`: refused, unreachable, or nobody answered.
 * - `answered`: the other side took part.
 * - `bare`: a handshake and nothing more: not a byte either way.
 * - `unknown`: a datagram went out and no answer has come so far.
 */
export type Outcome = 'failed' | 'answered' | 'bare' | 'unknown';

/** One contact as one side of it saw it: who went to whom, at which port, and what came of it. */
export interface Contact {
  readonly kind: 'contact';
  readonly timeMs: number;
  /** Which end was watched. */
  readonly seenBy: 'client' | 'server';
  readonly source: Endpoint;
  readonly sourceIp: string;
  /** Workload or address: what a source is counted by. */
  readonly sourceKey: string;
  readonly target: Endpoint;
  readonly targetIp: string;
  readonly port: number;
  readonly protocol: ContactProtocol;
  readonly outcome: Outcome;
  /** A failure of a source that failed on something else before: `isSuspect`, and what that was, once. */
  readonly suspicion: Suspicion;
  /** False for a failure that says nothing against its source: the target was ready lately, is declared, or is down for all. */
  readonly weighs: boolean;
}

/** Packets of one source that found no socket at one target, and what of them late replies explain. */
export interface Probing {
  readonly kind: 'probing';
  readonly timeMs: number;
  readonly trigger: 'threshold' | 'tick';
  readonly source: Endpoint;
  readonly sourceIp: string;
  readonly sourceKey: string;
  readonly target: Endpoint;
  readonly targetIp: string;
  readonly lastPort: number;
  readonly firstMs: number;
  /** Distinct ports since `firstMs`, over all shapes. */
  readonly distinctPorts: number;
  readonly shapes: Readonly<Record<ProbeShape, number>>;
  /** Bare SYNs and impossible flags: never a reply. */
  readonly hard: number;
  /** Bare ACKs, FIN-ACKs, segments with data, datagrams: a reply, or a scan. */
  readonly soft: number;
  /** RSTs and SYN-ACKs that no socket of the target asked for: it is the *target* that sends raw packets to the source. */
  readonly answers: number;
  /** Distinct ports that late replies may reach, of TCP and (where that can be said yet) of UDP. */
  readonly latePorts: number;
  /** A threshold event comes before the conversations of the same second: whether datagrams are replies is not known yet. */
  readonly udpUndecided: boolean;
  readonly suspicion: Suspicion;
  /** `lastPort` was probed, it is no late reply, and the failure is not explained (as `Contact.weighs`). */
  readonly weighs: boolean;
}

import type { Endpoint } from '../endpoint.ts';
import type { CloseReason, Counts } from '../observation.ts';

export type Protocol = 'TCP' | 'UDP' | 'ICMP' | 'SCTP' | 'OTHER';
export type Reporter = 'client' | 'server';
/** Hubble's words where they fit: a refused or timed-out connection is DROPPED, a reset one ERROR. */
export type Verdict = 'FORWARDED' | 'DROPPED' | 'ERROR';
export type ConnectionResult = 'established' | 'refused' | 'timeout' | 'reset';

/** One connection or conversation, client first. Emitted when it ends, and every window while it lasts. */
export interface Flow {
  /** RFC 3339, UTC, milliseconds: when this record was made. */
  readonly time: string;
  readonly id: string;
  readonly protocol: Protocol;
  readonly reporter: Reporter;
  readonly trafficDirection: 'INGRESS' | 'EGRESS';
  readonly verdict: Verdict;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly state: 'live' | 'closed';
  readonly closeReason?: CloseReason;
  readonly result?: ConnectionResult;
  /** Why it was turned away on its way, as whoever did calls it. */
  readonly dropReason?: string;
  readonly start: string;
  readonly durationMs: number;
  /** Totals since the start: request is client → server. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly requestPackets: number;
  readonly responsePackets: number;
  readonly retransmits: number;
  readonly rttMs?: number;
  readonly node: string;
}

/** Client workload → server workload and port, over one window. Never add the two reporters together. */
export interface Edge {
  readonly windowStart: string;
  readonly windowMs: number;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly port: number;
  readonly protocol: Protocol;
  readonly reporter: Reporter;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Connections that ended in this window, each counted once, when its result is known. */
  readonly connections: Readonly<Record<ConnectionResult, number>>;
  readonly retransmits: number;
  /** Mean of the smoothed RTTs seen, or undefined when none was. */
  readonly rttMs?: number;
}

/** Cumulative counters of one watched endpoint (pod, container, unit or process) and protocol, since NetGuard started. */
export interface EndpointTotal extends Counts {
  readonly endpoint: Endpoint;
  readonly cgroupId: number;
  readonly protocol: Protocol;
  /** The cgroup was removed; sockets that outlive it may still add to it. */
  readonly gone?: true;
}

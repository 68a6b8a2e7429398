import type { Protocol } from '../../flow/flow.ts';
import type { PodFacts, SubjectLookup } from '../subject.ts';
import type { PolicyEnd } from './policy-end.ts';

/** Who told of an edge: sockets of one end since the start, or the learning store's facts about one end. */
export type SeenBy = 'client' | 'server' | 'learned-client' | 'learned-server';

/** Client to server, folded over all the time in which it was seen. */
export interface ObservedEdge {
  readonly source: PolicyEnd;
  readonly destination: PolicyEnd;
  /** The server's, as `seenBy` saw it. `high`: one or more from 32768 on; null: several, and none of them answered. */
  readonly port: number | 'high' | null;
  readonly protocol: Protocol;
  readonly seenBy: SeenBy;
  /** A connection came about, or datagrams came back. */
  readonly isAnswered: boolean;
  /** Connections that came about; of a learned edge how often it was noted, once in five minutes at most. */
  readonly count: number;
  /** Connections that did not. */
  readonly failed: number;
  /** Windows in which something moved; of a learned edge the same as `count`. */
  readonly windows: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface ServiceFacts {
  readonly namespace: string;
  readonly name: string;
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
}

/** How far a workload is known: `learning` of the status, for one. */
export interface WorkloadProgress {
  readonly progress: number;
  readonly watchedMs: number;
  /** It talks to more peers than are kept: what it does outside is never known whole. */
  readonly isDiverse: boolean;
}

/** All that policies are made from. Pure data and look-ups: the same in, the same out. */
export interface PolicyInputs {
  /** The node whose agent saw the edges; empty: not known. */
  readonly node: string;
  readonly nodeAddresses: readonly string[];
  readonly pods: readonly PodFacts[];
  readonly services: readonly ServiceFacts[];
  /** Addresses of each node. */
  readonly nodes: ReadonlyMap<string, readonly string[]>;
  readonly lookup: SubjectLookup;
  readonly edges: readonly ObservedEdge[];
  /** By `historyKey`. */
  readonly learning: ReadonlyMap<string, WorkloadProgress>;
  /** From when on edges other than learned ones are known, epoch milliseconds. */
  readonly observedSinceMs: number;
}

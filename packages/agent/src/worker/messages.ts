/**
 * What crosses between the two threads. The Worker owns ring, iterators, identity tables and detectors; the main thread
 * owns I/O (HTTP, files, the Kubernetes watch). Everything here is plain data (structured clone).
 */
import type {
  Alert,
  AlertEvent,
  ClosedCause,
  DetectorStatus,
  Edge,
  Endpoint,
  EndpointTotal,
  EvidenceSample,
  Flow,
  IntelList,
  LearningSnapshot,
  LearningSummary,
  Policies,
} from '@netguard/core';
import type { Config } from '../config/schema.ts';
import type { IdentityDelta } from '../identify/identity-changes.ts';
import type { IdentityFile } from '../identify/identity-file.ts';
import type { EndsAsked, EndsNamed } from '../programs/end-cache.ts';
import type { ProgramMeasurement } from '../programs/series/types.ts';
import type { RuleInputs } from '../rules/rule-inputs.ts';
import type { RuleSummary } from '../rules/rule-summary.ts';
import type { BaselineAnswer, BaselineRequest } from './baselines.ts';
import type { InventoryAnswer } from './inventory.ts';
import type { PayloadCounts } from './payload-gate.ts';

export type ToWorker =
  | {
      readonly type: 'start';
      readonly config: Config;
      readonly identities: IdentityFile | null;
      readonly openAlerts: readonly Alert[];
      /** What a person closed lately, while it went on. */
      readonly closedCauses?: readonly ClosedCause[];
      /** Absent: there are none. */
      readonly policies?: Policies;
      /** Lists of threat intelligence; absent: there are none. Their arrays lie in shared memory. */
      readonly intel?: readonly IntelList[];
      /** What the last run learned; absent when there is none. */
      readonly learned?: LearningSnapshot | undefined;
    }
  | { readonly type: 'config'; readonly config: Config }
  /** The whole identity file. */
  | { readonly type: 'identities'; readonly identities: IdentityFile | null }
  /** What the API server told. */
  | { readonly type: 'identity-delta'; readonly delta: IdentityDelta }
  /** The node's own interfaces have other addresses than at the start, or than was said last. */
  | { readonly type: 'node-addresses'; readonly addresses: readonly string[] }
  | { readonly type: 'policies'; readonly policies: Policies }
  /** Suricata rules to be held against samples; null: none. */
  | { readonly type: 'rules'; readonly rules: RuleInputs | null }
  /** All lists of threat intelligence from now on. */
  | { readonly type: 'intel'; readonly lists: readonly IntelList[] }
  /** A person closed the alert with this id. */
  | { readonly type: 'close-alert'; readonly id: string }
  | { readonly type: 'baselines'; readonly id: number; readonly request: BaselineRequest }
  /** Who is known by name? */
  | { readonly type: 'list-identities'; readonly id: number }
  /** Alerts on the maps of users' programs measured this. */
  | { readonly type: 'program-measurements'; readonly measurements: readonly ProgramMeasurement[] }
  /** Who is behind these cgroups and addresses? Answered with `ends-named`. */
  | { readonly type: 'name-ends'; readonly ends: EndsAsked }
  /** A `flows` batch was taken: the Worker keeps at most a few on the way. */
  | { readonly type: 'flows-taken' }
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'started'; readonly status: SourceStatus }
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly message: string;
      readonly hint?: string;
      readonly detail?: string;
    }
  | { readonly type: 'tick'; readonly tick: Tick }
  | { readonly type: 'ends-named'; readonly ends: EndsNamed }
  /** The rules that were sent last are in use; null: there are none. */
  | { readonly type: 'rules'; readonly summary: RuleSummary | null }
  | {
      readonly type: 'flows';
      readonly flows: readonly Flow[] /** Flows left out of this batch because main was behind. */;
      readonly dropped: number;
    }
  | { readonly type: 'edges'; readonly edges: readonly Edge[] }
  | {
      readonly type: 'alert';
      readonly event: AlertEvent /** Kernel event time → posted here, milliseconds. */;
      readonly delayMs: number;
    }
  /** As `alert`, of a detector that only observes: kept apart, told to nobody. */
  | { readonly type: 'observed'; readonly event: AlertEvent }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly msg: string;
      readonly code?: string;
      readonly [k: string]: unknown;
    }
  /** Samples to be kept, and how many found no room on the way. In mode `evidence` only. */
  | { readonly type: 'evidence'; readonly samples: readonly EvidenceSample[]; readonly dropped: number }
  /** Answers to `baselines`, in parts; and, with id 0, all there is before `stopped`. */
  | BaselineAnswer
  /** Answers to `list-identities`, in parts. */
  | InventoryAnswer
  | { readonly type: 'stopped' };

export interface ProgramStatus {
  readonly name: string;
  readonly attached: boolean;
  /** Why it is not attached, in words for a person. */
  readonly reason?: string;
  /** Present only while kernel.bpf_stats_enabled is on already. */
  readonly runs?: number;
  readonly seconds?: number;
}

export interface MapStatus {
  readonly name: string;
  readonly entries: number;
  readonly capacity: number;
  readonly bytes: number;
}

/** How the flows of a Hubble relay are followed. */
export interface HubbleStatus {
  readonly address: string;
  readonly isConnected: boolean;
  /** Since when it is, or is not; RFC 3339. */
  readonly since: string;
  /** Why it is not connected, and what to do. */
  readonly problem?: { readonly code: string; readonly message: string; readonly hint?: string };
  /** The relay's, as it says; empty before it did. */
  readonly version: string;
  readonly flows: number;
  readonly flowsPerSecond: number;
  /** Connections after the first one. */
  readonly reconnects: number;
  /** Breaks after which flows were missing; how many is in the lost events `hubble_gap`, as a guess by the rate before. */
  readonly gaps: number;
  /** Nodes that the relay cannot reach: nothing of them is seen. */
  readonly unavailableNodes: readonly string[];
  /** Flows that tell of a packet that was told already, and such that tell of none that counts. */
  readonly repeated: number;
  readonly skipped: number;
  /** False: Cilium is not set to tell when a handshake ends. */
  readonly tellsHandshakes: boolean;
}

export interface SourceStatus {
  /** `ebpf` unless set. */
  readonly kind?: 'ebpf' | 'hubble';
  /** With `hubble` alone. */
  readonly hubble?: HubbleStatus;
  readonly programs: readonly ProgramStatus[];
  readonly preexistingSockets: 'full' | 'partial';
  /** False when our cgroup mount is a subtree: only that subtree is watched. */
  readonly wholeHost: boolean;
  readonly cgroupRoot: string;
  readonly kernel: string;
}

export interface ListenerRow {
  readonly endpoint: Endpoint;
  readonly port: number;
  readonly address: string;
  readonly syns: number;
  readonly completed: number;
  readonly synRetransmits: number;
  readonly queueFullSyns: number;
  readonly halfOpen: number;
  readonly acceptQueue: number;
  readonly backlog: number;
}

export interface DropRow {
  readonly endpoint: Endpoint;
  readonly reason: string;
  readonly packets: number;
}

/** Once a second: cumulative numbers, never deltas, so a lost or late tick loses nothing. */
export interface Tick {
  readonly timeMs: number;
  readonly totals: readonly EndpointTotal[];
  readonly listeners: readonly ListenerRow[];
  readonly drops: readonly DropRow[];
  /** Open alerts as they are now, where that changed since they were last told: current numbers, no news. */
  readonly alerts?: readonly Alert[];
  /** The same of what is only observed. */
  readonly observed?: readonly Alert[];
  /** How each detector runs and does. */
  readonly detectors?: readonly DetectorStatus[];
  readonly learning?: LearningSummary;
  /** What became of samples of payload. */
  readonly payload?: PayloadCounts;
  /** Cumulative lost events by source, only sources > 0. */
  readonly lost: Readonly<Record<string, number>>;
  readonly programs: readonly ProgramStatus[];
  readonly maps: readonly MapStatus[];
  readonly hubble?: HubbleStatus;
  readonly liveConnections: number;
  readonly unresolvedEndpoints: number;
  /** RTT samples since the last tick by namespace and workload: counts per bucket of RTT_BUCKETS_SECONDS (+Inf last), and their sum. */
  readonly rtt: readonly {
    readonly namespace: string;
    readonly workload: string;
    readonly buckets: readonly number[];
    readonly sumSeconds: number;
    /** Of each bucket that got a sample, the latest one and the flow that it is of. */
    readonly exemplars?: readonly RttExemplar[];
  }[];
  readonly retransmits: readonly { readonly namespace: string; readonly workload: string; readonly segments: number }[];
  /** DNS messages of clients on this node, cumulative. */
  readonly dns?: readonly DnsRow[];
  /** Entries, capacity and evictions of bounded user-space tables (detectors, flow table, connection table). */
  readonly tables: readonly {
    readonly name: string;
    readonly entries: number;
    readonly capacity: number;
    readonly evicted: number;
  }[];
  /** The Worker thread's own CPU seconds and longest stall since the last tick. */
  readonly worker: { readonly cpuSeconds: number; readonly stallMs: number };
}

export interface DnsRow {
  readonly namespace: string;
  readonly workload: string;
  readonly kind: 'queries' | 'responses';
  /** Type of the question, or code of the response. */
  readonly what: string;
  readonly count: number;
}

export interface RttExemplar {
  /** Index in `RTT_BUCKETS_SECONDS`; its length for +Inf. */
  readonly bucket: number;
  readonly flowId: string;
  readonly seconds: number;
  readonly timeMs: number;
}

export const RTT_BUCKETS_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1] as const;

/** JSON shapes of /api/v1, shared by the server and the CLI. Within v1 fields are only added. */
import type {
  Alert,
  Category,
  DetectorMode,
  DetectorStatus,
  Edge,
  Endpoint,
  Flow,
  LearningSummary,
  Mitre,
  NamespaceStatus,
  NetworkPolicy,
  Parameter,
  Protocol,
  Reporter,
  Silence,
  SilenceState,
} from '@netguard/core';
import type { IdentityFile } from '../identify/identity-file.ts';
import type { KubernetesStatus } from '../kubernetes/kubernetes-status.ts';
import type { ProgramEvent } from '../programs/series/types.ts';
import type { RuleSummary } from '../rules/rule-summary.ts';
import type { DropRow, HubbleStatus, ListenerRow, MapStatus, ProgramStatus, Tick } from '../worker/messages.ts';
import type { PayloadCounts } from '../worker/payload-gate.ts';

export interface List<T> {
  readonly items: readonly T[];
  /** Opaque; present when more items match. */
  readonly nextCursor?: string;
}

export interface StatusResponse {
  readonly version: string;
  readonly cluster: string;
  readonly node: string;
  readonly kernel: string;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly ready: boolean;
  /** What is read, and which detectors cannot work on it. */
  readonly source: {
    readonly kind: 'ebpf' | 'hubble';
    /** With `hubble` alone. */
    readonly hubble?: HubbleStatus;
    readonly unavailableDetectors: readonly { readonly id: string; readonly reason: string }[];
  };
  /** What works less well than it could and what to do about it, one sentence each. Empty when all is well. */
  readonly degraded: readonly string[];
  readonly preexistingSockets: 'full' | 'partial';
  readonly wholeHost: boolean;
  readonly cgroupRoot: string;
  readonly programs: readonly ProgramStatus[];
  readonly maps: readonly MapStatus[];
  readonly tables: Tick['tables'];
  readonly lostEvents: Readonly<Record<string, number>>;
  readonly liveConnections: number;
  readonly unresolvedEndpoints: number;
  readonly alertsOpen: number;
  /** Age of the identity information in seconds; null when no identity source is configured. */
  readonly identityAgeSeconds: number | null;
  /** How well the API server is followed, which names come from. */
  readonly identity: { readonly kubernetes: KubernetesStatus };
  readonly configReloadSuccessful: boolean;
  /** Writes of the state directory (open alerts) that ended in an error since the start. */
  readonly stateWriteFailures: number;
  /** Where alerts are sent and how that goes; empty when nothing is configured. */
  readonly sinks: readonly SinkView[];
  /** How far learning has come: mean of the workloads' progress (0 to 1), how many there are, how many have learned. */
  readonly learning: LearningSummary;
  /** How payload is looked into, and what became of samples since the start; counts are 0 where the source has none. */
  readonly payload: PayloadCounts & { readonly mode: 'off' | 'metadata' | 'evidence' };
  /** The rules that samples are held against; null without any. */
  readonly rules: RuleSummary | null;
}

/** A configured sink. */
export interface SinkView {
  readonly name: string;
  readonly type: string;
  /** `failing` while the last attempt ended in an error. */
  readonly state: 'ok' | 'failing';
  /** Notifications that wait for it. */
  readonly spooled: number;
  readonly lastError?: string;
}

/** GET /healthz and /readyz. */
export interface HealthResponse {
  readonly status: 'ok' | 'degraded' | 'starting' | 'stopping' | 'stalled';
  readonly degraded: readonly string[];
}

/** A pod, container, unit or process with its counters since start (loopback excluded) and its rates over the last second. */
export interface PodRow {
  readonly endpoint: Endpoint;
  readonly receiveBytes: number;
  readonly transmitBytes: number;
  readonly receivePackets: number;
  readonly transmitPackets: number;
  readonly byProtocol: Readonly<
    Record<
      string,
      {
        readonly receiveBytes: number;
        readonly transmitBytes: number;
        readonly receivePackets: number;
        readonly transmitPackets: number;
      }
    >
  >;
  readonly receiveBytesPerSecond: number;
  readonly transmitBytesPerSecond: number;
  readonly receivePacketsPerSecond: number;
  readonly transmitPacketsPerSecond: number;
  /** Bytes per second in both directions over the last minute, oldest first. */
  readonly history: readonly number[];
  readonly alertsOpen: number;
}

/** What is known of one workload: GET /api/v1/baselines. */
export interface BaselineView {
  /** `shop/Deployment/web`; pods and Jobs without controller by their generateName: `ci/Pod/runner-*`. */
  readonly workload: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly watchedSeconds: number;
  /** Share of the learning time, 0 to 1; 1 is learned. */
  readonly progress: number;
  /** Per second and replica, or as the measure's name says. `hoursOfWeek`: hours whose own mean is known. */
  readonly measures: Readonly<
    Record<
      string,
      {
        readonly mean: number;
        readonly deviation: number;
        readonly samples: number;
        readonly largest: number;
        readonly hoursOfWeek: number;
      }
    >
  >;
  /** Edges and destinations, the latest first. */
  readonly facts: readonly {
    readonly fact: string;
    readonly firstSeen: string;
    readonly lastSeen: string;
    readonly count: number;
  }[];
  /** Facts that were forgotten for lack of room. */
  readonly factsEvicted: number;
  /** The last runs of a Job or CronJob. */
  readonly runs: readonly {
    readonly id: string;
    readonly lastSeen: string;
    readonly totals: Readonly<Record<string, number>>;
  }[];
}

/** An edge over all windows since the start. What was never answered is one entry for both ends and a protocol. */
export interface KnownEdge {
  /** A workload has no address; `0.0.0.0` and `::` of an end outside stand for more addresses than are kept apart. */
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** The server's as the reporter saw it; null: several, none of which answered. */
  readonly port: number | null;
  readonly protocol: Protocol;
  readonly reporter: Reporter;
  /** A connection came about, or datagrams came back. */
  readonly isAnswered: boolean;
  /** Connections that ended. */
  readonly established: number;
  readonly failed: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Windows (of `flows.windowMs`) in which something moved. */
  readonly windows: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** GET /api/v1/policy/inputs: who is who, and who talked to whom. */
export interface PolicyInputsView {
  readonly node: string;
  readonly now: string;
  /** The start of the process: edges before it are in the baselines only. */
  readonly observedSince: string;
  /** False: no source of names is configured. */
  readonly hasIdentities: boolean;
  readonly identities: IdentityFile;
  /** NetworkPolicies that the cluster has; null: they are not followed, or not known yet. */
  readonly networkPolicies: readonly NetworkPolicy[] | null;
  readonly nodeAddresses: readonly string[];
  /** `identity.apiServers` of the configuration. */
  readonly apiServers: readonly string[];
  readonly edges: readonly KnownEdge[];
  /** Edges that are not among them for lack of room. */
  readonly edgesForgotten: number;
}

/** Cumulative counters plus the rates of the last second. */
export interface ListenerView extends ListenerRow {
  readonly synsPerSecond: number;
  readonly completedPerSecond: number;
  readonly history: readonly number[];
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
}

/** A silence and what it is at this moment. */
export interface SilenceView extends Silence {
  readonly status: { readonly state: SilenceState };
}

/** What a detector does differently for the targets of one namespace. */
export interface NamespaceView extends NamespaceStatus {
  /** Whether any pod of the namespace is known here; a misspelt name never is. */
  readonly isKnown: boolean;
  /** The known namespace most like it. */
  readonly perhaps?: string;
}

/** A detector: what it is, how it runs, how it does. */
export interface DetectorView extends Omit<DetectorStatus, 'mode' | 'parameters' | 'namespaces'> {
  readonly category: Category;
  readonly description: string;
  readonly mitre: readonly Mitre[];
  /** Rules to which it leaves a cause that both see. */
  readonly yieldsTo: readonly string[];
  /** Null until the kernel side has reported. */
  readonly mode: DetectorMode | null;
  readonly defaultMode: DetectorMode;
  readonly parameters: Readonly<Record<string, Parameter & { readonly value: number }>>;
  readonly namespaces: Readonly<Record<string, NamespaceView>>;
}

/** POST /api/v1/alerts/:id/ack; with a disposition /api/v1/alerts/:id/close. Both answer with the alert. */
export interface AlertAction {
  /** Who does it. */
  readonly by: string;
  readonly disposition?: 'true-positive' | 'benign' | 'false-positive';
}

/** POST /api/v1/silences. */
export interface SilenceBody {
  readonly matchers: readonly (string | { readonly name: string; readonly value: string })[];
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly createdBy: string;
  readonly comment: string;
}

/** GET /api/v1/{pods,listeners,flows,edges,alerts,drops,silences,detectors}. */
export interface Lists {
  readonly pods: List<PodRow>;
  readonly listeners: List<ListenerView>;
  readonly flows: List<Flow>;
  readonly edges: List<Edge>;
  readonly alerts: List<Alert>;
  readonly drops: List<DropRow>;
  readonly silences: List<SilenceView>;
  readonly detectors: List<DetectorView>;
}

/** Events of GET /api/v1/stream?types=flow,alert,pods (default flow,alert): the SSE `event` name and its JSON `data`. */
export interface StreamEvents {
  readonly flow: Flow;
  readonly alert: { readonly type: 'open' | 'update' | 'resolve'; readonly alert: Alert };
  readonly pods: { readonly timeMs: number; readonly pods: readonly PodRow[] };
  readonly lost: { readonly source: string; readonly count: number };
  /** A record of a ring buffer of a user's program. */
  readonly program: ProgramEvent;
}

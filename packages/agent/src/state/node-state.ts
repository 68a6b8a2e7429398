import { EventEmitter } from 'node:events';
import {
  type Alert,
  type AlertEvent,
  type DetectorStatus,
  type Disposition,
  type Edge,
  type RedactStream,
  SilenceBook,
} from '@netguard/core';
import type { Config } from '../config/schema.ts';
import type { AlertEvidence, EvidenceFigures } from '../evidence/evidence-store.ts';
import type { PodRow, SinkView, StatusResponse } from '../http/api-types.ts';
import type { IntelReports } from '../intel/daemon-intel.ts';
import { KUBERNETES_OFF, type KubernetesView } from '../kubernetes/kubernetes-status.ts';
import type { ProgramDesk } from '../programs/daemon-programs.ts';
import type { RuleSummary } from '../rules/rule-summary.ts';
import type { FromWorker, SourceStatus, Tick } from '../worker/messages.ts';
import { AlertDesk } from './alert-desk.ts';
import { AlertShelf } from './alert-shelf.ts';
import type { BaselineDesk } from './baseline-desk.ts';
import { degradedSentences } from './degraded.ts';
import { DropTable } from './drop-table.ts';
import { EdgeLog } from './edge-log.ts';
import { EdgeMemory } from './edge-memory.ts';
import { EventLog } from './event-log.ts';
import { FlowLog } from './flow-log.ts';
import type { IdentityDesk } from './identity-desk.ts';
import { ListenerTable } from './listener-table.ts';
import { PodTable, podRow } from './pod-table.ts';
import { isByChoice, RecentLoss } from './recent-loss.ts';

export type StateConfig = Pick<Config, 'cluster' | 'node' | 'flows' | 'identity' | 'metrics' | 'payload'>;

export interface NodeStateOptions {
  readonly config: StateConfig;
  readonly version: string;
  /** Epoch milliseconds; the wall clock unless a test says otherwise. */
  readonly now?: () => number;
}

/** What changed, for those who count or store it. The stream of the API is `NodeState.events`. */
export interface StateEvents {
  tick: [Tick];
  edges: [readonly Edge[]];
  alert: [AlertEvent, number];
  /** A person closed this alert while it was open. */
  closed: [Alert];
  silences: [];
  ready: [];
}

/** Of one sink: notifications it has taken, attempts that failed, notifications it never got, what it left out by its own rules, and what waits on disk. */
export interface SinkFigures {
  readonly name: string;
  readonly sent: number;
  readonly failures: number;
  readonly dropped: number;
  readonly leftOut: number;
  readonly spooledBytes: number;
}

/** How the sinks do, for those who tell it. */
export interface SinkReports {
  views(): SinkView[];
  figures(): readonly SinkFigures[];
}

/** What gives out the samples of an alert, and how secrets are taken out of them. */
export interface EvidenceDesk {
  forAlert(alert: Alert): Promise<AlertEvidence>;
  readonly redact: RedactStream;
  figures(): EvidenceFigures;
}

export type Phase = 'starting' | 'running' | 'stopping';

/** Everything the HTTP side serves, fed by the messages of the Worker. Bounded: what is dropped is counted. */
export class NodeState {
  readonly changes = new EventEmitter<StateEvents>();
  readonly pods: PodTable;
  readonly listeners: ListenerTable;
  readonly drops: DropTable;
  readonly flows: FlowLog;
  readonly edges = new EdgeLog();
  readonly edgeMemory = new EdgeMemory();
  readonly alerts = new AlertShelf();
  /** What detectors only observe: nobody is notified, and nothing counts it. */
  readonly observed = new AlertShelf();
  readonly silences = new SilenceBook();
  readonly events: EventLog;
  readonly loss = new RecentLoss();
  readonly version: string;
  /** Problems of the moment by name, one sentence each; `degraded` shows them. */
  readonly concerns = new Map<string, string>();
  readonly now: () => number;
  readonly startedMs: number;
  phase: Phase = 'starting';
  configReloadSuccessful = true;
  /** When the identity information in use was read, epoch milliseconds; null when none is configured. */
  identityReadMs: number | null = null;
  /** Where to ask for what was learned; once the Worker runs. */
  baselines: BaselineDesk | undefined;
  /** Where to ask who is known by name; once the Worker runs. */
  identities: IdentityDesk | undefined;
  /** Where payload samples are kept; undefined in every mode but `evidence`. */
  evidence: EvidenceDesk | undefined;
  /** What sends alerts out; once it is started. */
  sinks: SinkReports | undefined;
  /** What became of the rules; null: there are none in use. */
  rules: RuleSummary | null = null;
  /** What keeps the lists of threat intelligence; once it is started. */
  intel: IntelReports | undefined;
  /** Programs of users; once they are started. */
  programs: ProgramDesk | undefined;
  /** Who follows the API server; undefined while nobody does. */
  kubernetes: KubernetesView | undefined;
  /** Writes of the state directory that ended in an error. */
  stateWriteFailures = 0;
  readonly #desk: AlertDesk;
  #config: StateConfig;
  #source: SourceStatus | null = null;
  #tick: Tick | null = null;
  #heardMs = 0;
  #wasConnected = false;

  constructor({ config, version, now = Date.now }: NodeStateOptions) {
    this.#config = config;
    this.version = version;
    this.now = now;
    this.startedMs = now();
    const { seriesGraceSeconds } = config.metrics;
    this.pods = new PodTable(seriesGraceSeconds);
    this.listeners = new ListenerTable(seriesGraceSeconds);
    this.drops = new DropTable(seriesGraceSeconds);
    this.flows = new FlowLog(config.flows.recent);
    this.events = new EventLog(this.startedMs.toString(36));
    this.#desk = new AlertDesk({
      shelf: this.alerts,
      silences: this.silences,
      now,
      tell: (event) => this.#tellAlert(event, 0),
    });
  }

  get config(): StateConfig {
    return this.#config;
  }

  get tick(): Tick | null {
    return this.#tick;
  }

  get source(): SourceStatus | null {
    return this.#source;
  }

  /** Milliseconds since the Worker last reported; 0 before it started. */
  get silentMs(): number {
    return this.#heardMs === 0 ? 0 : Math.max(0, this.now() - this.#heardMs);
  }

  /**
   * Ready = programs are attached, or the relay was reached once, also while something else works less well (`degraded`).
   */
  get ready(): boolean {
    if (this.#source?.kind === 'hubble') return this.phase === 'running' && this.#wasConnected;
    const programs = this.#tick?.programs ?? this.#source?.programs ?? [];
    return this.phase === 'running' && programs.some((program) => program.attached);
  }

  configure(config: StateConfig): void {
    this.#config = config;
    const { seriesGraceSeconds } = config.metrics;
    this.pods.graceSeconds = seriesGraceSeconds;
    this.listeners.graceSeconds = seriesGraceSeconds;
    this.drops.graceSeconds = seriesGraceSeconds;
    this.flows.resize(config.flows.recent);
  }

  restoreAlerts(alerts: readonly Alert[]): void {
    this.alerts.restore(alerts.map((alert) => (alert.status === 'open' ? this.#desk.mark(alert) : alert)));
  }

  /** Call after a change of `silences`. */
  silencesChanged(): void {
    this.#desk.review(true);
    this.changes.emit('silences');
  }

  /** Somebody looks after the alert. Throws AlertRefusal. */
  acknowledgeAlert(id: string, by: string): Alert {
    return this.#desk.acknowledge(id, by);
  }

  /** Somebody says what the alert was, which ends it. Throws AlertRefusal. */
  closeAlert(id: string, by: string, disposition: Disposition): Alert {
    const { alert, wasOpen } = this.#desk.close(id, by, disposition);
    if (wasOpen) this.changes.emit('closed', alert);
    return alert;
  }

  /** How the detectors run and do; empty before the first tick. */
  get detectors(): readonly DetectorStatus[] {
    return this.#tick?.detectors ?? [];
  }

  /**
   * Takes one message of the Worker. Flows that it left out are in the `lost` counters of its next tick. `refused`, `log` and `stopped` are the
   * daemon's.
   */
  apply(message: FromWorker): void {
    switch (message.type) {
      case 'started':
        this.#source = message.status;
        this.#heardMs = this.now();
        this.#wasConnected ||= message.status.hubble?.isConnected === true;
        if (this.phase === 'starting') this.phase = 'running';
        this.changes.emit('ready');
        return;
      case 'tick':
        this.#applyTick(message.tick);
        return;
      case 'flows':
        for (const flow of message.flows) {
          this.flows.push(flow);
          this.events.publish('flow', flow);
        }
        return;
      case 'edges':
        this.edges.add(message.edges);
        this.edgeMemory.add(message.edges);
        this.changes.emit('edges', message.edges);
        return;
      case 'alert':
        this.#tellAlert(this.#desk.receive(message.event), message.delayMs);
        return;
      case 'observed':
        this.observed.apply(message.event);
        return;
      case 'baselines':
      case 'evidence':
      case 'known-identities':
      case 'refused':
      case 'log':
      case 'stopped':
        return;
    }
  }

  #tellAlert(event: AlertEvent | undefined, delayMs: number): void {
    if (event === undefined) return;
    this.changes.emit('alert', event, delayMs);
    this.events.publish('alert', event);
  }

  #applyTick(tick: Tick): void {
    this.#tick = tick;
    this.#heardMs = this.now();
    this.#wasConnected ||= tick.hubble?.isConnected === true;
    this.pods.update(tick);
    this.listeners.update(tick);
    this.drops.update(tick);
    this.alerts.refresh((tick.alerts ?? []).map((alert) => this.#desk.mark(alert)));
    this.observed.refresh(tick.observed ?? []);
    this.#desk.review(false);
    for (const [source, count] of this.loss.update(tick.lost, this.now())) {
      if (!isByChoice(source)) this.events.publish('lost', { source, count });
    }
    this.changes.emit('tick', tick);
    if (this.events.wantsPods) this.events.publish('pods', { timeMs: tick.timeMs, pods: this.podRows() });
  }

  /** All rows of the pod table, as the API shows them, by key. */
  podRows(): PodRow[] {
    const open = this.alerts.openBySubject();
    return Array.from(this.pods.rows(), (row) => podRow(row, open.get(row.key) ?? 0));
  }

  degraded(): string[] {
    return degradedSentences({
      source: this.#source,
      tick: this.#tick,
      silentMs: this.silentMs,
      podsRefused: this.pods.refused,
      lostLately: this.loss.lately(this.now()),
      concerns: [...(this.kubernetes?.sentences() ?? []), ...this.concerns.values()],
    });
  }

  /** Seconds since the names were last known to be current: of the API server's where it is followed, else of the file. */
  identityAgeSeconds(): number | null {
    if (this.kubernetes !== undefined) return this.kubernetes.status().ageSeconds;
    return this.identityReadMs === null ? null : Math.max(0, (this.now() - this.identityReadMs) / 1000);
  }

  status(): StatusResponse {
    const { cluster, node } = this.#config;
    return {
      version: this.version,
      cluster,
      node,
      kernel: this.#source?.kernel ?? '',
      startedAt: new Date(this.startedMs).toISOString(),
      uptimeSeconds: Math.max(0, Math.round((this.now() - this.startedMs) / 1000)),
      ready: this.ready,
      source: this.#sourceView(),
      degraded: this.degraded(),
      preexistingSockets: this.#source?.preexistingSockets ?? 'partial',
      wholeHost: this.#source?.wholeHost ?? false,
      cgroupRoot: this.#source?.cgroupRoot ?? '',
      programs: this.#tick?.programs ?? this.#source?.programs ?? [],
      maps: this.#tick?.maps ?? [],
      tables: [...(this.#tick?.tables ?? []), ...this.#ownTables()],
      lostEvents: this.loss.totals(),
      liveConnections: this.#tick?.liveConnections ?? 0,
      unresolvedEndpoints: this.#tick?.unresolvedEndpoints ?? 0,
      alertsOpen: this.alerts.openCount,
      identityAgeSeconds: this.identityAgeSeconds(),
      identity: { kubernetes: this.kubernetes?.status() ?? KUBERNETES_OFF },
      configReloadSuccessful: this.configReloadSuccessful,
      stateWriteFailures: this.stateWriteFailures,
      sinks: this.sinks?.views() ?? [],
      learning: this.#tick?.learning ?? { progress: 0, workloads: 0, learned: 0 },
      rules: this.rules,
      payload: {
        mode: this.#config.payload.mode,
        ...(this.#tick?.payload ?? { inspected: 0, excluded: 0, unnamed: 0 }),
      },
    };
  }

  #sourceView(): StatusResponse['source'] {
    const hubble = this.#tick?.hubble ?? this.#source?.hubble;
    return {
      kind: this.#source?.kind ?? 'ebpf',
      ...(hubble === undefined ? undefined : { hubble }),
      unavailableDetectors: this.detectors.flatMap(({ id, unavailable }) =>
        unavailable === undefined ? [] : [{ id, reason: unavailable }],
      ),
    };
  }

  #ownTables(): StatusResponse['tables'] {
    return [
      {
        name: 'recent_flows',
        entries: this.flows.size,
        capacity: this.flows.capacity,
        evicted: this.flows.overwritten,
      },
      { name: 'known_edges', ...this.edgeMemory.state },
    ];
  }
}

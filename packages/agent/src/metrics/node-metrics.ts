import { Registry } from 'prom-client';
import type { NodeState } from '../state/node-state.ts';
import { AlertMetrics } from './alert-metrics.ts';
import type { BoundedSeries } from './bounded-series.ts';
import { EdgeMetrics, reportingWorkload } from './edge-metrics.ts';
import { namespaceLabel, workloadLabel } from './endpoint-labels.ts';
import { negotiateFormat, openMetricsView } from './exposition-format.ts';
import { PodMetrics } from './pod-metrics.ts';
import { registerProcessMetrics } from './process-metrics.ts';
import { withPrograms } from './program-metrics.ts';
import { registerSourceMetrics } from './source-metrics.ts';
import { WorkloadMetrics } from './workload-metrics.ts';

const SWEEP_MS = 10_000;

export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

/** All metrics of an agent: they follow the state's events and are written out at a scrape. */
export class NodeMetrics {
  readonly registry = new Registry();
  readonly #openMetrics: Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>;
  readonly #state: NodeState;
  readonly #pods: PodMetrics;
  readonly #edges: EdgeMetrics;
  readonly #workloads: WorkloadMetrics;
  readonly #alerts: AlertMetrics;
  #sweptMs = 0;

  constructor(state: NodeState) {
    this.#state = state;
    const capacity = () => state.config.metrics.maxSeriesPerMetric;
    this.#pods = new PodMetrics(this.registry, capacity);
    this.#edges = new EdgeMetrics(this.registry, capacity);
    this.#workloads = new WorkloadMetrics(this.registry, capacity);
    this.#alerts = new AlertMetrics(this.registry, state, capacity);
    registerSourceMetrics(this.registry, state);
    registerProcessMetrics(this.registry);
    this.#openMetrics = openMetricsView(this.registry);
    state.changes.on('tick', (tick) => {
      this.#pods.update(state.pods, tick.timeMs);
      this.#workloads.update(tick, this.#graceMs);
      if (tick.timeMs - this.#sweptMs >= SWEEP_MS) this.#sweep(tick.timeMs);
    });
    state.changes.on('edges', (edges) => this.#edges.update(edges, state.now()));
    state.changes.on('alert', (event, delayMs) => this.#alerts.update(event, delayMs, state.now()));
  }

  /** The text of one scrape in the format that the Accept header asks for. */
  async expose(accept: string | undefined): Promise<Exposition> {
    const view = negotiateFormat(accept) === 'openmetrics' ? this.#openMetrics : undefined;
    const families = (await this.#state.programs?.families(this.#state.now())) ?? [];
    const registry = withPrograms(this.registry, view, families);
    return { contentType: registry.contentType, body: await registry.metrics() };
  }

  get #graceMs(): number {
    return this.#state.config.metrics.seriesGraceSeconds * 1000;
  }

  /** Names of the metrics whose cap is reached. */
  #capped(): string[] {
    const all: readonly (readonly [string, BoundedSeries<unknown>])[] = [
      ['netguard_pod_*_total', this.#pods.series],
      ...[
        this.#edges.bytes,
        this.#edges.connections,
        this.#workloads.rtt,
        this.#workloads.retransmits,
        this.#workloads.drops,
        this.#workloads.syns,
        this.#workloads.accepted,
        this.#workloads.dnsQueries,
        this.#workloads.dnsResponses,
        this.#alerts.openings,
      ].map(({ name, series }) => [name, series] as const),
    ];
    return all.filter(([, series]) => series.full).map(([name]) => name);
  }

  /** Series whose subject left the pod table (which keeps it for the grace time) go with it. */
  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    const pods = new Set<string>();
    const workloads = new Set<string>();
    const namespaces = new Set<string>(['']);
    for (const { endpoint } of this.#state.pods.rows()) {
      const namespace = namespaceLabel(endpoint);
      if (endpoint.pod !== undefined) pods.add(`${namespace}\0${endpoint.pod}`);
      workloads.add(`${namespace}\0${workloadLabel(endpoint)}`);
      namespaces.add(namespace);
    }
    const grace = this.#graceMs;
    const byWorkload = ([namespace, workload]: readonly string[]) => workloads.has(`${namespace}\0${workload}`);
    this.#pods.series.sweep(([namespace, pod]) => pods.has(`${namespace}\0${pod}`), nowMs, grace);
    const { rtt, retransmits, drops, syns, accepted, dnsQueries, dnsResponses } = this.#workloads;
    for (const { series } of [rtt, retransmits, drops, dnsQueries, dnsResponses]) {
      (series as BoundedSeries<unknown>).sweep(byWorkload, nowMs, grace);
    }
    const onlyWhileListening = () => false;
    for (const { series } of [syns, accepted]) series.sweep(onlyWhileListening, nowMs, grace);
    for (const { series } of [this.#edges.bytes, this.#edges.connections]) {
      series.sweep((labels) => byWorkload(reportingWorkload(labels, series.labelNames)), nowMs, grace);
    }
    this.#alerts.openings.series.sweep((labels) => namespaces.has(labels[2] ?? ''), nowMs, grace);
    this.#sayCapped();
  }

  #sayCapped(): void {
    const capped = this.#capped();
    if (capped.length === 0) this.#state.concerns.delete('series');
    else {
      const sentence = `Some series of ${capped.join(', ')} count as "other": raise metrics.maxSeriesPerMetric (now ${this.#state.config.metrics.maxSeriesPerMetric}).`;
      this.#state.concerns.set('series', sentence);
    }
  }
}

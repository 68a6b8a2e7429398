import type { Registry } from 'prom-client';
import { Cumulative } from '../state/cumulative.ts';
import { mergeDrops } from '../state/drop-table.ts';
import { mergeListeners } from '../state/listener-table.ts';
import { RTT_BUCKETS_SECONDS, type Tick } from '../worker/messages.ts';
import { namespaceLabel, workloadLabel } from './endpoint-labels.ts';
import { CounterFamily } from './family.ts';
import { HistogramFamily } from './histogram-family.ts';

const WORKLOAD = ['namespace', 'workload'];

/** Round-trip times, retransmissions, drops and listeners, by workload. */
export class WorkloadMetrics {
  readonly rtt: HistogramFamily;
  readonly retransmits: CounterFamily;
  readonly drops: CounterFamily;
  readonly syns: CounterFamily;
  readonly accepted: CounterFamily;
  readonly dnsQueries: CounterFamily;
  readonly dnsResponses: CounterFamily;
  readonly #counters = new Cumulative();

  constructor(registry: Registry, capacity: () => number) {
    this.rtt = new HistogramFamily(registry, {
      name: 'netguard_tcp_rtt_seconds',
      help: 'Smoothed round-trip time of TCP connections, sampled while they move.',
      labelNames: WORKLOAD,
      bounds: RTT_BUCKETS_SECONDS,
      capacity,
    });
    this.retransmits = new CounterFamily(registry, {
      name: 'netguard_tcp_retransmitted_segments_total',
      help: 'TCP segments that the workload sent again.',
      labelNames: WORKLOAD,
      capacity,
    });
    this.drops = new CounterFamily(registry, {
      name: 'netguard_dropped_packets_total',
      help: "Packets dropped in the network namespace of the workload, by the kernel's reason.",
      labelNames: [...WORKLOAD, 'reason'],
      capacity,
    });
    this.syns = new CounterFamily(registry, {
      name: 'netguard_listener_syns_total',
      help: 'First SYNs that reached a listener (retransmitted ones are not counted).',
      labelNames: [...WORKLOAD, 'port'],
      capacity,
    });
    this.accepted = new CounterFamily(registry, {
      name: 'netguard_listener_accepted_total',
      help: 'Handshakes that a listener completed.',
      labelNames: [...WORKLOAD, 'port'],
      capacity,
    });
    this.dnsQueries = new CounterFamily(registry, {
      name: 'netguard_dns_queries_total',
      help: 'DNS questions that the workload asked, by their type.',
      labelNames: [...WORKLOAD, 'qtype'],
      capacity,
    });
    this.dnsResponses = new CounterFamily(registry, {
      name: 'netguard_dns_responses_total',
      help: 'DNS answers that the workload got, by their code.',
      labelNames: [...WORKLOAD, 'rcode'],
      capacity,
    });
  }

  /**
   * `graceMs`: how long the counters of something gone are remembered. Rows of drops and retransmits come in every tick,
   * also long after their pod: only growth keeps their series. A listener's row comes while it listens.
   */
  update(tick: Tick, graceMs: number): void {
    const nowMs = tick.timeMs;
    for (const { namespace, workload, buckets, sumSeconds, exemplars = [] } of tick.rtt) {
      this.rtt.addBuckets([namespace, workload], buckets, sumSeconds, nowMs);
      for (const { bucket, flowId, seconds, timeMs } of exemplars) {
        const exemplar = { labelSet: { flow_id: flowId }, value: seconds, timestamp: timeMs / 1000 };
        this.rtt.showExemplar([namespace, workload], bucket, exemplar, nowMs);
      }
    }
    for (const { namespace, workload, segments } of tick.retransmits) {
      const added = this.#counters.advance(`retransmits\0${namespace}\0${workload}`, segments, nowMs);
      if (added > 0) this.retransmits.add([namespace, workload], added, nowMs);
    }
    for (const [key, { endpoint, reason, packets }] of mergeDrops(tick.drops)) {
      const added = this.#counters.advance(`drop\0${key}`, packets, nowMs);
      if (added > 0) this.drops.add([namespaceLabel(endpoint), workloadLabel(endpoint), reason], added, nowMs);
    }
    for (const [key, row] of mergeListeners(tick.listeners)) {
      const labels = [namespaceLabel(row.endpoint), workloadLabel(row.endpoint), String(row.port)];
      const [syns = 0, accepted = 0] = this.#counters.advanceAll(`listener\0${key}`, [row.syns, row.completed], nowMs);
      this.syns.add(labels, syns, nowMs);
      this.accepted.add(labels, accepted, nowMs);
    }
    for (const { namespace, workload, kind, what, count } of tick.dns ?? []) {
      const added = this.#counters.advance(`dns\0${namespace}\0${workload}\0${kind}\0${what}`, count, nowMs);
      const family = kind === 'queries' ? this.dnsQueries : this.dnsResponses;
      if (added > 0) family.add([namespace, workload, what], added, nowMs);
    }
    this.#counters.forget(nowMs - graceMs);
  }
}

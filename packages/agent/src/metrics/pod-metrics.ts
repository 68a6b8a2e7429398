import type { Registry } from 'prom-client';
import { noTraffic, type PodTable, type Traffic } from '../state/pod-table.ts';
import { BoundedSeries } from './bounded-series.ts';
import { labelRecord, registerFamily } from './family.ts';

const FAMILIES: readonly { readonly name: string; readonly help: string; readonly field: keyof Traffic }[] = [
  {
    name: 'netguard_pod_receive_bytes_total',
    help: 'Transport payload bytes that applications of the pod received.',
    field: 'receiveBytes',
  },
  {
    name: 'netguard_pod_transmit_bytes_total',
    help: 'Transport payload bytes that applications of the pod sent.',
    field: 'transmitBytes',
  },
  {
    name: 'netguard_pod_receive_packets_total',
    help: 'Segments or datagrams that the pod received, offload unfolded.',
    field: 'receivePackets',
  },
  {
    name: 'netguard_pod_transmit_packets_total',
    help: 'Segments or datagrams that the pod sent, offload unfolded.',
    field: 'transmitPackets',
  },
];

/** `netguard_pod_*_total`: the four share their series, so a pod is admitted to all or to none. */
export class PodMetrics {
  readonly series: BoundedSeries<Traffic>;

  constructor(registry: Registry, capacity: () => number) {
    const labelNames = ['namespace', 'pod', 'protocol'];
    this.series = new BoundedSeries({ labelNames, capacity, keptInOther: ['protocol'], create: noTraffic });
    for (const { name, help, field } of FAMILIES) {
      const { series } = this;
      registerFamily(registry, {
        name,
        help,
        type: 'counter',
        *collect() {
          for (const [values, cell] of series.entries())
            yield { labels: labelRecord(labelNames, values), value: cell[field] };
        },
      });
    }
  }

  update(pods: PodTable, nowMs: number): void {
    for (const { row, protocol, added } of pods.growth) {
      const { pod, namespace } = row.endpoint;
      if (pod === undefined) continue;
      const cell = this.series.cell([namespace ?? '', pod, protocol], nowMs);
      for (const { field } of FAMILIES) cell[field] += added[field];
    }
  }
}

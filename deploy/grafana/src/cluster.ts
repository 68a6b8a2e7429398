import { netguardDashboard } from './dashboard.ts';
import { bars, graph, stat } from './panels.ts';
import { rate, sumBy, top } from './promql.ts';
import { drops, failures, results, roundTrips, talkers } from './shared.ts';

const NAMESPACE = 'namespace=~"$namespace"';
const POD = '{{namespace}}/{{pod}}';

export const cluster = netguardDashboard({
  uid: 'netguard-cluster',
  title: 'Cluster',
  description: 'Is anything wrong, who talks most, what fails: all watched nodes at a glance.',
  variables: ['namespace'],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Alerts, critical or high',
          description: 'Open alerts of severity critical or high. The dashboard Threats lists them.',
          unit: 'short',
          limits: [[1, 'red']],
          query: {
            expr: `sum(netguard_alerts_open{${NAMESPACE}, severity=~"critical|high"}) or vector(0)`,
            legend: 'open',
          },
        }),
        stat({
          title: 'Alerts, medium or low',
          description: 'Open alerts of severity medium or low.',
          unit: 'short',
          limits: [[1, 'orange']],
          query: {
            expr: `sum(netguard_alerts_open{${NAMESPACE}, severity=~"medium|low"}) or vector(0)`,
            legend: 'open',
          },
        }),
        stat({
          title: 'Nodes watched',
          description: 'NetGuard agents that answer Prometheus now.',
          unit: 'short',
          query: { expr: 'count(netguard_build_info)', legend: 'nodes' },
        }),
        stat({
          title: 'Pods with traffic',
          description: 'Pods that received or sent a packet within the rate interval.',
          unit: 'short',
          query: {
            expr: `count(${sumBy('namespace, pod', rate('netguard_pod_transmit_packets_total', NAMESPACE))} > 0)`,
            legend: 'pods',
          },
        }),
        stat({
          title: 'Sent by pods',
          description:
            'Payload bytes per second that pods sent. What pods received is the same bytes again where both ends are pods.',
          unit: 'Bps',
          query: { expr: `sum(${rate('netguard_pod_transmit_bytes_total', NAMESPACE)})`, legend: 'sent' },
        }),
        stat({
          title: 'Events lost',
          description:
            'Events per second that NetGuard could not count, all nodes. Anything but 0 means that numbers may be low.',
          unit: 'cps',
          limits: [[0.001, 'orange']],
          query: {
            expr: `sum(${rate('netguard_lost_events_total', 'source!~"flow_records|payload_.+"')}) or vector(0)`,
            legend: 'lost',
          },
        }),
      ],
    },
    {
      title: 'Who talks',
      panels: [
        graph({
          title: 'Received by namespace',
          description: 'Payload bytes per second that the pods of a namespace received.',
          unit: 'Bps',
          stacked: true,
          queries: [
            {
              expr: top(10, sumBy('namespace', rate('netguard_pod_receive_bytes_total', NAMESPACE))),
              legend: '{{namespace}}',
            },
          ],
        }),
        graph({
          title: 'Sent by namespace',
          description: 'Payload bytes per second that the pods of a namespace sent.',
          unit: 'Bps',
          stacked: true,
          queries: [
            {
              expr: top(10, sumBy('namespace', rate('netguard_pod_transmit_bytes_total', NAMESPACE))),
              legend: '{{namespace}}',
            },
          ],
        }),
        bars({
          title: 'Pods that receive most',
          description: 'Payload bytes per second, the ten greatest.',
          unit: 'Bps',
          query: {
            expr: top(10, sumBy('namespace, pod', rate('netguard_pod_receive_bytes_total', NAMESPACE))),
            legend: POD,
          },
        }),
        bars({
          title: 'Pods that send most',
          description: 'Payload bytes per second, the ten greatest.',
          unit: 'Bps',
          query: {
            expr: top(10, sumBy('namespace, pod', rate('netguard_pod_transmit_bytes_total', NAMESPACE))),
            legend: POD,
          },
        }),
        talkers('Who talks to whom', 'destination_namespace=~"$namespace"'),
      ],
    },
    {
      title: 'What fails',
      panels: [
        results('destination_namespace=~"$namespace"'),
        drops(NAMESPACE, 'reason', '{{reason}}'),
        roundTrips(NAMESPACE),
        graph({
          title: 'TCP segments sent again, share',
          description:
            'Of all TCP segments that the pods of a namespace sent, the share that was sent again. A percent is much inside a cluster.',
          unit: 'percentunit',
          limits: [[0.01, 'orange']],
          queries: [
            {
              expr: `${sumBy('namespace', rate('netguard_tcp_retransmitted_segments_total', NAMESPACE))} / (${sumBy('namespace', rate('netguard_pod_transmit_packets_total', `${NAMESPACE}, protocol="TCP"`))} > 0)`,
              legend: '{{namespace}}',
            },
          ],
        }),
        failures('Connections that failed', 'destination_namespace=~"$namespace"'),
      ],
    },
  ],
});

import { netguardDashboard } from './dashboard.ts';
import { bars, graph, stat } from './panels.ts';
import { rate, sumBy, top } from './promql.ts';
import { drops, listeners, retransmits, roundTrips, talkers } from './shared.ts';

const NODE = 'instance=~"$node"';
const POD = '{{namespace}}/{{pod}}';

export const node = netguardDashboard({
  uid: 'netguard-node',
  title: 'Node',
  description: 'What the pods, units and processes of a node do. A node is the label instance of its agent.',
  variables: ['node'],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Alerts open',
          description: 'Open alerts that the agents of these nodes raised.',
          unit: 'short',
          limits: [[1, 'red']],
          query: { expr: `sum(netguard_alerts_open{${NODE}}) or vector(0)`, legend: 'open' },
        }),
        stat({
          title: 'Pods',
          description: 'Pods with counters: those that run, and those that left within the last five minutes.',
          unit: 'short',
          query: {
            expr: `count(${sumBy('namespace, pod', `netguard_pod_transmit_bytes_total{${NODE}}`)}) or vector(0)`,
            legend: 'pods',
          },
        }),
        stat({
          title: 'Received by pods',
          description: 'Payload bytes per second.',
          unit: 'Bps',
          query: { expr: `sum(${rate('netguard_pod_receive_bytes_total', NODE)})`, legend: 'received' },
        }),
        stat({
          title: 'Sent by pods',
          description: 'Payload bytes per second.',
          unit: 'Bps',
          query: { expr: `sum(${rate('netguard_pod_transmit_bytes_total', NODE)})`, legend: 'sent' },
        }),
        stat({
          title: 'Packets dropped',
          description: 'Packets per second that the kernel dropped, all workloads.',
          unit: 'pps',
          limits: [[100, 'orange']],
          query: { expr: `sum(${rate('netguard_dropped_packets_total', NODE)}) or vector(0)`, legend: 'dropped' },
        }),
        stat({
          title: 'Events lost',
          description: 'Events per second that could not be counted. Anything but 0 means that numbers may be low.',
          unit: 'cps',
          limits: [[0.001, 'orange']],
          query: {
            expr: `sum(${rate('netguard_lost_events_total', `${NODE}, source!~"flow_records|payload_.+"`)}) or vector(0)`,
            legend: 'lost',
          },
        }),
      ],
    },
    {
      title: 'Traffic',
      panels: [
        graph({
          title: 'Received by node',
          description: 'Payload bytes per second that the pods of a node received.',
          unit: 'Bps',
          stacked: true,
          queries: [
            { expr: sumBy('instance', rate('netguard_pod_receive_bytes_total', NODE)), legend: '{{instance}}' },
          ],
        }),
        graph({
          title: 'Sent by node',
          description: 'Payload bytes per second that the pods of a node sent.',
          unit: 'Bps',
          stacked: true,
          queries: [
            { expr: sumBy('instance', rate('netguard_pod_transmit_bytes_total', NODE)), legend: '{{instance}}' },
          ],
        }),
        bars({
          title: 'Pods that receive most',
          description: 'Payload bytes per second, the ten greatest.',
          unit: 'Bps',
          query: {
            expr: top(10, sumBy('namespace, pod', rate('netguard_pod_receive_bytes_total', NODE))),
            legend: POD,
          },
        }),
        bars({
          title: 'Pods that send most',
          description: 'Payload bytes per second, the ten greatest.',
          unit: 'Bps',
          query: {
            expr: top(10, sumBy('namespace, pod', rate('netguard_pod_transmit_bytes_total', NODE))),
            legend: POD,
          },
        }),
        talkers('Who talks to whom', NODE),
      ],
    },
    {
      title: 'How well',
      panels: [
        drops(NODE, 'instance, reason', '{{instance}} {{reason}}'),
        retransmits(NODE, 'instance', '{{instance}}'),
        roundTrips(NODE),
        ...listeners(NODE).slice(0, 1),
      ],
    },
  ],
});

import { netguardDashboard } from './dashboard.ts';
import { graph, stat } from './panels.ts';
import { edgeConnections, endIs, rate, sumBy, top } from './promql.ts';
import { drops, failures, listeners, results, retransmits, roundTrips, talkers } from './shared.ts';

const NAMESPACE = 'namespace=~"$namespace"';
const received = (filter = '') => rate('netguard_pod_receive_bytes_total', NAMESPACE + filter);
const sent = (filter = '') => rate('netguard_pod_transmit_bytes_total', NAMESPACE + filter);

export const namespace = netguardDashboard({
  uid: 'netguard-namespace',
  title: 'Namespace',
  description: 'The traffic of one namespace or some: by pod, by peer, and what of it fails.',
  variables: ['namespace'],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Alerts open',
          description: 'Open alerts whose target, else source, is in the namespace.',
          unit: 'short',
          limits: [[1, 'red']],
          query: { expr: `sum(netguard_alerts_open{${NAMESPACE}}) or vector(0)`, legend: 'open' },
        }),
        stat({
          title: 'Received',
          description: 'Payload bytes per second that the pods received.',
          unit: 'Bps',
          query: { expr: `sum(${received()})`, legend: 'received' },
        }),
        stat({
          title: 'Sent',
          description: 'Payload bytes per second that the pods sent.',
          unit: 'Bps',
          query: { expr: `sum(${sent()})`, legend: 'sent' },
        }),
        stat({
          title: 'Connections to here',
          description: 'Connections and conversations per second that ended here, whatever their result.',
          unit: 'cps',
          query: { expr: `sum(${edgeConnections(endIs('destination', 'namespace'))})`, legend: 'connections' },
        }),
        stat({
          title: 'Failed from here',
          description:
            'Connections per second that pods of the namespace tried and that were refused, timed out or were reset.',
          unit: 'cps',
          limits: [[1, 'orange']],
          query: {
            expr: `sum(${edgeConnections(`${endIs('source', 'namespace')}, result!="established"`)}) or vector(0)`,
            legend: 'failed',
          },
        }),
        stat({
          title: 'Packets dropped',
          description: 'Packets per second that the kernel dropped in network namespaces of the pods.',
          unit: 'pps',
          limits: [[10, 'orange']],
          query: { expr: `sum(${rate('netguard_dropped_packets_total', NAMESPACE)}) or vector(0)`, legend: 'dropped' },
        }),
      ],
    },
    {
      title: 'By pod',
      panels: [
        graph({
          title: 'Received by pod',
          description: 'Payload bytes per second, the ten greatest.',
          unit: 'Bps',
          queries: [{ expr: top(10, sumBy('pod', received())), legend: '{{pod}}' }],
        }),
        graph({
          title: 'Sent by pod',
          description: 'Payload bytes per second, the ten greatest.',
          unit: 'Bps',
          queries: [{ expr: top(10, sumBy('pod', sent())), legend: '{{pod}}' }],
        }),
        graph({
          title: 'Packets received by protocol',
          description: 'Segments or datagrams per second, offload unfolded.',
          unit: 'pps',
          stacked: true,
          queries: [
            { expr: sumBy('protocol', rate('netguard_pod_receive_packets_total', NAMESPACE)), legend: '{{protocol}}' },
          ],
        }),
        graph({
          title: 'Packets sent by protocol',
          description: 'Segments or datagrams per second, offload unfolded.',
          unit: 'pps',
          stacked: true,
          queries: [
            { expr: sumBy('protocol', rate('netguard_pod_transmit_packets_total', NAMESPACE)), legend: '{{protocol}}' },
          ],
        }),
      ],
    },
    {
      title: 'With whom',
      panels: [
        talkers('Who talks to this namespace', endIs('destination', 'namespace')),
        talkers('Whom this namespace talks to', endIs('source', 'namespace')),
      ],
    },
    {
      title: 'How well',
      panels: [
        roundTrips(NAMESPACE),
        retransmits(NAMESPACE, 'workload', '{{workload}}'),
        results(endIs('destination', 'namespace')),
        drops(NAMESPACE, 'workload, reason', '{{workload}} {{reason}}'),
        ...listeners(NAMESPACE),
        failures('Connections from here that failed', endIs('source', 'namespace')),
      ],
    },
  ],
});

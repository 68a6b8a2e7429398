import { netguardDashboard } from './dashboard.ts';
import { graph, stat } from './panels.ts';
import { edgeBytes, edgeConnections, endIs, ownBytes, quantile, rate, sumBy, top } from './promql.ts';
import {
  DESTINATION_LEGEND,
  drops,
  failures,
  listeners,
  results,
  retransmits,
  roundTrips,
  SOURCE_LEGEND,
  talkers,
} from './shared.ts';

const WORKLOAD = 'namespace=~"$namespace", workload=~"$workload"';
const asClient = endIs('source', 'namespace', 'workload');
const asServer = endIs('destination', 'namespace', 'workload');

export const workload = netguardDashboard({
  uid: 'netguard-workload',
  title: 'Workload',
  description:
    'One workload: what it serves, whom it asks, how its connections fare. Units, containers and node processes too.',
  variables: ['namespace', 'workload'],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Served',
          description: 'Payload bytes per second over connections that others opened to it, both directions.',
          unit: 'Bps',
          query: { expr: `sum(${edgeBytes(asServer)}) or vector(0)`, legend: 'served' },
        }),
        stat({
          title: 'Asked for',
          description: 'Payload bytes per second over connections that it opened, both directions.',
          unit: 'Bps',
          query: { expr: `sum(${edgeBytes(asClient)}) or vector(0)`, legend: 'asked for' },
        }),
        stat({
          title: 'Connections to it',
          description: 'Connections and conversations per second that ended here, whatever their result.',
          unit: 'cps',
          query: { expr: `sum(${edgeConnections(asServer)}) or vector(0)`, legend: 'connections' },
        }),
        stat({
          title: 'Its own that failed',
          description: 'Connections per second that it tried and that were refused, timed out or were reset.',
          unit: 'cps',
          limits: [[1, 'orange']],
          query: {
            expr: `sum(${edgeConnections(`${asClient}, result!="established"`)}) or vector(0)`,
            legend: 'failed',
          },
        }),
        stat({
          title: 'Round trip, p50',
          description: 'Half of the samples of TCP round-trip times are below.',
          unit: 's',
          query: { expr: quantile(0.5, '', rate('netguard_tcp_rtt_seconds_bucket', WORKLOAD)), legend: 'p50' },
        }),
        stat({
          title: 'Round trip, p99',
          description: 'One sample of a hundred is above.',
          unit: 's',
          limits: [
            [0.1, 'orange'],
            [0.5, 'red'],
          ],
          query: { expr: quantile(0.99, '', rate('netguard_tcp_rtt_seconds_bucket', WORKLOAD)), legend: 'p99' },
        }),
      ],
    },
    {
      title: 'Traffic',
      panels: [
        graph({
          title: 'Sent and received as a server',
          description: 'Payload bytes per second as its own listening sockets counted.',
          unit: 'Bps',
          queries: [
            { expr: `sum(${ownBytes('destination', 'request', asServer)})`, legend: 'requests received' },
            { expr: `sum(${ownBytes('destination', 'response', asServer)})`, legend: 'responses sent' },
          ],
        }),
        graph({
          title: 'Sent and received as a client',
          description: 'Payload bytes per second as the sockets that it opened counted.',
          unit: 'Bps',
          queries: [
            { expr: `sum(${ownBytes('source', 'request', asClient)})`, legend: 'requests sent' },
            { expr: `sum(${ownBytes('source', 'response', asClient)})`, legend: 'responses received' },
          ],
        }),
        graph({
          title: 'By client',
          description: 'Who asks it: payload bytes per second, both directions, the ten greatest.',
          unit: 'Bps',
          queries: [
            { expr: top(10, sumBy('source_namespace, source_workload', edgeBytes(asServer))), legend: SOURCE_LEGEND },
          ],
        }),
        graph({
          title: 'By server',
          description: 'Whom it asks: payload bytes per second, both directions, the ten greatest.',
          unit: 'Bps',
          queries: [
            {
              expr: top(
                10,
                sumBy(
                  'destination_namespace, destination_workload, destination_service, destination_port',
                  edgeBytes(asClient),
                ),
              ),
              legend: DESTINATION_LEGEND,
            },
          ],
        }),
        talkers('Who talks to it', asServer),
        talkers('Whom it talks to', asClient),
      ],
    },
    {
      title: 'How well',
      panels: [
        ...listeners(WORKLOAD),
        roundTrips(WORKLOAD),
        retransmits(WORKLOAD, 'namespace, workload', '{{namespace}}/{{workload}}'),
        results(asServer),
        drops(WORKLOAD, 'workload, reason', '{{workload}} {{reason}}'),
        failures('Its own connections that failed', asClient),
      ],
    },
  ],
});

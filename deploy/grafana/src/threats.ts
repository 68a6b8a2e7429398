import { netguardDashboard } from './dashboard.ts';
import { graph, type Limits, stat, table } from './panels.ts';
import { edgeBytes, openedInRange, quantile, rate, sumBy, top } from './promql.ts';
import { CELL, DESTINATION_LEGEND, drops, failures, listeners, SOURCE_LEGEND } from './shared.ts';

const NAMESPACE = 'namespace=~"$namespace"';
const ALERTS = `${NAMESPACE}, rule=~"$rule"`;

const SEVERITIES: readonly (readonly [severity: string, limits: Limits])[] = [
  ['critical', [[1, 'red']]],
  ['high', [[1, 'red']]],
  ['medium', [[1, 'orange']]],
  ['low', [[1, 'yellow']]],
];

export const threats = netguardDashboard({
  uid: 'netguard-threats',
  title: 'Threats',
  description: 'Alerts that are open, that opened, how fast they were told, and the signals that most rules judge.',
  variables: ['namespace', 'rule'],
  rows: [
    {
      title: 'Open now',
      panels: [
        ...SEVERITIES.map(([severity, limits]) =>
          stat({
            title: `Open, ${severity}`,
            description: `Open alerts of severity ${severity}. \`netguard alerts list\` names source and target.`,
            unit: 'short',
            limits,
            query: {
              expr: `sum(netguard_alerts_open{${ALERTS}, severity="${severity}"}) or vector(0)`,
              legend: severity,
            },
          }),
        ),
        stat({
          title: 'Opened in this range',
          description: 'Alerts that opened within the time range of the dashboard.',
          unit: 'short',
          decimals: 0,
          query: { expr: `sum(${openedInRange(ALERTS)}) or vector(0)`, legend: 'opened' },
        }),
        stat({
          title: 'Silences in force',
          description: 'They hold back notifications by NetGuard, not the counting here.',
          unit: 'short',
          query: { expr: 'max(netguard_silences_active)', legend: 'silences' },
        }),
        table({
          title: 'Open alerts by rule',
          description:
            'How many are open now, by rule, severity and namespace. The evidence is in `netguard alerts explain ID`.',
          unit: 'short',
          value: 'Open',
          columns: [
            { label: 'severity', title: 'Severity' },
            { label: 'rule', title: 'Rule', link: { uid: 'netguard-threats', variables: { rule: CELL } } },
            {
              label: 'namespace',
              title: 'Namespace',
              link: { uid: 'netguard-namespace', variables: { namespace: CELL } },
            },
          ],
          expr: `${sumBy('severity, rule, namespace', `netguard_alerts_open{${ALERTS}}`)} > 0`,
        }),
      ],
    },
    {
      title: 'Over time',
      panels: [
        graph({
          title: 'Open by rule',
          description: 'Alerts open at a time, by rule.',
          unit: 'short',
          stacked: true,
          queries: [{ expr: sumBy('rule', `netguard_alerts_open{${ALERTS}}`), legend: '{{rule}}' }],
        }),
        graph({
          title: 'Open by severity',
          description: 'Alerts open at a time, by severity.',
          unit: 'short',
          stacked: true,
          queries: [{ expr: sumBy('severity', `netguard_alerts_open{${ALERTS}}`), legend: '{{severity}}' }],
        }),
        graph({
          title: 'Detection delay',
          description:
            "From the kernel's event to the opening of the alert, over the range of the dashboard. A SYN flood waits 150 ms, as long as handshakes get to complete; rules that judge minutes of behaviour are slow by nature.",
          unit: 's',
          queries: [0.5, 0.99].map((share) => ({
            expr: quantile(share, 'rule', 'increase(netguard_detection_delay_seconds_bucket{rule=~"$rule"}[$__range])'),
            legend: `{{rule}} p${share * 100}`,
          })),
        }),
        graph({
          title: 'Alerts opened, all told',
          description:
            'The counters themselves since each agent started: each step is an alert. Dashed marks name them.',
          unit: 'short',
          queries: [
            { expr: sumBy('rule, severity', `netguard_alerts_total{${ALERTS}}`), legend: '{{rule}} {{severity}}' },
          ],
        }),
      ],
    },
    {
      title: 'Signals',
      panels: [
        ...listeners(NAMESPACE),
        drops(NAMESPACE, 'namespace, workload, reason', '{{namespace}}/{{workload}} {{reason}}'),
        graph({
          title: 'Sent to the world',
          description:
            'Requests of workloads to addresses outside: payload bytes per second, the ten greatest. What leaves that never left before is worth a look.',
          unit: 'Bps',
          queries: [
            {
              expr: top(
                10,
                sumBy(
                  'source_namespace, source_workload, destination_namespace, destination_workload, destination_port',
                  edgeBytes('source_namespace=~"$namespace", destination_workload="world", direction="request"'),
                ),
              ),
              legend: `${SOURCE_LEGEND} → ${DESTINATION_LEGEND}`,
            },
          ],
        }),
        graph({
          title: 'Received from the world',
          description:
            'Bytes per second of connections that come from addresses outside, by whom they reach, the ten greatest.',
          unit: 'Bps',
          queries: [
            {
              expr: top(
                10,
                sumBy(
                  'destination_namespace, destination_workload, destination_port',
                  edgeBytes('destination_namespace=~"$namespace", source_workload="world", direction="request"'),
                ),
              ),
              legend: '{{destination_namespace}}/{{destination_workload}}:{{destination_port}}',
            },
          ],
        }),
        graph({
          title: 'Packets received by pods',
          description: 'Packets per second, the ten greatest: the height of a flood of datagrams.',
          unit: 'pps',
          queries: [
            {
              expr: top(10, sumBy('namespace, pod, protocol', rate('netguard_pod_receive_packets_total', NAMESPACE))),
              legend: '{{namespace}}/{{pod}} {{protocol}}',
            },
          ],
        }),
        failures('Connections that failed', 'source_namespace=~"$namespace"'),
      ],
    },
  ],
});

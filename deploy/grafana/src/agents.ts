import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { netguardDashboard } from './dashboard.ts';
import { graph, stat, table } from './panels.ts';
import { quantile, rate, sumBy } from './promql.ts';

const NODE = 'instance=~"$node"';
const BY_NODE = 'job, instance';
/** Metrics that every Prometheus client has, of NetGuard's processes only. */
const ours = (vector: string) => `${vector} and on (${BY_NODE}) netguard_build_info`;

const OK_OR_REFUSED: ValueMapping[] = [
  { type: MappingType.ValueToText, options: { '0': { text: 'refused', color: 'red', index: 0 } } },
  { type: MappingType.ValueToText, options: { '1': { text: 'in use', color: 'green', index: 1 } } },
];

export const agents = netguardDashboard({
  uid: 'netguard-agents',
  title: 'NetGuard itself',
  description: 'How the agents do: what they lose, how full their maps are, what they cost, how fresh their names are.',
  variables: ['node'],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Agents',
          description: 'Agents that answer Prometheus now.',
          unit: 'short',
          query: { expr: `count(netguard_build_info{${NODE}})`, legend: 'agents' },
        }),
        stat({
          title: 'Configuration',
          description:
            'Whether every agent runs with the configuration that its file has now. Refused: the last good one is in use.',
          unit: 'short',
          mappings: OK_OR_REFUSED,
          limits: [
            [0, 'red'],
            [1, 'green'],
          ],
          query: { expr: `min(netguard_config_last_reload_successful{${NODE}})`, legend: 'configuration' },
        }),
        stat({
          title: 'Programs not attached',
          description: 'Kernel programs that the kernel refused: what they would see is not seen.',
          unit: 'short',
          limits: [[1, 'red']],
          query: { expr: `sum(1 - netguard_bpf_program_attached{${NODE}})`, legend: 'not attached' },
        }),
        stat({
          title: 'Fullest kernel map',
          description: 'The greatest share of a kernel map that is in use.',
          unit: 'percentunit',
          limits: [
            [0.7, 'orange'],
            [0.9, 'red'],
          ],
          query: {
            expr: `max(netguard_bpf_map_entries{${NODE}} / (netguard_bpf_map_capacity{${NODE}} > 0))`,
            legend: 'fill',
          },
        }),
        stat({
          title: 'Events lost, in all',
          description: 'Since the agents started, all sources but flow records and samples of payload.',
          unit: 'short',
          limits: [[1, 'orange']],
          query: {
            expr: `sum(netguard_lost_events_total{${NODE}, source!~"flow_records|payload_.+"}) or vector(0)`,
            legend: 'lost',
          },
        }),
        stat({
          title: 'Oldest names',
          description:
            'Age of the identities in use. It only grows while a static file is not changed; a dash: no source of names.',
          unit: 's',
          query: { expr: `max(netguard_identity_age_seconds{${NODE}})`, legend: 'age' },
        }),
      ],
    },
    {
      title: 'Trust',
      panels: [
        graph({
          title: 'Events lost by source',
          description:
            'Per second. Anything but 0 means that counts may be low; docs/reference/metrics.md says what each source is.',
          unit: 'cps',
          queries: [
            {
              expr: sumBy('instance, source', rate('netguard_lost_events_total', NODE)),
              legend: '{{instance}} {{source}}',
            },
          ],
        }),
        graph({
          title: 'Kernel maps in use',
          description:
            'Share of the room of each kernel map. What finds no room is counted as lost or summed without a name.',
          unit: 'percentunit',
          max: 1,
          limits: [[0.9, 'red']],
          queries: [
            {
              expr: `netguard_bpf_map_entries{${NODE}} / (netguard_bpf_map_capacity{${NODE}} > 0)`,
              legend: '{{instance}} {{map}}',
            },
          ],
        }),
        graph({
          title: 'Endpoints without a name',
          description: 'Per second: pods that could not be named within five seconds.',
          unit: 'cps',
          queries: [
            { expr: sumBy('instance', rate('netguard_unresolved_endpoints_total', NODE)), legend: '{{instance}}' },
          ],
        }),
        graph({
          title: 'Detection delay',
          description: "From the kernel's event to the opening of the alert, over the range of the dashboard.",
          unit: 's',
          queries: [0.5, 0.99].map((share) => ({
            expr: quantile(share, 'instance', `increase(netguard_detection_delay_seconds_bucket{${NODE}}[$__range])`),
            legend: `{{instance}} p${share * 100}`,
          })),
        }),
      ],
    },
    {
      title: 'Cost',
      panels: [
        graph({
          title: 'CPU',
          description: 'Share of one core, all threads of the agent.',
          unit: 'percentunit',
          limits: [[0.5, 'orange']],
          queries: [{ expr: ours(rate('process_cpu_seconds_total', NODE)), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Memory',
          description: 'Resident memory of the agent. Kernel maps are not in it.',
          unit: 'bytes',
          limits: [[500e6, 'orange']],
          queries: [{ expr: ours(`process_resident_memory_bytes{${NODE}}`), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Event-loop delay, p99',
          description: 'Of the thread that serves HTTP. Detection runs in another one.',
          unit: 's',
          queries: [{ expr: ours(`nodejs_eventloop_lag_p99_seconds{${NODE}}`), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Series per scrape',
          description: 'What an agent costs Prometheus. The formula is in docs/reference/metrics.md.',
          unit: 'short',
          queries: [{ expr: ours(`scrape_samples_scraped{${NODE}}`), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Time per run of a kernel program',
          description: 'Empty unless kernel.bpf_stats_enabled is on; NetGuard never switches it on.',
          unit: 's',
          queries: [
            {
              expr: `${sumBy('program', rate('netguard_bpf_program_seconds_total', NODE))} / (${sumBy('program', rate('netguard_bpf_program_runs_total', NODE))} > 0)`,
              legend: '{{program}}',
            },
          ],
        }),
        graph({
          title: 'Open files',
          description: 'Of the agent: about one for each client and each attached program.',
          unit: 'short',
          queries: [{ expr: ours(`process_open_fds{${NODE}}`), legend: '{{instance}}' }],
        }),
        table({
          title: 'Versions',
          description: 'What runs where.',
          unit: 'short',
          value: 'Agents',
          columns: [
            { label: 'instance', title: 'Node' },
            { label: 'version', title: 'NetGuard' },
            { label: 'node_version', title: 'Node.js' },
          ],
          expr: sumBy('instance, version, node_version', `netguard_build_info{${NODE}}`),
        }),
      ],
    },
  ],
});

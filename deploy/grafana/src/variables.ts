import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** What Grafana fills in: `${name}`. */
export function placeholder(name: string): string {
  return `\${${name}}`;
}

/** Where every query goes: whatever Prometheus the reader of the dashboard picked. */
export const DATASOURCE = { type: 'prometheus', uid: placeholder('datasource') };

export type VariableName = 'namespace' | 'workload' | 'node' | 'rule';

/** Whoever carries a `workload` label of its own; a workload that only sends datagrams is found by its drops at most. */
const WORKLOAD_SERIES = 'netguard_tcp_rtt_seconds_count|netguard_listener_syns_total|netguard_dropped_packets_total';

const QUERIES: Readonly<Record<VariableName, { readonly label: string; readonly query: string }>> = {
  namespace: { label: 'Namespace', query: 'label_values(netguard_pod_receive_bytes_total, namespace)' },
  workload: {
    label: 'Workload',
    query: `label_values({__name__=~"${WORKLOAD_SERIES}", namespace=~"$namespace"}, workload)`,
  },
  node: { label: 'Node', query: 'label_values(netguard_build_info, instance)' },
  rule: { label: 'Rule', query: 'label_values(netguard_alerts_total, rule)' },
};

export function datasourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');
}

/** Several values, or all of them: `.*`, which also takes what has no value (nodes and units have no namespace). */
export function variable(name: VariableName): QueryVariableBuilder {
  const { label, query } = QUERIES[name];
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query, refId: `Variable-${name}` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .regex('/.+/')
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

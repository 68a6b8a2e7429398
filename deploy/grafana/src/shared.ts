/** Panels and columns that several dashboards have, each about what `filter` selects. */
import { bars, type Column, graph, type PanelInRow, table } from './panels.ts';
import { type End, edgeBytes, edgeConnections, quantile, rate, sumBy, top } from './promql.ts';
import { placeholder } from './variables.ts';

/** How an end of an edge is written: namespace/workload, or namespace/service:port. */
export const SOURCE_LEGEND = '{{source_namespace}}/{{source_workload}}';
export const DESTINATION_LEGEND =
  '{{destination_namespace}}/{{destination_workload}}{{destination_service}}:{{destination_port}}';

/** In a table's link: the cell that was clicked, and its neighbour in the same row. Names may hold anything. */
export const CELL = placeholder('__value.raw:percentencode');
const neighbour = (title: string) => placeholder(`__data.fields["${title}"]:percentencode`);

const END_COLUMNS: Readonly<Record<End, readonly Column[]>> = {
  source: [
    {
      label: 'source_namespace',
      title: 'From namespace',
      link: { uid: 'netguard-namespace', variables: { namespace: CELL } },
    },
    {
      label: 'source_workload',
      title: 'From workload',
      link: {
        uid: 'netguard-workload',
        variables: { namespace: neighbour('From namespace'), workload: CELL },
      },
    },
  ],
  destination: [
    {
      label: 'destination_namespace',
      title: 'To namespace',
      link: { uid: 'netguard-namespace', variables: { namespace: CELL } },
    },
    {
      label: 'destination_workload',
      title: 'To workload',
      link: {
        uid: 'netguard-workload',
        variables: { namespace: neighbour('To namespace'), workload: CELL },
      },
    },
    { label: 'destination_service', title: 'To service' },
    { label: 'destination_port', title: 'Port' },
  ],
};

const EDGE_COLUMNS: readonly Column[] = [
  ...END_COLUMNS.source,
  ...END_COLUMNS.destination,
  { label: 'protocol', title: 'Protocol' },
];

const labelsOf = (columns: readonly Column[]) => columns.map(({ label }) => label).join(', ');

/** Who talks to whom: the busiest edges. */
export function talkers(title: string, filter: string): PanelInRow {
  return table({
    title,
    description:
      'Payload bytes per second from workload to workload, both directions, each connection once: as the server saw it, else as the client did. A service is named where only the client is watched. Click a name for its dashboard.',
    unit: 'Bps',
    value: 'Bytes/s',
    columns: EDGE_COLUMNS,
    expr: top(25, sumBy(labelsOf(EDGE_COLUMNS), edgeBytes(filter))),
  });
}

/** Connections that did not come to be, by edge. */
export function failures(title: string, filter: string): PanelInRow {
  const columns = [...EDGE_COLUMNS, { label: 'result', title: 'Result' }];
  return table({
    title,
    description:
      'Connections per second that were refused, timed out or were reset. Many targets of one source look like a scan or a wrong configuration, many sources of one target like a server that is down.',
    unit: 'cps',
    value: 'Per second',
    columns,
    expr: top(25, sumBy(labelsOf(columns), edgeConnections(`${filter && `${filter}, `}result!="established"`))),
  });
}

export function results(filter: string): PanelInRow {
  return graph({
    title: 'Connections by result',
    description:
      'How connections ended, per second, each once. `refused`, `timeout` and `reset` are failures; datagram conversations count as established.',
    unit: 'cps',
    stacked: true,
    queries: [{ expr: sumBy('result', edgeConnections(filter)), legend: '{{result}}' }],
  });
}

export function drops(filter: string, by: string, legend: string): PanelInRow {
  return graph({
    title: 'Dropped packets by reason',
    description:
      "Packets that the kernel dropped in the network namespace of a workload, by the kernel's own name of the reason. NO_SOCKET: nobody listens there; TCP_OVERFLOW and LISTEN_OVERFLOW: the accept queue is full; SOCKET_RCVBUFF: the application reads too slowly.",
    unit: 'pps',
    queries: [{ expr: top(10, sumBy(by, rate('netguard_dropped_packets_total', filter))), legend }],
  });
}

export function roundTrips(filter: string): PanelInRow {
  const of = (share: number) => quantile(share, '', rate('netguard_tcp_rtt_seconds_bucket', filter));
  return graph({
    title: 'TCP round-trip time',
    description:
      "Quantiles of the kernel's smoothed round-trip time, sampled while connections move. Between the nine buckets from 0.1 ms to 1 s they are interpolated. Dots, where Prometheus stores exemplars, are single flows: flow_id is their id in /api/v1/flows.",
    unit: 's',
    queries: [
      { expr: of(0.5), legend: 'p50' },
      { expr: of(0.9), legend: 'p90' },
      { expr: of(0.99), legend: 'p99', exemplars: true },
    ],
  });
}

export function retransmits(filter: string, by: string, legend: string): PanelInRow {
  return graph({
    title: 'TCP segments sent again',
    description:
      'Segments per second that were sent again because no acknowledgement came: loss or congestion on the way.',
    unit: 'pps',
    queries: [{ expr: top(10, sumBy(by, rate('netguard_tcp_retransmitted_segments_total', filter))), legend }],
  });
}

export function listeners(filter: string): PanelInRow[] {
  const by = 'namespace, workload, port';
  const [syns, accepted] = ['netguard_listener_syns_total', 'netguard_listener_accepted_total'].map((metric) =>
    sumBy(by, rate(metric, filter)),
  );
  return [
    graph({
      title: 'SYNs and accepted handshakes by listener',
      description:
        'Connection requests (retransmitted ones left out) beside handshakes completed, per second. In peace the two lie on each other; requests without handshakes are a flood, a scan, or a listener that is too slow.',
      unit: 'cps',
      queries: [
        { expr: `topk(10, ${syns})`, legend: '{{workload}}:{{port}} SYNs' },
        { expr: `topk(10, ${accepted})`, legend: '{{workload}}:{{port}} accepted' },
      ],
    }),
    bars({
      title: 'Share of requests that a listener completed',
      description:
        'Handshakes completed of all connection requests, lowest first. Listeners without requests are left out.',
      unit: 'percentunit',
      limits: [
        [0, 'red'],
        [0.5, 'orange'],
        [0.9, 'green'],
      ],
      query: { expr: `bottomk(10, ${accepted} / (${syns} > 0))`, legend: '{{namespace}}/{{workload}}:{{port}}' },
    }),
  ];
}

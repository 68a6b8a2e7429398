import type { Edge } from '@netguard/core';
import type { ListenerView, PodRow } from '../client/api-types.ts';
import { joinHostPort, nameText, workloadText } from '../text/endpoint-text.ts';
import { formatBytes, formatCount, formatCountRate, formatRate } from '../text/quantity.ts';
import { sparkline } from '../text/sparkline.ts';
import type { TopView } from './top-state.ts';

/** A column of a view. Widths are in terminal columns; a column with `grow` shares what the others leave. */
export interface TopColumn<Row> {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  readonly grow?: number;
  readonly align: 'left' | 'right';
  /** On a narrow screen the highest go first; 0 always stays. */
  readonly dispensable: number;
  readonly cell: (row: Row, width: number) => string;
  /** Absent: the view cannot be sorted by it. */
  readonly sortBy?: (row: Row) => number | string;
  readonly tone?: (row: Row) => 'plain' | 'quiet' | 'spark' | 'bad';
}

const podBytes = (row: PodRow): number => row.receiveBytesPerSecond + row.transmitBytesPerSecond;
const podPackets = (row: PodRow): number => row.receivePacketsPerSecond + row.transmitPacketsPerSecond;
const moving = (value: number): 'plain' | 'quiet' => (value > 0 ? 'plain' : 'quiet');

export const POD_COLUMNS: readonly TopColumn<PodRow>[] = [
  {
    id: 'name',
    title: 'POD',
    width: 18,
    grow: 3,
    align: 'left',
    dispensable: 0,
    cell: (row) => nameText(row.endpoint),
    sortBy: (row) => nameText(row.endpoint),
  },
  {
    id: 'workload',
    title: 'WORKLOAD',
    width: 18,
    grow: 1,
    align: 'left',
    dispensable: 5,
    cell: (row) => workloadText(row.endpoint),
    sortBy: (row) => workloadText(row.endpoint),
    tone: () => 'quiet',
  },
  {
    id: 'receive',
    title: 'RX/S',
    width: 11,
    align: 'right',
    dispensable: 0,
    cell: (row) => formatRate(row.receiveBytesPerSecond),
    sortBy: (row) => row.receiveBytesPerSecond,
    tone: (row) => moving(row.receiveBytesPerSecond),
  },
  {
    id: 'transmit',
    title: 'TX/S',
    width: 11,
    align: 'right',
    dispensable: 0,
    cell: (row) => formatRate(row.transmitBytesPerSecond),
    sortBy: (row) => row.transmitBytesPerSecond,
    tone: (row) => moving(row.transmitBytesPerSecond),
  },
  {
    id: 'packets',
    title: 'PKT/S',
    width: 6,
    align: 'right',
    dispensable: 2,
    cell: (row) => formatCountRate(podPackets(row)),
    sortBy: podPackets,
    tone: (row) => moving(podPackets(row)),
  },
  {
    id: 'total',
    title: 'LAST MINUTE',
    width: 12,
    grow: 1,
    align: 'left',
    dispensable: 3,
    cell: (row, width) => sparkline(row.history.slice(-60), Math.min(width, 60)),
    sortBy: podBytes,
    tone: () => 'spark',
  },
  {
    id: 'received',
    title: 'RX TOTAL',
    width: 9,
    align: 'right',
    dispensable: 6,
    cell: (row) => formatBytes(row.receiveBytes),
    sortBy: (row) => row.receiveBytes,
    tone: () => 'quiet',
  },
  {
    id: 'transmitted',
    title: 'TX TOTAL',
    width: 9,
    align: 'right',
    dispensable: 6,
    cell: (row) => formatBytes(row.transmitBytes),
    sortBy: (row) => row.transmitBytes,
    tone: () => 'quiet',
  },
  {
    id: 'alerts',
    title: 'ALERTS',
    width: 6,
    align: 'right',
    dispensable: 1,
    cell: (row) => (row.alertsOpen > 0 ? `⚠ ${row.alertsOpen}` : ''),
    sortBy: (row) => row.alertsOpen,
    tone: () => 'bad',
  },
];

const perSecond = (row: Edge, amount: number): number => (row.windowMs > 0 ? (amount * 1000) / row.windowMs : 0);
const edgeBytes = (row: Edge): number => perSecond(row, row.requestBytes + row.responseBytes);
const edgeConnections = ({ connections: c }: Edge): number => c.established + c.refused + c.timeout + c.reset;
const edgeFailed = ({ connections: c }: Edge): number => c.refused + c.timeout + c.reset;

export const EDGE_COLUMNS: readonly TopColumn<Edge>[] = [
  {
    id: 'name',
    title: 'FROM',
    width: 16,
    grow: 1,
    align: 'left',
    dispensable: 0,
    cell: (row) => nameText(row.source),
    sortBy: (row) => nameText(row.source),
  },
  {
    id: 'to',
    title: 'TO',
    width: 18,
    grow: 1,
    align: 'left',
    dispensable: 0,
    cell: (row) => joinHostPort(nameText(row.destination), row.port),
    sortBy: (row) => joinHostPort(nameText(row.destination), row.port),
  },
  {
    id: 'protocol',
    title: 'PROTO',
    width: 5,
    align: 'left',
    dispensable: 4,
    cell: (row) => row.protocol,
    sortBy: (row) => row.protocol,
    tone: () => 'quiet',
  },
  {
    id: 'transmit',
    title: 'REQUEST/S',
    width: 11,
    align: 'right',
    dispensable: 0,
    cell: (row) => formatRate(perSecond(row, row.requestBytes)),
    sortBy: (row) => perSecond(row, row.requestBytes),
  },
  {
    id: 'receive',
    title: 'RESPONSE/S',
    width: 11,
    align: 'right',
    dispensable: 0,
    cell: (row) => formatRate(perSecond(row, row.responseBytes)),
    sortBy: (row) => perSecond(row, row.responseBytes),
  },
  {
    id: 'total',
    title: 'BOTH/S',
    width: 11,
    align: 'right',
    dispensable: 5,
    cell: (row) => formatRate(edgeBytes(row)),
    sortBy: edgeBytes,
    tone: () => 'quiet',
  },
  {
    id: 'packets',
    title: 'CONN',
    width: 6,
    align: 'right',
    dispensable: 1,
    cell: (row) => formatCount(edgeConnections(row)),
    sortBy: edgeConnections,
  },
  {
    id: 'failed',
    title: 'FAILED',
    width: 6,
    align: 'right',
    dispensable: 2,
    cell: (row) => (edgeFailed(row) > 0 ? formatCount(edgeFailed(row)) : ''),
    sortBy: edgeFailed,
    tone: () => 'bad',
  },
  {
    id: 'rtt',
    title: 'RTT',
    width: 8,
    align: 'right',
    dispensable: 3,
    cell: (row) =>
      row.rttMs === undefined ? '–' : `${row.rttMs < 10 ? row.rttMs.toFixed(2) : row.rttMs.toFixed(0)} ms`,
    sortBy: (row) => row.rttMs ?? 0,
    tone: () => 'quiet',
  },
  {
    id: 'retransmits',
    title: 'RETR',
    width: 5,
    align: 'right',
    dispensable: 4,
    cell: (row) => (row.retransmits > 0 ? formatCount(row.retransmits) : ''),
    sortBy: (row) => row.retransmits,
    tone: () => 'quiet',
  },
];

export const LISTENER_COLUMNS: readonly TopColumn<ListenerView>[] = [
  {
    id: 'name',
    title: 'LISTENER',
    width: 20,
    grow: 3,
    align: 'left',
    dispensable: 0,
    cell: (row) => joinHostPort(nameText(row.endpoint), row.port),
    sortBy: (row) => joinHostPort(nameText(row.endpoint), row.port),
  },
  {
    id: 'workload',
    title: 'WORKLOAD',
    width: 18,
    grow: 1,
    align: 'left',
    dispensable: 5,
    cell: (row) => workloadText(row.endpoint),
    sortBy: (row) => workloadText(row.endpoint),
    tone: () => 'quiet',
  },
  {
    id: 'syns',
    title: 'SYN/S',
    width: 6,
    align: 'right',
    dispensable: 0,
    cell: (row) => formatCountRate(row.synsPerSecond),
    sortBy: (row) => row.synsPerSecond,
    tone: (row) => moving(row.synsPerSecond),
  },
  {
    id: 'completed',
    title: 'ACCEPT/S',
    width: 8,
    align: 'right',
    dispensable: 0,
    cell: (row) => formatCountRate(row.completedPerSecond),
    sortBy: (row) => row.completedPerSecond,
    tone: (row) => moving(row.completedPerSecond),
  },
  {
    id: 'half-open',
    title: 'HALF OPEN',
    width: 9,
    align: 'right',
    dispensable: 1,
    cell: (row) =>
      row.backlog > 0 ? `${formatCount(row.halfOpen)}/${formatCount(row.backlog)}` : formatCount(row.halfOpen),
    sortBy: (row) => row.halfOpen,
    tone: (row) => (row.backlog > 0 && row.halfOpen * 2 > row.backlog ? 'bad' : moving(row.halfOpen)),
  },
  {
    id: 'queue',
    title: 'QUEUE',
    width: 6,
    align: 'right',
    dispensable: 4,
    cell: (row) => formatCount(row.acceptQueue),
    sortBy: (row) => row.acceptQueue,
    tone: (row) => moving(row.acceptQueue),
  },
  {
    id: 'full',
    title: 'FULL',
    width: 6,
    align: 'right',
    dispensable: 3,
    cell: (row) => (row.queueFullSyns > 0 ? formatCount(row.queueFullSyns) : ''),
    sortBy: (row) => row.queueFullSyns,
    tone: () => 'bad',
  },
  {
    id: 'total',
    title: 'LAST MINUTE',
    width: 12,
    grow: 1,
    align: 'left',
    dispensable: 2,
    cell: (row, width) => sparkline(row.history.slice(-60), Math.min(width, 60)),
    tone: () => 'spark',
  },
];

/** Which column a sort key means in each view: r receive, t transmit, p packets, n name, a alerts. */
export const SORT_KEYS: Readonly<Record<string, Readonly<Record<TopView, string>>>> = {
  r: { pods: 'receive', edges: 'receive', listeners: 'completed' },
  t: { pods: 'transmit', edges: 'transmit', listeners: 'syns' },
  p: { pods: 'packets', edges: 'packets', listeners: 'syns' },
  n: { pods: 'name', edges: 'name', listeners: 'name' },
  a: { pods: 'alerts', edges: 'failed', listeners: 'half-open' },
  b: { pods: 'total', edges: 'total', listeners: 'syns' },
};

/**
 * The columns that fit into `available`, with their widths; one space between two. Dispensable ones go first, then the name
 * shrinks, then columns go from the right.
 */
export function layout<Row>(
  columns: readonly TopColumn<Row>[],
  available: number,
): { column: TopColumn<Row>; width: number }[] {
  const shown = [...columns];
  const needed = (): number => shown.reduce((sum, column) => sum + column.width + 1, -1);
  const shrinkable = Math.max(0, (columns[0]?.width ?? 0) - MIN_NAME);
  while (shown.length > 1) {
    const worst = Math.max(...shown.slice(1).map((column) => column.dispensable));
    if (needed() - (worst === 0 ? shrinkable : 0) <= available) break;
    shown.splice(
      shown.findLastIndex((column, i) => i > 0 && column.dispensable === worst),
      1,
    );
  }
  const spare = available - needed();
  const shares = shown.reduce((sum, column) => sum + (column.grow ?? 0), 0);
  const unit = spare > 0 && shares > 0 ? Math.floor(spare / shares) : 0;
  return shown.map((column, i) => {
    const extra = spare < 0 && i === 0 ? spare : Math.min(unit * (column.grow ?? 0), MAX_EXTRA);
    return { column, width: Math.max(1, column.width + extra) };
  });
}

/** A column does not grow beyond its width and this: numbers far away from their name are hard to read. */
const MAX_EXTRA = 48;
/** A name is cut down to this before columns that matter go. */
const MIN_NAME = 8;

import type { Alert, Edge, Flow } from '@netguard/core';
import type { FastifyInstance } from 'fastify';
import type { NodeState } from '../state/node-state.ts';
import { podRow } from '../state/pod-table.ts';
import type { Lists } from './api-types.ts';
import { detectorViews } from './detector-views.ts';
import { type EndpointFilter, endpointMatches } from './endpoint-filter.ts';
import { inKeyOrder, type Keyed, numberCursor, PAGE_PARAMETERS, pageOf, textCursor } from './page.ts';
import { ProblemError } from './problem.ts';
import { integer, name, oneOf, parseQuery, type Query, time } from './query.ts';
import { silenceView } from './silence-routes.ts';

const PORT = integer(0, 65_535);
const PROTOCOL = oneOf(['TCP', 'UDP', 'ICMP', 'SCTP', 'OTHER']);
const REPORTER = oneOf(['client', 'server']);
const RANGE = { since: time, until: time };
const ENDPOINT = { namespace: name, pod: name, workload: name };

/** Query parameters by list; docs/reference/http-api.md is held to these by a test. */
export const LIST_PARAMETERS = {
  pods: { ...ENDPOINT, kind: oneOf(['pod', 'container', 'unit', 'process']), ...PAGE_PARAMETERS },
  listeners: { ...ENDPOINT, port: PORT, ...PAGE_PARAMETERS },
  flows: {
    ...RANGE,
    ...ENDPOINT,
    ip: name,
    port: PORT,
    protocol: PROTOCOL,
    reporter: REPORTER,
    verdict: oneOf(['FORWARDED', 'DROPPED', 'ERROR']),
    ...PAGE_PARAMETERS,
  },
  edges: { ...RANGE, ...ENDPOINT, port: PORT, protocol: PROTOCOL, reporter: REPORTER, ...PAGE_PARAMETERS },
  alerts: {
    ...RANGE,
    ...ENDPOINT,
    status: oneOf(['open', 'resolved']),
    rule: name,
    severity: oneOf(['low', 'medium', 'high', 'critical']),
    category: oneOf(['flood', 'scan', 'unauthorized-access', 'malware', 'exfiltration', 'anomaly', 'health']),
    suppressed: oneOf(['true', 'false']),
    observed: oneOf(['true', 'false']),
    ...PAGE_PARAMETERS,
  },
  drops: { ...ENDPOINT, reason: name, ...PAGE_PARAMETERS },
  silences: { state: oneOf(['active', 'pending', 'expired', 'all']), ...PAGE_PARAMETERS },
  detectors: { mode: oneOf(['alert', 'observe', 'off']), ...PAGE_PARAMETERS },
} as const;

type Handlers = {
  readonly [L in keyof Lists]: (state: NodeState, query: Query<(typeof LIST_PARAMETERS)[L]>) => Lists[L];
};

const HANDLERS: Handlers = { pods, listeners, flows, edges, alerts, drops, silences, detectors };

/** GET /api/v1/{pods,listeners,flows,edges,alerts,drops,silences,detectors} and /api/v1/alerts/:id. */
export function listRoutes(app: FastifyInstance, state: NodeState): void {
  for (const list of Object.keys(LIST_PARAMETERS) as (keyof Lists)[]) {
    const handler = HANDLERS[list] as (state: NodeState, query: unknown) => unknown;
    app.get(`/api/v1/${list}`, async ({ query }) =>
      handler(state, parseQuery(query, LIST_PARAMETERS[list], state.now())),
    );
  }
  app.get<{ Params: { id: string } }>('/api/v1/alerts/:id', async ({ params, query }) => {
    parseQuery(query, {}, state.now());
    const alert = state.alerts.find(params.id) ?? state.observed.find(params.id);
    if (alert === undefined) {
      throw new ProblemError(404, 'no open or recently resolved alert has this id; GET /api/v1/alerts lists them');
    }
    return alert;
  });
}

function* select<T, R>(entries: Iterable<T>, each: (entry: T) => R | undefined): Generator<R> {
  for (const entry of entries) {
    const selected = each(entry);
    if (selected !== undefined) yield selected;
  }
}

function pods(state: NodeState, query: Query<(typeof LIST_PARAMETERS)['pods']>): Lists['pods'] {
  const open = state.alerts.openBySubject();
  const rows = select(state.pods.rows(), (row) => {
    if (query.kind !== undefined && row.endpoint.kind !== query.kind) return undefined;
    return endpointMatches(row.endpoint, query) ? { key: row.key, item: row } : undefined;
  });
  const page = pageOf('pods', inKeyOrder(rows, textCursor('pods', query.cursor)), query.limit);
  return { ...page, items: page.items.map((row) => podRow(row, open.get(row.key) ?? 0)) };
}

function listeners(state: NodeState, query: Query<(typeof LIST_PARAMETERS)['listeners']>): Lists['listeners'] {
  const views = select(state.listeners.views(), ({ key, view }) => {
    if (query.port !== undefined && view.port !== query.port) return undefined;
    return endpointMatches(view.endpoint, query) ? { key, item: view } : undefined;
  });
  return pageOf('listeners', inKeyOrder(views, textCursor('listeners', query.cursor)), query.limit);
}

function drops(state: NodeState, query: Query<(typeof LIST_PARAMETERS)['drops']>): Lists['drops'] {
  const rows = select(state.drops.rows(), ({ key, row }) => {
    if (query.reason !== undefined && row.reason.toLowerCase() !== query.reason.toLowerCase()) return undefined;
    return endpointMatches(row.endpoint, query) ? { key, item: row } : undefined;
  });
  return pageOf('drops', inKeyOrder(rows, textCursor('drops', query.cursor)), query.limit);
}

function flows(state: NodeState, query: Query<(typeof LIST_PARAMETERS)['flows']>): Lists['flows'] {
  const entries = select(state.flows.newestFirst(numberCursor('flows', query.cursor)), ({ sequence, item }) =>
    flowMatches(item, query) ? { key: sequence, item } : undefined,
  );
  return pageOf('flows', entries, query.limit);
}

function flowMatches(flow: Flow, query: Query<(typeof LIST_PARAMETERS)['flows']>): boolean {
  const { port, protocol, reporter, verdict } = query;
  if (port !== undefined && flow.source.port !== port && flow.destination.port !== port) return false;
  if (protocol !== undefined && flow.protocol !== protocol) return false;
  if (reporter !== undefined && flow.reporter !== reporter) return false;
  if (verdict !== undefined && flow.verdict !== verdict) return false;
  return eitherEnd(flow, query) && inRange(flow.time, flow.time, query);
}

function edges(state: NodeState, query: Query<(typeof LIST_PARAMETERS)['edges']>): Lists['edges'] {
  const entries = select(state.edges.newestFirst(numberCursor('edges', query.cursor)), ({ sequence, item }) =>
    edgeMatches(item, query) ? { key: sequence, item } : undefined,
  );
  return pageOf('edges', entries, query.limit);
}

function edgeMatches(edge: Edge, query: Query<(typeof LIST_PARAMETERS)['edges']>): boolean {
  const { port, protocol, reporter } = query;
  if (port !== undefined && edge.port !== port) return false;
  if (protocol !== undefined && edge.protocol !== protocol) return false;
  if (reporter !== undefined && edge.reporter !== reporter) return false;
  return eitherEnd(edge, query) && inRange(edge.windowStart, edge.windowStart, query);
}

function alerts(state: NodeState, query: Query<(typeof LIST_PARAMETERS)['alerts']>): Lists['alerts'] {
  const shelf = query.observed === 'true' ? state.observed : state.alerts;
  const entries: Iterable<Keyed<number, Alert>> = select(
    shelf.newestFirst(numberCursor('alerts', query.cursor)),
    ({ sequence, item }) => (alertMatches(item, query) ? { key: sequence, item } : undefined),
  );
  return pageOf('alerts', entries, query.limit);
}

function alertMatches(alert: Alert, query: Query<(typeof LIST_PARAMETERS)['alerts']>): boolean {
  for (const field of ['status', 'rule', 'severity', 'category'] as const) {
    if (query[field] !== undefined && alert[field] !== query[field]) return false;
  }
  const isSuppressed = String(alert.suppressedBy !== undefined);
  if (query.suppressed !== undefined && query.suppressed !== isSuppressed) return false;
  const ends = { source: alert.source, destination: alert.target };
  return eitherEnd(ends, query) && inRange(alert.firstSeen, alert.lastSeen, query);
}

function silences(state: NodeState, query: Query<(typeof LIST_PARAMETERS)['silences']>): Lists['silences'] {
  const after = textCursor('silences', query.cursor);
  const nowMs = state.now();
  const entries = select(state.silences.list(nowMs), (silence) => {
    const item = silenceView(silence, nowMs);
    const key = `${silence.createdAt} ${silence.id}`;
    // Newest first, so a page goes on below its cursor.
    if (after !== undefined && key >= after) return undefined;
    if (
      query.state === undefined
        ? item.status.state === 'expired'
        : query.state !== 'all' && query.state !== item.status.state
    )
      return undefined;
    return { key, item };
  });
  return pageOf('silences', entries, query.limit);
}

function detectors(state: NodeState, query: Query<(typeof LIST_PARAMETERS)['detectors']>): Lists['detectors'] {
  const views = select(detectorViews(state), (view) =>
    query.mode === undefined || view.mode === query.mode ? { key: view.id, item: view } : undefined,
  );
  return pageOf('detectors', inKeyOrder(views, textCursor('detectors', query.cursor)), query.limit);
}

function eitherEnd(
  ends: { readonly source: Alert['source']; readonly destination: Alert['target'] },
  filter: EndpointFilter,
): boolean {
  return endpointMatches(ends.source, filter) || endpointMatches(ends.destination, filter);
}

/** Whether something that lasted from `first` to `last` falls at least partly into [since, until). */
function inRange(
  first: string,
  last: string,
  { since, until }: { readonly since?: number | undefined; readonly until?: number | undefined },
): boolean {
  if (since !== undefined && !(Date.parse(last) >= since)) return false;
  return until === undefined || Date.parse(first) < until;
}

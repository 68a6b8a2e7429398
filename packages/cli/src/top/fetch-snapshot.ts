import type { ApiClient } from '../client/api-client.ts';
import type { Snapshot, TopView } from './top-state.ts';

/** Edges asked for: the last windows of a busy node. */
const EDGES = 1000;

/** One look at the server for one view: status, open alerts and the rows of that view. */
export async function fetchSnapshot(
  client: ApiClient,
  view: TopView,
  nowMs: number,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const [status, alerts, pods, edges, listeners] = await Promise.all([
    client.status(signal),
    client.all('alerts', { status: 'open' }, signal),
    view === 'pods' ? client.all('pods', {}, signal) : [],
    view === 'edges' ? client.page('edges', { limit: EDGES }, signal).then((page) => page.items) : [],
    view === 'listeners' ? client.all('listeners', {}, signal) : [],
  ]);
  return { timeMs: nowMs, status, alerts: alerts.filter((alert) => alert.status === 'open'), pods, edges, listeners };
}

import { fileURLToPath } from 'node:url';
import { agents } from './agents.ts';
import { cluster } from './cluster.ts';
import { namespace } from './namespace.ts';
import { node } from './node.ts';
import { threats } from './threats.ts';
import { workload } from './workload.ts';

/** Where the generated files are. */
export const directory = fileURLToPath(new URL('../../../charts/netguard/dashboards', import.meta.url));

export const dashboards = [cluster, namespace, workload, node, threats, agents];

/** File name → content of every dashboard. */
export function files(): Map<string, string> {
  return new Map(
    dashboards.map((dashboard) => [`${dashboard.uid}.json`, `${JSON.stringify(dashboard, null, 2)}\n`] as const),
  );
}

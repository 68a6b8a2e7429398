import type { Finding } from './alert.ts';

/** The service ports that a finding or an alert speaks of, as far as its evidence and target name them; empty when they do not. */
export function portsOf({ evidence, target }: Pick<Finding, 'evidence' | 'target'>): Set<number> {
  const named = new Set<number>();
  const add = (value: unknown): void => {
    if (typeof value === 'number' && value > 0) named.add(value);
  };
  add(evidence.port);
  for (const field of ['ports', 'topPorts', 'otherPorts']) {
    const list = evidence[field];
    if (!Array.isArray(list)) continue;
    for (const item of list) add(typeof item === 'object' && item !== null ? (item as { port?: unknown }).port : item);
  }
  if (named.size === 0) add(target?.port);
  return named;
}

/** Whether a finding speaks of nothing but `owned` ports. One that names no port may speak of any. */
export function isWithin(owned: ReadonlySet<number>, ports: ReadonlySet<number>): boolean {
  return ports.size > 0 && [...ports].every((port) => owned.has(port));
}

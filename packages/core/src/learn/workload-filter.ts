/** Which workloads are meant: all, those of a namespace, those of a name (`web`, or `deployment/web`). */
export interface WorkloadFilter {
  readonly namespace?: string | undefined;
  readonly workload?: string | undefined;
}

/** Whether a workload (`historyKey`, such as `shop/Deployment/web` or `unit/nginx.service`) is meant. Kinds in any case. */
export function matchesWorkload(key: string, { namespace, workload }: WorkloadFilter): boolean {
  const parts = key.split('/');
  const [space, kind, name] = parts.length === 3 ? parts : ['', ...splitOnce(key)];
  if (namespace !== undefined && namespace !== space) return false;
  if (workload === undefined || workload === name || workload === key) return true;
  return workload.toLowerCase() === `${kind?.toLowerCase()}/${name?.toLowerCase()}`;
}

function splitOnce(key: string): [kind: string, name: string] {
  const slash = key.indexOf('/');
  return slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)];
}

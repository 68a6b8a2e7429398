import type { Endpoint } from '@netguard/core';
import { endpointName } from '@netguard/core';

export interface EndpointFilter {
  readonly namespace?: string | undefined;
  /** `name` or `namespace/name`; also a container, unit or program where there are no pods. */
  readonly pod?: string | undefined;
  readonly workload?: string | undefined;
  readonly ip?: string | undefined;
}

/** Whether one endpoint meets all that is asked for. */
export function endpointMatches(endpoint: Endpoint | null, filter: EndpointFilter): boolean {
  if (endpoint === null) {
    return [filter.namespace, filter.pod, filter.workload, filter.ip].every((value) => value === undefined);
  }
  const { namespace, pod, workload, ip } = filter;
  if (namespace !== undefined && endpoint.namespace !== namespace) return false;
  if (pod !== undefined && endpoint.pod !== pod && endpointName(endpoint) !== pod) return false;
  if (workload !== undefined && endpoint.workload?.name !== workload) return false;
  return ip === undefined || endpoint.ip === ip;
}

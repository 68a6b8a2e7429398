import type { Endpoint } from '@netguard/core';
import { workloadKey } from '@netguard/core';

/** One row of the pod table: a pod whatever its containers, else a container, unit or program. */
export function subjectKey(endpoint: Endpoint): string {
  if (endpoint.pod !== undefined) return `pod/${endpoint.namespace ?? ''}/${endpoint.pod}`;
  return `${endpoint.kind}/${workloadKey(endpoint)}`;
}

/** The endpoint such a row shows: without what differs between the sockets and containers that it sums. */
export function subjectEndpoint(endpoint: Endpoint): Endpoint {
  const { port: _port, ...rest } = endpoint;
  if (endpoint.pod === undefined) return rest;
  const { container: _container, process: _process, ...pod } = rest;
  return pod;
}

import type { Endpoint } from '@netguard/core';

/**
 * The `workload` label of an endpoint: its owner, else what it is itself; `process`, `world`, `private`, `node` and so on
 * for what has no name of its own, so that the number of series does not grow with the addresses and programs met. A
 * service address has no workload. The Worker names the rows of round-trip times in the same way.
 */
export function workloadLabel(endpoint: Endpoint): string {
  if (endpoint.kind === 'service') return endpoint.workload?.name ?? '';
  const own = endpoint.workload?.name ?? endpoint.pod ?? endpoint.container ?? endpoint.service;
  return own ?? endpoint.subnetLabel ?? endpoint.kind;
}

/** The `service` label: the name behind a service address; a systemd unit's name is a workload. */
export function serviceLabel(endpoint: Endpoint): string {
  return endpoint.kind === 'unit' ? '' : (endpoint.service ?? '');
}

export function namespaceLabel(endpoint: Endpoint): string {
  return endpoint.namespace ?? '';
}

import type { Endpoint } from '@netguard/core';
import { safeText } from './safe-text.ts';

/** Host and port as Go's net.JoinHostPort writes them: an IPv6 address gets its brackets. */
export function joinHostPort(host: string, port: number | undefined): string {
  if (port === undefined || port === 0) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The name a person knows, without the port: `shop/web-1`, `shop/web` (an edge's workload), `nginx.service`, `curl[231]`, else the address; terminal-safe. */
export function nameText(endpoint: Endpoint): string {
  const { namespace, pod, workload, service, container, process, domain, subnetLabel, ip } = endpoint;
  if (pod) return safeText(namespace ? `${namespace}/${pod}` : pod);
  if (workload) return safeText(namespace ? `${namespace}/${workload.name}` : workload.name);
  if (service) return safeText(namespace ? `${namespace}/${service}` : service);
  if (container) return safeText(container);
  if (process) return safeText(`${process.comm}[${process.pid}]`);
  if (domain) return safeText(domain);
  if (subnetLabel && ip) return safeText(`${ip} (${subnetLabel})`);
  return safeText(subnetLabel ?? (ip || '–'));
}

/** The workload, or nothing: `deployment/web`. */
export function workloadText(endpoint: Endpoint): string {
  const { workload, kind, pod } = endpoint;
  if (workload) return safeText(`${workload.kind.toLowerCase()}/${workload.name}`);
  return pod ? '' : kind;
}

/** Namespace and workload where known (what edges are between), else the name: `shop/web`. */
export function workloadName(endpoint: Endpoint): string {
  const { namespace, workload } = endpoint;
  if (!workload) return nameText(endpoint);
  return safeText(namespace ? `${namespace}/${workload.name}` : workload.name);
}

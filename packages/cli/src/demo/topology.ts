import type { LabService } from '../lab/identities.ts';
import type { PodSpec } from '../lab/pod.ts';
import { clusterDomain, type PodSettings, ports } from './pod-settings.ts';

/** One pod of the demo: who it is, what it runs, and the service that leads to it. */
export interface DemoPodSpec extends PodSpec {
  readonly role: Exclude<PodSettings['role'], 'crowd'>;
  readonly service?: { readonly name: string; readonly port: number; readonly protocol: 'TCP' | 'UDP' };
}

function of(kind: string, name: string, role: DemoPodSpec['role'], namespace: string, pods: readonly string[]) {
  const common = { namespace, role, workload: { kind, name }, labels: { app: name }, container: role };
  return pods.map((pod): DemoPodSpec => ({ ...common, name: pod }));
}

/**
 * A small shop: shoppers → web → api → redis and postgres, DNS for all, and a job that reads the database by night.
 * Servers come before those who call them.
 */
export const demoPods: readonly DemoPodSpec[] = [
  ...serving('dns', 'UDP', of('Deployment', 'coredns', 'coredns', 'kube-system', ['coredns-66bc5c9577-4wq8v'])),
  ...serving('postgres', 'TCP', of('StatefulSet', 'db', 'postgres', 'shop', ['db-0'])),
  ...serving('redis', 'TCP', of('Deployment', 'cache', 'redis', 'shop', ['cache-5d8f7b9c64-lm2tz'])),
  ...serving('api', 'TCP', of('Deployment', 'api', 'api', 'shop', ['api-6f9d8c7b5-2kx4p', 'api-6f9d8c7b5-h7vqn'])),
  ...serving('web', 'TCP', of('Deployment', 'web', 'web', 'shop', ['web-7c5b4d9f86-q8zwr', 'web-7c5b4d9f86-t4d6j'])),
  ...of('Deployment', 'shopper', 'shopper', 'clients', ['shopper-84d9c6f7b-b9k5c', 'shopper-84d9c6f7b-xn3ls']),
  ...of('Job', 'report-29384756', 'report', 'batch', ['report-29384756-x7k2p']),
];

function serving(port: keyof typeof ports, protocol: 'TCP' | 'UDP', pods: readonly DemoPodSpec[]): DemoPodSpec[] {
  const name = port === 'dns' ? 'kube-dns' : port;
  return pods.map((pod) => ({ ...pod, service: { name, port: ports[port], protocol } }));
}

/** The services of the demo. They are headless: their names lead to the pods' own addresses. */
export function demoServices(): LabService[] {
  const services = new Map<string, LabService>();
  for (const { namespace, service } of demoPods) {
    if (!service) continue;
    const { name, port, protocol } = service;
    services.set(`${namespace}/${name}`, { namespace, name, ips: [], ports: [{ port, protocol }] });
  }
  return [...services.values()];
}

/** What the cluster's DNS knows: each service's name and the addresses of its pods. */
export function dnsRecords(addressOf: (pod: DemoPodSpec) => string): Record<string, string[]> {
  const records: Record<string, string[]> = {};
  for (const pod of demoPods) {
    if (!pod.service) continue;
    const name = `${pod.service.name}.${pod.namespace}.svc.${clusterDomain}`;
    records[name] = [...(records[name] ?? []), addressOf(pod)];
  }
  return records;
}

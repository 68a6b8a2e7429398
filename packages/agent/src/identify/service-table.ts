/** Services and what stands behind them. */
import type { AccessProtocol, Backend, PodFacts } from '@netguard/core';
import type { Change } from './identity-changes.ts';
import type { ServiceIdentity, ServicePort } from './identity-file.ts';
import type { PodFactsTable } from './pod-facts.ts';

interface BackendAddress {
  readonly ip: string;
  readonly pod: PodFacts | undefined;
  /** Ports that the endpoint declares; empty: only the service's target ports are known. */
  readonly ports: readonly { readonly port: number; readonly name?: string }[];
}

export class ServiceTable {
  readonly #pods: PodFactsTable;
  readonly #byName = new Map<string, ServiceIdentity>();
  readonly #byNodePort = new Map<number, ServiceIdentity>();
  /* Backend or service address → `namespace/name` of its services. */
  readonly #namesByIp = new Map<string, string[]>();
  /* Those of a namespace whose pods are found by their labels. */
  readonly #selecting = new Map<string, Set<ServiceIdentity>>();

  constructor(pods: PodFactsTable) {
    this.#pods = pods;
  }

  apply(changes: readonly Change<ServiceIdentity>[]): void {
    for (const { before } of changes) if (before !== undefined) this.#remove(before);
    for (const { now } of changes) if (now !== undefined) this.#add(now);
  }

  /** Undefined: there is no such service. */
  backends(name: string, port: number, protocol: AccessProtocol): readonly Backend[] | undefined {
    const service = this.#byName.get(name);
    if (service === undefined) return undefined;
    const servicePort = service.ports.find((one) => one.port === port && one.protocol === protocol);
    return this.#resolve(service, servicePort ?? { port, protocol });
  }

  /** Undefined: no service is known to use this node port. */
  nodePortBackends(port: number, protocol: AccessProtocol): readonly Backend[] | undefined {
    const service = this.#byNodePort.get(port);
    const servicePort = service?.ports.find((one) => one.nodePort === port && one.protocol === protocol);
    return service && servicePort && this.#resolve(service, servicePort);
  }

  /** The pods behind a service; undefined when an address behind it is no known pod's, or nothing is known. */
  pods(name: string): readonly PodFacts[] | undefined {
    const service = this.#byName.get(name);
    const backends = service === undefined ? [] : this.#addressesBehind(service);
    const pods = backends.flatMap(({ pod }) => pod ?? []);
    return pods.length > 0 && pods.length === backends.length ? pods : undefined;
  }

  names(ip: string): readonly string[] {
    const pod = this.#pods.at(ip);
    const selecting = (pod && this.#selecting.get(pod.namespace.name)) ?? [];
    const selected = Array.from(selecting).filter((service) => pod && selects(service, pod));
    return [...new Set([...selected.map(nameOf), ...(this.#namesByIp.get(ip) ?? [])])];
  }

  #add(service: ServiceIdentity): void {
    const name = nameOf(service);
    this.#byName.set(name, service);
    for (const { nodePort } of service.ports) if (nodePort !== undefined) this.#byNodePort.set(nodePort, service);
    for (const ip of ownAddresses(service)) {
      const names = this.#namesByIp.get(ip);
      if (names === undefined) this.#namesByIp.set(ip, [name]);
      else if (!names.includes(name)) names.push(name);
    }
    if (service.endpoints !== undefined || Object.keys(service.selector ?? {}).length === 0) return;
    const selecting = this.#selecting.get(service.namespace);
    if (selecting === undefined) this.#selecting.set(service.namespace, new Set([service]));
    else selecting.add(service);
  }

  #remove(service: ServiceIdentity): void {
    const name = nameOf(service);
    this.#byName.delete(name);
    for (const { nodePort } of service.ports) {
      if (nodePort !== undefined && this.#byNodePort.get(nodePort) === service) this.#byNodePort.delete(nodePort);
    }
    for (const ip of ownAddresses(service)) {
      const left = (this.#namesByIp.get(ip) ?? []).filter((other) => other !== name);
      if (left.length === 0) this.#namesByIp.delete(ip);
      else this.#namesByIp.set(ip, left);
    }
    const selecting = this.#selecting.get(service.namespace);
    selecting?.delete(service);
    if (selecting?.size === 0) this.#selecting.delete(service.namespace);
  }

  #addressesBehind(service: ServiceIdentity): BackendAddress[] {
    if (service.endpoints !== undefined) {
      return service.endpoints.flatMap(({ ips, ports }) => ips.map((ip) => ({ ip, pod: this.#pods.at(ip), ports })));
    }
    if (Object.keys(service.selector ?? {}).length === 0) return [];
    const selected: BackendAddress[] = [];
    for (const [ip, pod] of this.#pods.addresses(service.namespace)) {
      if (selects(service, pod)) selected.push({ ip, pod, ports: [] });
    }
    return selected;
  }

  #resolve(service: ServiceIdentity, servicePort: ServicePort): Backend[] {
    return this.#addressesBehind(service).map(({ ip, pod, ports }) => ({
      ip,
      pod,
      port: targetPort(servicePort, pod, ports),
    }));
  }
}

function nameOf({ namespace, name }: ServiceIdentity): string {
  return `${namespace}/${name}`;
}

function ownAddresses({ ips, endpoints = [] }: ServiceIdentity): Set<string> {
  return new Set([...ips, ...endpoints.flatMap((endpoint) => endpoint.ips)]);
}

function selects({ selector = {} }: ServiceIdentity, pod: PodFacts): boolean {
  return Object.entries(selector).every(([key, value]) => pod.labels[key] === value);
}

/** A number says it; a name is a port of the container; else the endpoint's port of the service port's name, or its only one. */
function targetPort(
  { port, name, targetPort: target, protocol }: ServicePort,
  pod: PodFacts | undefined,
  ports: BackendAddress['ports'],
): number {
  if (typeof target === 'number') return target;
  const declared = ports.find((one) => one.name === name) ?? (ports.length === 1 ? ports[0] : undefined);
  if (declared !== undefined) return declared.port;
  const named = pod?.ports.find((own) => own.name === target && own.protocol === protocol);
  return named?.port ?? port;
}

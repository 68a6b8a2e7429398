/** Services and what stands behind them. */
import type { AccessProtocol, Backend, PodFacts } from '@netguard/core';
import type { IdentityFile, ServiceIdentity, ServicePort } from './identity-file.ts';
import type { PodFactsTable } from './pod-facts.ts';

interface BackendAddress {
  readonly ip: string;
  readonly pod: PodFacts | undefined;
  /** Ports that the endpoint declares; empty: only the service's target ports are known. */
  readonly ports: readonly { readonly port: number; readonly name?: string }[];
}

interface KnownService {
  readonly service: ServiceIdentity;
  readonly backends: readonly BackendAddress[];
}

export class ServiceTable {
  readonly #byName = new Map<string, KnownService>();
  readonly #byNodePort = new Map<number, KnownService>();
  /* Backend or service address → `namespace/name` of its services. */
  readonly #namesByIp = new Map<string, string[]>();

  update(identities: IdentityFile | null, pods: PodFactsTable): void {
    this.#byName.clear();
    this.#byNodePort.clear();
    this.#namesByIp.clear();
    for (const service of identities?.services ?? []) {
      const name = `${service.namespace}/${service.name}`;
      const known: KnownService = { service, backends: backendsOf(service, pods) };
      this.#byName.set(name, known);
      for (const { nodePort } of service.ports) if (nodePort !== undefined) this.#byNodePort.set(nodePort, known);
      for (const ip of [...service.ips, ...known.backends.map((backend) => backend.ip)]) this.#addName(ip, name);
    }
  }

  /** Undefined: there is no such service. */
  backends(name: string, port: number, protocol: AccessProtocol): readonly Backend[] | undefined {
    const known = this.#byName.get(name);
    if (known === undefined) return undefined;
    const servicePort = known.service.ports.find((one) => one.port === port && one.protocol === protocol);
    return resolve(known, servicePort ?? { port, protocol });
  }

  /** Undefined: no service is known to use this node port. */
  nodePortBackends(port: number, protocol: AccessProtocol): readonly Backend[] | undefined {
    const known = this.#byNodePort.get(port);
    const servicePort = known?.service.ports.find((one) => one.nodePort === port && one.protocol === protocol);
    return known && servicePort && resolve(known, servicePort);
  }

  /** The pods behind a service; undefined when an address behind it is no known pod's, or nothing is known. */
  pods(name: string): readonly PodFacts[] | undefined {
    const backends = this.#byName.get(name)?.backends ?? [];
    const pods = backends.flatMap(({ pod }) => pod ?? []);
    return pods.length > 0 && pods.length === backends.length ? pods : undefined;
  }

  names(ip: string): readonly string[] {
    return this.#namesByIp.get(ip) ?? [];
  }

  #addName(ip: string, name: string): void {
    const names = this.#namesByIp.get(ip);
    if (names === undefined) this.#namesByIp.set(ip, [name]);
    else if (!names.includes(name)) names.push(name);
  }
}

function backendsOf(service: ServiceIdentity, pods: PodFactsTable): BackendAddress[] {
  if (service.endpoints !== undefined) {
    return service.endpoints.flatMap(({ ips, ports }) => ips.map((ip) => ({ ip, pod: pods.at(ip), ports })));
  }
  const wanted = Object.entries(service.selector ?? {});
  if (wanted.length === 0) return [];
  const selected: BackendAddress[] = [];
  for (const [ip, pod] of pods.addresses()) {
    if (pod.namespace.name !== service.namespace) continue;
    if (wanted.every(([key, value]) => pod.labels[key] === value)) selected.push({ ip, pod, ports: [] });
  }
  return selected;
}

function resolve({ backends }: KnownService, servicePort: ServicePort): Backend[] {
  return backends.map(({ ip, pod, ports }) => ({ ip, pod, port: targetPort(servicePort, pod, ports) }));
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

/** Which ports somebody said would be open at an address. They are remembered for a while: clients learn of an end late. */
import type { IdentityChanges } from './identity-changes.ts';
import type { PodIdentity, ServiceIdentity } from './identity-file.ts';
import { PortCounts } from './port-counts.ts';

/** kubernetes-rules: a port that was ready or declared in the last 10 minutes is no dark one. */
const REMEMBER_MS = 600_000;
/** The kubelet's API: every node has it, and every metrics collector asks it. */
const KUBELET_PORT = 10_250;
const API_SERVER_PORTS = [443, 6443];

type Declare = (ip: string, port: number) => void;

export class DeclaredPorts {
  readonly #counts = new PortCounts(REMEMBER_MS);
  /* A node port is open at every node: kept as two facts, not as their product. Under '' and port 0. */
  readonly #nodePorts = new PortCounts(REMEMBER_MS);
  readonly #nodes = new PortCounts(REMEMBER_MS);

  /** `apiServers`: those of the configuration. */
  constructor(apiServers: readonly string[]) {
    for (const ip of apiServers) for (const port of API_SERVER_PORTS) this.#counts.add(ip, port);
  }

  /** Takes changes as true from `atMs` on. */
  apply({ pods, services, nodes }: IdentityChanges, atMs: number): void {
    const add: Declare = (ip, port) => this.#counts.add(ip, port);
    const remove: Declare = (ip, port) => this.#counts.remove(ip, port, atMs);
    for (const { before, now } of pods) {
      if (now) declarePod(now, add);
      if (before) declarePod(before, remove);
    }
    for (const { before, now } of services) {
      if (now) declareService(now, add);
      if (before) declareService(before, remove);
      for (const { nodePort } of now?.ports ?? []) if (nodePort !== undefined) this.#nodePorts.add('', nodePort);
      for (const { nodePort } of before?.ports ?? []) {
        if (nodePort !== undefined) this.#nodePorts.remove('', nodePort, atMs);
      }
    }
    for (const { before, now } of nodes) {
      for (const ip of now?.ips ?? []) this.#nodes.add(ip, 0);
      for (const ip of before?.ips ?? []) this.#nodes.remove(ip, 0, atMs);
    }
    for (const counts of [this.#counts, this.#nodePorts, this.#nodes]) counts.sweep(atMs);
  }

  /** Whether the port was declared at `atMs`, or until at most ten minutes before. */
  has(ip: string, port: number, atMs: number): boolean {
    if (this.#counts.has(ip, port, atMs)) return true;
    if (port !== KUBELET_PORT && !this.#nodePorts.has('', port, atMs)) return false;
    return this.#nodes.has(ip, 0, atMs);
  }
}

function declarePod(pod: PodIdentity, declare: Declare): void {
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return;
  for (const { ports = [], probes = [] } of pod.containers) {
    for (const ip of pod.ips) {
      for (const { port } of ports) declare(ip, port);
      for (const port of probes) declare(ip, port);
    }
  }
}

function declareService(service: ServiceIdentity, declare: Declare): void {
  const isApiServer = service.namespace === 'default' && service.name === 'kubernetes';
  for (const ip of service.ips) {
    for (const { port } of service.ports) declare(ip, port);
    if (isApiServer) for (const port of API_SERVER_PORTS) declare(ip, port);
  }
  for (const { ips, ports } of service.endpoints ?? []) {
    const own = ports.length > 0 ? ports.map(({ port }) => port) : targetPorts(service);
    for (const ip of ips) for (const port of own) declare(ip, port);
  }
}

function targetPorts(service: ServiceIdentity): number[] {
  return service.ports.map(({ port, targetPort }) => (typeof targetPort === 'number' ? targetPort : port));
}

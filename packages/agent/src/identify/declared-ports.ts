/** Which ports somebody said would be open at an address. They are remembered for a while: clients learn of an end late. */
import type { IdentityFile, PodIdentity, ServiceIdentity } from './identity-file.ts';

/** kubernetes-rules: a port that was ready or declared in the last 10 minutes is no dark one. */
const REMEMBER_MS = 600_000;
/** The kubelet's API: every node has it, and every metrics collector asks it. */
const KUBELET_PORT = 10_250;
const API_SERVER_PORTS = [443, 6443];

export class DeclaredPorts {
  /* Address → port → when it was taken back; Infinity while it stands. */
  readonly #byIp = new Map<string, Map<number, number>>();

  /** Takes a whole snapshot as true from `atMs` on. */
  update(identities: IdentityFile | null, apiServers: readonly string[], atMs: number): void {
    const declared = identities === null ? new Map<string, Set<number>>() : collect(identities);
    for (const ip of apiServers) add(declared, ip, API_SERVER_PORTS);
    for (const [ip, ports] of this.#byIp) {
      const now = declared.get(ip);
      for (const [port, untilMs] of ports) {
        if (now?.has(port)) continue;
        if (untilMs === Number.POSITIVE_INFINITY) ports.set(port, atMs);
        else if (untilMs < atMs - REMEMBER_MS) ports.delete(port);
      }
      if (ports.size === 0) this.#byIp.delete(ip);
    }
    for (const [ip, ports] of declared) {
      const known = this.#byIp.get(ip) ?? new Map<number, number>();
      for (const port of ports) known.set(port, Number.POSITIVE_INFINITY);
      this.#byIp.set(ip, known);
    }
  }

  /** Whether the port was declared at `atMs`, or until at most ten minutes before. */
  has(ip: string, port: number, atMs: number): boolean {
    const untilMs = this.#byIp.get(ip)?.get(port);
    return untilMs !== undefined && atMs <= untilMs + REMEMBER_MS;
  }

  get size(): number {
    return this.#byIp.size;
  }
}

function collect({ pods, services, nodes }: IdentityFile): Map<string, Set<number>> {
  const declared = new Map<string, Set<number>>();
  for (const pod of pods) {
    if (pod.phase === 'Succeeded' || pod.phase === 'Failed') continue;
    const ports = podPorts(pod);
    if (ports.length > 0) for (const ip of pod.ips) add(declared, ip, ports);
  }
  const nodePorts = [KUBELET_PORT];
  for (const service of services) {
    for (const ip of service.ips) add(declared, ip, numbersOf(service));
    for (const { ips, ports } of service.endpoints ?? []) {
      const own = ports.length > 0 ? ports.map(({ port }) => port) : targetPorts(service);
      for (const ip of ips) add(declared, ip, own);
    }
    for (const { nodePort } of service.ports) if (nodePort !== undefined) nodePorts.push(nodePort);
  }
  for (const node of nodes) for (const ip of node.ips) add(declared, ip, nodePorts);
  return declared;
}

function podPorts(pod: PodIdentity): number[] {
  return pod.containers.flatMap(({ ports = [], probes = [] }) => [...ports.map(({ port }) => port), ...probes]);
}

function numbersOf(service: ServiceIdentity): number[] {
  return service.ports.map(({ port }) => port);
}

function targetPorts(service: ServiceIdentity): number[] {
  return service.ports.map(({ port, targetPort }) => (typeof targetPort === 'number' ? targetPort : port));
}

function add(declared: Map<string, Set<number>>, ip: string, ports: readonly number[]): void {
  let known = declared.get(ip);
  if (known === undefined) {
    known = new Set();
    declared.set(ip, known);
  }
  for (const port of ports) known.add(port);
}

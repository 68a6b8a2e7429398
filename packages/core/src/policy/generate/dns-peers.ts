/** Whom pods ask for names: always allowed, or nothing that is allowed could be found. */
import type { PolicyPeer, PolicyPort } from '../policies.ts';
import type { PolicyConnection } from './connection.ts';
import type { EdgeResolver } from './edge-resolver.ts';
import type { GeneratedRule } from './generated.ts';
import type { PolicyInputs } from './observed-edge.ts';
import { podPeer } from './pod-peer.ts';
import type { PodUnit } from './pod-units.ts';

const DNS_PORT = 53;
const NAMESPACE = 'kube-system';

export interface DnsServers {
  /** Ports at which each is asked. */
  readonly ports: ReadonlyMap<PodUnit, ReadonlySet<number>>;
}

/** Pods behind services at port 53, that declare it, or that were asked there. */
export function dnsServers(
  { services, pods }: PolicyInputs,
  units: readonly PodUnit[],
  resolver: EdgeResolver,
  connections: readonly PolicyConnection[],
): DnsServers {
  const ports = new Map<PodUnit, Set<number>>();
  const add = (unit: PodUnit, port: number): void => {
    if (!unit.isHostNetwork) ports.set(unit, (ports.get(unit) ?? new Set()).add(port));
  };
  for (const { namespace, name, ports: own } of services) {
    for (const { port, protocol } of own) {
      if (port !== DNS_PORT || (protocol !== 'UDP' && protocol !== 'TCP')) continue;
      const destination = { kind: 'service', namespace, name, ip: '' } as const;
      for (const arrival of resolver.destinations({ destination, port, protocol, seenBy: 'client' })) {
        if (arrival.party.kind === 'pods' && arrival.port !== 'high') add(arrival.party.unit, arrival.port);
      }
    }
  }
  const declaring = new Set(pods.filter((pod) => pod.ports.some(({ port }) => port === DNS_PORT)));
  for (const unit of units) if (unit.pods.some((pod) => declaring.has(pod))) add(unit, DNS_PORT);
  for (const { destination, port } of connections) {
    if (destination.kind === 'pods' && port === DNS_PORT) add(destination.unit, port);
  }
  return { ports };
}

export function isDns({ ports }: DnsServers, { destination, port }: PolicyConnection): boolean {
  return destination.kind === 'pods' && port !== 'high' && ports.get(destination.unit)?.has(port) === true;
}

/** The egress rule that every policy has. */
export function dnsRule({ ports }: DnsServers, connections: readonly PolicyConnection[]): GeneratedRule {
  const units = [...ports.keys()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const isKnown = units.length > 0;
  const fallback: PolicyPeer = podPeer(NAMESPACE, { matchLabels: { 'k8s-app': 'kube-dns' }, matchExpressions: [] });
  const numbers = new Set([DNS_PORT, ...[...ports.values()].flatMap((set) => [...set])]);
  return {
    subject: 'dns',
    peers: isKnown ? units.map(({ namespace, selector }) => podPeer(namespace, selector)) : [fallback],
    ports: dnsPorts(numbers),
    notes: [`DNS is always allowed${isKnown ? '' : ': no DNS server is known here, these are the usual labels'}.`],
    connections,
  };
}

/** The ingress rule of a DNS server: whoever comes tomorrow asks it first. */
export function dnsServerRule(ports: ReadonlySet<number>, connections: readonly PolicyConnection[]): GeneratedRule {
  return {
    subject: 'dns',
    peers: [{ namespaceSelector: { matchLabels: {}, matchExpressions: [] } }],
    ports: dnsPorts(ports),
    notes: ['It is a DNS server: all pods may ask it.'],
    connections,
  };
}

function dnsPorts(numbers: ReadonlySet<number>): PolicyPort[] {
  return [...numbers]
    .sort((a, b) => a - b)
    .flatMap((port): PolicyPort[] => [
      { protocol: 'UDP', port },
      { protocol: 'TCP', port },
    ]);
}

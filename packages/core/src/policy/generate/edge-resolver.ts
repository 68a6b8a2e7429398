/** Whom the ends of observed edges mean now: pods by unit, behind services too, nodes, the API server, addresses outside. */
import type { Endpoint } from '../../endpoint.ts';
import type { AccessProtocol } from '../access.ts';
import type { Backend, PodFacts } from '../subject.ts';
import type { PolicyParty } from './connection.ts';
import type { ObservedEdge, PolicyInputs, ServiceFacts } from './observed-edge.ts';
import { type PodUnit, podEndpointOf } from './pod-units.ts';
import type { PolicyEnd } from './policy-end.ts';

export interface Arrival {
  readonly party: PolicyParty;
  readonly port: number | 'high';
}

/** What of an edge says where it arrives. */
export type Asked = Pick<ObservedEdge, 'destination' | 'port' | 'protocol' | 'seenBy'>;

const FIRST_HIGH_PORT = 32_768;

export class EdgeResolver {
  readonly #inputs: PolicyInputs;
  readonly #unitByWorkload = new Map<string, PodUnit>();
  readonly #unitByPod = new Map<string, PodUnit>();
  /** Services that a unit's pods stand behind. */
  readonly #servicesOf = new Map<PodUnit, ServiceFacts[]>();
  /** Ports at which a unit's pods were reached at their own address, `TCP 8080`. */
  readonly #seenPorts = new Map<PodUnit, Set<string>>();

  constructor(inputs: PolicyInputs, units: readonly PodUnit[]) {
    this.#inputs = inputs;
    const services = new Map(inputs.services.map((service) => [`${service.namespace}/${service.name}`, service]));
    for (const unit of units) {
      for (const workload of unit.workloads) this.#unitByWorkload.set(workload, unit);
      const names = new Set<string>();
      for (const pod of unit.pods) {
        this.#unitByPod.set(podName(pod), unit);
        for (const name of inputs.lookup.services(podEndpointOf(pod))) names.add(name);
      }
      this.#servicesOf.set(
        unit,
        [...names].sort().flatMap((name) => services.get(name) ?? []),
      );
      this.#seenPorts.set(unit, new Set());
    }
    for (const { destination, port, protocol, seenBy, isAnswered } of inputs.edges) {
      if (destination.kind !== 'workload' || seenBy === 'learned-client' || !isAnswered) continue;
      const unit = this.#unitByWorkload.get(destination.key);
      if (unit !== undefined) this.#seenPorts.get(unit)?.add(`${protocol} ${port}`);
    }
  }

  unitOf(workload: string): PodUnit | undefined {
    return this.#unitByWorkload.get(workload);
  }

  /** Undefined: nobody knows who that is. */
  source(end: PolicyEnd): PolicyParty | undefined {
    switch (end.kind) {
      case 'workload': {
        const unit = this.#unitByWorkload.get(end.key);
        return unit && this.#podsParty(unit);
      }
      case 'outside':
        return { kind: 'outside', cidr: end.cidr, isWorld: end.isWorld };
      case 'node':
        return this.#node(end.name, end.ip);
      case 'api-server':
        return this.#apiServer(end.ip)?.party;
      case 'host':
        return { kind: 'own-node' };
      case 'service':
      case 'unknown':
        return undefined;
    }
  }

  /** Where it arrives, after services are translated; empty when nobody knows. `edge.port` is not null. */
  destinations({ destination: end, port: seenPort, protocol: name, seenBy }: Asked): readonly Arrival[] {
    const port = seenPort ?? 0;
    const protocol = name as AccessProtocol;
    switch (end.kind) {
      case 'workload': {
        const unit = this.#unitByWorkload.get(end.key);
        if (unit === undefined) return [];
        const party = this.#podsParty(unit);
        const ports = seenBy === 'learned-client' ? this.#learnedPorts(unit, port, protocol) : [port];
        return party === undefined ? [] : ports.map((one) => ({ party, port: one }));
      }
      case 'service':
        return port === 'high' ? [] : this.#behind(serviceEndpoint(end), port, protocol);
      case 'node': {
        const party = this.#node(end.name, end.ip);
        const [ip = end.ip] = party?.kind === 'node' ? party.ips : [];
        const node: Endpoint = { ip, kind: 'node', workload: { kind: 'Node', name: end.name } };
        const behind = port === 'high' ? [] : this.#behind(node, port, protocol);
        return behind.length > 0 || party === undefined ? behind : [{ party, port }];
      }
      case 'api-server': {
        const found = port === 'high' ? undefined : this.#apiServer(end.ip, port);
        return found === undefined ? [] : found.ports.map((one) => ({ party: found.party, port: one }));
      }
      case 'outside':
        return [{ party: { kind: 'outside', cidr: end.cidr, isWorld: end.isWorld }, port }];
      case 'host':
        return [{ party: { kind: 'own-node' }, port }];
      case 'unknown':
        return [];
    }
  }

  /** Units, and ports there, behind an address that is translated. */
  #behind(endpoint: Endpoint, port: number, protocol: AccessProtocol): Arrival[] {
    const backends = this.#inputs.lookup.backends(endpoint, port, protocol) ?? [];
    const arrivals = new Map<string, Arrival>();
    for (const backend of backends) {
      const party = this.#backendParty(backend);
      if (party === undefined) continue;
      const key = party.kind === 'pods' ? party.unit.id : backend.ip;
      arrivals.set(`${key} ${backend.port}`, { party, port: backend.port });
    }
    return [...arrivals.values()];
  }

  #backendParty({ ip, pod }: Backend): PolicyParty | undefined {
    const unit = pod && this.#unitByPod.get(podName(pod));
    return unit === undefined ? { kind: 'outside', cidr: hostRange(ip), isWorld: false } : this.#podsParty(unit);
  }

  #podsParty(unit: PodUnit): PolicyParty | undefined {
    if (!unit.isHostNetwork) return { kind: 'pods', unit };
    if (unit.pods.every(({ node }) => node !== undefined && node === this.#inputs.node)) return { kind: 'own-node' };
    const ips = [...new Set(unit.pods.flatMap((pod) => pod.ips))].sort();
    return ips.length === 0 ? undefined : { kind: 'node', name: `of ${unit.id} (host network)`, ips };
  }

  #node(name: string, ip: string): PolicyParty | undefined {
    const { node, nodes, nodeAddresses } = this.#inputs;
    if ((name !== '' && name === node) || nodeAddresses.includes(ip)) return { kind: 'own-node' };
    const ips = nodes.get(name) ?? (ip === '' ? [] : [ip]);
    return ips.length === 0 ? undefined : { kind: 'node', name: name || ip, ips };
  }

  /** Its own addresses, and the service's: where a policy is judged before the translation, that is the one that counts. */
  #apiServer(ip: string, port = 443): { party: PolicyParty; ports: readonly number[] } | undefined {
    const service: Endpoint = { ip, kind: 'kube-apiserver', namespace: 'default', service: 'kubernetes' };
    const backends = this.#inputs.lookup.backends(service, port, 'TCP') ?? [];
    const ips = [...new Set([...(ip === '' ? [] : [ip]), ...backends.map((backend) => backend.ip)])].sort();
    if (ips.length === 0) return undefined;
    const ports = [...new Set([port, ...backends.map((backend) => backend.port)])].sort((a, b) => a - b);
    return { party: { kind: 'api-server', ips }, ports };
  }

  /** What was learned names the workload behind a service and the service's port: the pods' own is looked up. */
  #learnedPorts(unit: PodUnit, port: number | 'high', protocol: AccessProtocol): readonly (number | 'high')[] {
    const declared = new Set(
      unit.pods.flatMap(({ ports }) => ports.filter((one) => one.protocol === protocol)).map((one) => one.port),
    );
    const seen = this.#seenPorts.get(unit) ?? new Set();
    if (port === 'high') {
      const known = [...seen].flatMap((text) => (text.startsWith(`${protocol} `) ? Number(text.split(' ')[1]) : []));
      const high = [...new Set([...declared, ...known])].filter((one) => one >= FIRST_HIGH_PORT);
      return high.length > 0 ? high.sort((a, b) => a - b) : ['high'];
    }
    const ports = new Set<number>();
    for (const { namespace, name, ports: own } of this.#servicesOf.get(unit) ?? []) {
      if (!own.some((one) => one.port === port && one.protocol === protocol)) continue;
      const service: Endpoint = { ip: '', kind: 'service', namespace, service: name };
      for (const { pod, port: target } of this.#inputs.lookup.backends(service, port, protocol) ?? []) {
        if (pod !== undefined && this.#unitByPod.get(podName(pod)) === unit) ports.add(target);
      }
    }
    if (ports.size === 0 || declared.has(port) || seen.has(`${protocol} ${port}`)) ports.add(port);
    return [...ports].sort((a, b) => a - b);
  }
}

function serviceEndpoint({ ip, namespace, name }: Extract<PolicyEnd, { kind: 'service' }>): Endpoint {
  return { ip, kind: 'service', namespace, service: name };
}

function podName({ namespace, name }: PodFacts): string {
  return `${namespace.name}/${name}`;
}

function hostRange(ip: string): string {
  return `${ip}/${ip.includes(':') ? 128 : 32}`;
}

/** For tests only: a small cluster, and edges as its agent would tell them. */
import type { Endpoint } from '../../endpoint.ts';
import type { Labels } from '../label-selector.ts';
import type { Backend, PodFacts, SubjectLookup } from '../subject.ts';
import { type PolicyScene, policyScene } from './generate-policies.ts';
import type { PolicyOptions } from './generated.ts';
import type { ObservedEdge, PolicyInputs, ServiceFacts } from './observed-edge.ts';
import { podEndpointOf } from './pod-units.ts';
import { endOf, type PolicyEnd } from './policy-end.ts';

export const T0 = 1_700_000_000_000;
export const HOUR = 3_600_000;
export const OPTIONS: PolicyOptions = {
  namespace: undefined,
  includeRare: false,
  includeAlerted: false,
  limits: { maxBlocks: 16, prefix: 32 },
};

export function samplePod(
  workload: string,
  number: number,
  more: Partial<PodFacts> & { labels?: Labels } = {},
): PodFacts {
  const [namespace = '', kind = '', name = ''] = workload.split('/');
  return {
    name: `${name}-${number}`,
    namespace: { name: namespace, labels: { 'kubernetes.io/metadata.name': namespace }, isComplete: false },
    labels: { app: name, 'pod-template-hash': `x${number}` },
    ips: [`10.1.${[...workload].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 250}.${number}`],
    hostNetwork: false,
    node: 'n1',
    workload: { kind, name },
    ports: [],
    ...more,
  };
}

export interface SampleService extends ServiceFacts {
  /** Where its ports lead to. */
  readonly targets: Readonly<Record<number, readonly Backend[]>>;
}

class SampleLookup implements SubjectLookup {
  readonly generation = 1;
  readonly #pods: readonly PodFacts[];
  readonly #services: readonly SampleService[];

  constructor(pods: readonly PodFacts[], services: readonly SampleService[]) {
    this.#pods = pods;
    this.#services = services;
  }

  pod({ kind, namespace, pod }: Endpoint): PodFacts | undefined {
    if (kind !== 'pod') return undefined;
    return this.#pods.find((one) => one.name === pod && one.namespace.name === namespace);
  }

  backends(endpoint: Endpoint, port: number): readonly Backend[] | undefined {
    if (endpoint.kind !== 'service' && endpoint.kind !== 'kube-apiserver') return undefined;
    const { namespace, service } = endpoint;
    return this.#services.find((one) => one.namespace === namespace && one.name === service)?.targets[port] ?? [];
  }

  services(endpoint: Endpoint): readonly string[] {
    return this.#services
      .filter(({ targets }) =>
        Object.values(targets).some((list) => list.some(({ pod }) => pod?.name === endpoint.pod && pod !== undefined)),
      )
      .map(({ namespace, name }) => `${namespace}/${name}`);
  }

  isOwnNode(ip: string): boolean {
    return ip === '192.168.0.1';
  }
}

/** A service whose `port` leads to `target` of the pods. */
export function sampleService(name: string, port: number, target: number, pods: readonly PodFacts[]): SampleService {
  const [namespace = '', service = ''] = name.split('/');
  return {
    namespace,
    name: service,
    ports: [
      { port, protocol: 'TCP' },
      { port, protocol: 'UDP' },
    ],
    targets: { [port]: pods.map((pod) => ({ ip: pod.ips[0] ?? '', port: target, pod })) },
  };
}

export function sampleScene(
  pods: readonly PodFacts[],
  edges: readonly ObservedEdge[],
  more: Partial<PolicyInputs> & { readonly services?: readonly SampleService[] } = {},
): PolicyScene {
  const services = (more.services ?? []) as readonly SampleService[];
  return policyScene({
    node: 'n1',
    nodeAddresses: ['192.168.0.1'],
    pods,
    nodes: new Map([
      ['n1', ['192.168.0.1']],
      ['n2', ['192.168.0.2']],
    ]),
    lookup: new SampleLookup(pods, services),
    edges,
    learning: new Map(),
    observedSinceMs: T0,
    ...more,
    services,
  });
}

type Subject = PodFacts | Endpoint;

function toEnd(subject: Subject): PolicyEnd {
  return endOf('labels' in subject ? podEndpointOf(subject) : subject);
}

/** An edge that came about many times, both ends seeing it unless said otherwise. */
export function edge(
  source: Subject,
  destination: Subject,
  port: number | 'high' | null,
  more: Partial<ObservedEdge> = {},
): ObservedEdge {
  return {
    source: toEnd(source),
    destination: toEnd(destination),
    port,
    protocol: 'TCP',
    seenBy: 'client',
    isAnswered: true,
    count: 20,
    failed: 0,
    windows: 10,
    firstMs: T0 + HOUR,
    lastMs: T0 + 2 * HOUR,
    ...more,
  };
}

/** Who is on a busy node and around it: frozen Endpoint objects from the same tables that the agent asks, with workloads. */
import type { ClusterView, Endpoint, NameAddress } from '@netguard/core';
import { AddressTable, podEndpoint } from '../../packages/agent/src/identify/address-table.ts';
import { ClusterTable } from '../../packages/agent/src/identify/cluster-table.ts';
import type { IdentityFile, PodIdentity, ServiceIdentity } from '../../packages/agent/src/identify/identity-file.ts';
import { IdentityStore } from '../../packages/agent/src/identify/identity-store.ts';

/** kubelet's default limit of pods on a node. */
const LOCAL_PODS = 110;
const OTHER_PODS = 880;
const WORKLOADS = 120;
const STRANGERS = 4000;
const NODE = '192.168.1.10';

export interface NodeNames {
  readonly cluster: ClusterView;
  readonly nameAddress: NameAddress;
  /** As sockets of this node are named: with their container. */
  readonly local: readonly Endpoint[];
  /** As far ends are named: pods of this node and of others, services, the resolver, the API server, nodes, strangers. */
  readonly pods: readonly Endpoint[];
  readonly services: readonly Endpoint[];
  readonly strangers: readonly Endpoint[];
  readonly nodes: readonly Endpoint[];
  readonly resolver: Endpoint;
  readonly apiServer: Endpoint;
  /** Pods of the resolver, on this node. */
  readonly resolverPod: Endpoint;
}

/** A cluster of nine nodes, 990 pods and 120 workloads, seen from one of its nodes. */
export function nodeNames(): NodeNames {
  const pods = Array.from({ length: LOCAL_PODS + OTHER_PODS }, (_, index) => podIdentity(index));
  const identities: IdentityFile = {
    apiVersion: 'netguard/v1',
    kind: 'Identities',
    pods,
    services: services(pods),
    nodes: Array.from({ length: 9 }, (_, index) => ({ name: `node-${index}`, ips: [`192.168.1.${10 + index}`] })),
  };
  const addresses = new AddressTable({ nodeName: 'node-0', nodeAddresses: [NODE], clusterCidrs: ['10.0.0.0/8'] });
  const known = new IdentityStore().replaceFile(identities);
  addresses.apply(known, 0);
  const cluster = new ClusterTable({}, (ip) => addresses.isOwnNode(ip));
  cluster.apply(known, 0);
  const nameAddress: NameAddress = (ip) => addresses.find(ip, 0, Number.MAX_SAFE_INTEGER);
  const name = ({ ips }: { readonly ips: readonly string[] }): Endpoint => nameAddress(ips[0] ?? '');
  return {
    cluster,
    nameAddress,
    local: pods.slice(0, LOCAL_PODS).map((pod) => podEndpoint(pod.ips[0] ?? '', pod, 'app')),
    pods: pods.map(name),
    services: identities.services.slice(2).map(name),
    strangers: Array.from({ length: STRANGERS }, (_, index) => nameAddress(strangerAddress(index))),
    nodes: identities.nodes.map(name),
    resolver: nameAddress('10.96.0.10'),
    apiServer: nameAddress('10.96.0.1'),
    resolverPod: podEndpoint(pods[1]?.ips[0] ?? '', pods[1] as PodIdentity, 'coredns'),
  };
}

/** The nth of sixteen million addresses outside, none of them in a private range. */
export function strangerAddress(index: number): string {
  return `${128 + ((index >>> 20) & 15)}.${(index >>> 12) & 255}.${(index >>> 4) & 255}.${((index & 15) << 4) + 9}`;
}

function podIdentity(index: number): PodIdentity {
  const workload = index === 1 ? 'coredns' : `app-${index % WORKLOADS}`;
  const namespace = index === 1 ? 'kube-system' : `team-${(index % WORKLOADS) % 12}`;
  return {
    uid: `00000000-0000-0000-0000-${String(index).padStart(12, '0')}`,
    namespace,
    name: `${workload}-5d4f8c7b9d-${String(index).padStart(5, '0')}`,
    workload: { kind: 'Deployment', name: workload },
    labels: { app: workload },
    ips: [`10.244.${index >>> 7}.${(index & 127) + 2}`],
    node: `node-${index < LOCAL_PODS ? 0 : 1 + (index % 8)}`,
    containers: [{ name: 'app', ports: [{ port: 8080, protocol: 'TCP' }] }],
    hostNetwork: false,
    phase: 'Running',
  };
}

function services(pods: readonly PodIdentity[]): ServiceIdentity[] {
  const own = Array.from({ length: WORKLOADS }, (_, index) => ({
    namespace: `team-${index % 12}`,
    name: `app-${index}`,
    ips: [`10.97.0.${index + 1}`],
    ports: [{ port: 80, protocol: 'TCP' as const, targetPort: 8080 }],
    endpoints: [
      {
        ips: pods.filter(({ workload }) => workload?.name === `app-${index}`).map(({ ips }) => ips[0] ?? ''),
        ports: [{ port: 8080, protocol: 'TCP' as const }],
      },
    ],
  }));
  return [
    {
      namespace: 'default',
      name: 'kubernetes',
      ips: ['10.96.0.1'],
      ports: [{ port: 443, protocol: 'TCP', targetPort: 6443 }],
      endpoints: [{ ips: ['192.168.1.18'], ports: [{ port: 6443, protocol: 'TCP' }] }],
    },
    {
      namespace: 'kube-system',
      name: 'kube-dns',
      ips: ['10.96.0.10'],
      ports: [{ port: 53, protocol: 'UDP' }],
      endpoints: [{ ips: [pods[1]?.ips[0] ?? ''], ports: [{ port: 53, protocol: 'UDP' }] }],
    },
    ...own,
  ];
}

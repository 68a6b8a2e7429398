/**
 * Who is who, said in a YAML file: for hosts without an API server, and for tests (docs/reference/identity.md).
 * A watch of the API server delivers the same shapes, so everything behind it is the same for both.
 */
import type { Workload } from '@netguard/core';

export interface ContainerIdentity {
  /** Runtime's id, 64 hex digits, without `containerd://`. */
  readonly id?: string;
  readonly name: string;
  /** Declared ports: `containers[].ports` of the pod. */
  readonly ports?: readonly PortIdentity[];
  /** Ports that its liveness, readiness and startup probes ask. */
  readonly probes?: readonly number[];
}

export interface PortIdentity {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly name?: string;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

export interface PodIdentity {
  /** As in the cgroup path: the API server's UID, for a static pod its configuration hash. Lower case. */
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly workload?: Workload;
  /** Of a pod without controller: pods made from one name are one workload. */
  readonly generateName?: string;
  readonly serviceAccount?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Canonical text. A host-network pod owns none of its addresses. */
  readonly ips: readonly string[];
  readonly node?: string;
  readonly containers: readonly ContainerIdentity[];
  readonly hostNetwork: boolean;
  /** `Succeeded` and `Failed` pods own no address. */
  readonly phase: PodPhase;
  /** Absent: ready while `Running`. */
  readonly ready?: boolean;
  /** RFC 3339. Its addresses were not its own before. */
  readonly startedAt?: string;
  /** RFC 3339, of a terminating pod: when it has to be gone. Its addresses are not its own from then on. */
  readonly endsAt?: string;
}

export interface ServicePort extends PortIdentity {
  /** A number, or the name of a container's port. The same as `port` unless given. */
  readonly targetPort?: number | string;
  readonly nodePort?: number;
}

/** Addresses that are ready to serve (of an EndpointSlice), and the ports they serve at. */
export interface ServiceEndpoints {
  readonly ips: readonly string[];
  readonly ports: readonly PortIdentity[];
}

export interface ServiceIdentity {
  readonly namespace: string;
  readonly name: string;
  /** Cluster, external and load balancer addresses. Empty for a headless service. */
  readonly ips: readonly string[];
  readonly ports: readonly ServicePort[];
  readonly endpoints?: readonly ServiceEndpoints[];
  /** Labels of its pods: what is behind it where `endpoints` are not given. */
  readonly selector?: Readonly<Record<string, string>>;
}

export interface NodeIdentity {
  readonly name: string;
  readonly ips: readonly string[];
}

export interface NamespaceIdentity {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What is known of a workload as a whole; without an entry it is what its pods show. */
export interface WorkloadIdentity {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  /** Ready pods. */
  readonly replicas?: number;
  /** RFC 3339: when its replicas or its template last changed. */
  readonly changedAt?: string;
  /** Many clients stand behind its pods: an ingress or egress proxy, a NAT gateway. */
  readonly shared?: boolean;
}

export interface IdentityFile {
  readonly apiVersion: 'netguard/v1';
  readonly kind: 'Identities';
  readonly pods: readonly PodIdentity[];
  readonly services: readonly ServiceIdentity[];
  readonly nodes: readonly NodeIdentity[];
  readonly namespaces?: readonly NamespaceIdentity[];
  readonly workloads?: readonly WorkloadIdentity[];
  /** Addresses of DNS servers that pods are meant to ask, besides services and pods that serve port 53. */
  readonly resolvers?: readonly string[];
}

/** Nobody is known by name. */
export const NO_IDENTITIES: IdentityFile = {
  apiVersion: 'netguard/v1',
  kind: 'Identities',
  pods: [],
  services: [],
  nodes: [],
};

/**
 * Who is who, said in a YAML file: for hosts without an API server, and for tests (docs/reference/identity.md).
 * A watch of the API server delivers the same shape, so everything behind it is the same for both.
 */
import type { Workload } from '@netguard/core';

export interface ContainerIdentity {
  /** Runtime's id, 64 hex digits, without `containerd://`. */
  readonly id?: string;
  readonly name: string;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

export interface PodIdentity {
  /** As in the cgroup path: the API server's UID, for a static pod its configuration hash. Lower case. */
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly workload?: Workload;
  readonly labels: Readonly<Record<string, string>>;
  /** Canonical text. A host-network pod owns none of its addresses. */
  readonly ips: readonly string[];
  readonly node?: string;
  readonly containers: readonly ContainerIdentity[];
  readonly hostNetwork: boolean;
  /** `Succeeded` and `Failed` pods own no address. */
  readonly phase: PodPhase;
  /** RFC 3339. Its addresses were not its own before. */
  readonly startedAt?: string;
}

export interface ServicePort {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly name?: string;
}

export interface ServiceIdentity {
  readonly namespace: string;
  readonly name: string;
  /** Cluster, external and load balancer addresses. Empty for a headless service. */
  readonly ips: readonly string[];
  readonly ports: readonly ServicePort[];
}

export interface NodeIdentity {
  readonly name: string;
  readonly ips: readonly string[];
}

export interface IdentityFile {
  readonly apiVersion: 'netguard/v1';
  readonly kind: 'Identities';
  readonly pods: readonly PodIdentity[];
  readonly services: readonly ServiceIdentity[];
  readonly nodes: readonly NodeIdentity[];
}

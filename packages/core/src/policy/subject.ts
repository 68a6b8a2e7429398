/** What policies ask about the two ends of a connection, beside their names. */
import type { Endpoint, Workload } from '../endpoint.ts';
import type { AccessProtocol } from './access.ts';
import type { Labels } from './label-selector.ts';

export interface NamespaceFacts {
  readonly name: string;
  /** Always with `kubernetes.io/metadata.name`, which every namespace has. */
  readonly labels: Labels;
  /** False: its other labels are not known, and nothing is concluded from their absence. */
  readonly isComplete: boolean;
}

export interface NamedPort {
  readonly port: number;
  readonly protocol: AccessProtocol;
  readonly name?: string;
}

export interface PodFacts {
  readonly name: string;
  readonly namespace: NamespaceFacts;
  readonly labels: Labels;
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
  readonly node?: string;
  readonly serviceAccount?: string;
  readonly workload?: Workload;
  readonly ports: readonly NamedPort[];
}

/** Where a connection to a service arrives after its address was translated. */
export interface Backend {
  readonly ip: string;
  readonly port: number;
  readonly pod: PodFacts | undefined;
}

/** Pure look-ups; a later watch of the API server fills the same tables. */
export interface SubjectLookup {
  /** Grows whenever an answer may have changed. */
  readonly generation: number;
  /** The facts of a pod endpoint; undefined for anything else, and for pods that nobody described. */
  pod(endpoint: Endpoint): PodFacts | undefined;
  /**
   * What stands behind a service's address (also the API server's, and a node port): undefined when the endpoint is no such
   * address, empty when it is one and nothing is known of what is behind it.
   */
  backends(endpoint: Endpoint, port: number, protocol: AccessProtocol): readonly Backend[] | undefined;
  /** Services (`namespace/name`) that the address or pod belongs to. */
  services(endpoint: Endpoint): readonly string[];
  isOwnNode(ip: string): boolean;
}

import type { Endpoint } from '../endpoint.ts';
import type { IntelLookup } from '../intel/intel.ts';
import { type Learning, nothingLearned } from '../learn/learning.ts';
import type { LoginService } from '../login-services.ts';
import { type AccessJudge, nothingForbidden } from '../policy/access.ts';

/** Turns an address met in evidence (a SYN source) into a name; pure look-up, no I/O. */
export type NameAddress = (ip: string) => Endpoint;

/** What is known of the cluster beside names. Pure look-ups; `atMs` is the time of the event. */
export interface ClusterView {
  /** Many hosts stand behind this address: node, load balancer, NAT gateway, configured. No verdict per source (kubernetes-rules). */
  isShared(endpoint: Endpoint): boolean;
  /** The port is declared by the pod or service at `ip`, or was a ready endpoint within the last 10 minutes before `atMs`. */
  isDeclared(ip: string, port: number, atMs: number): boolean;
  /** The address is this node's own: its kubelet's probes come from here. */
  isOwnNode(ip: string): boolean;
  isApiServer(endpoint: Endpoint): boolean;
  /** A cloud metadata service: 169.254.169.254, fd00:ec2::254 and configured ones. */
  isMetadata(ip: string): boolean;
  /** A resolver pods are meant to ask: cluster DNS, node-local DNS, configured. */
  isResolver(endpoint: Endpoint): boolean;
  /** Pods of the workload that are ready, and when its replicas or template last changed (epoch ms; -Infinity: never seen to). */
  scale(workload: string, atMs: number): { readonly replicas: number; readonly changedMs: number };
  /**
   * The workload behind a service's address, as the endpoint of one of its pods, when they all belong to one workload; else
   * the endpoint itself. A client's socket sees the service, the server's the pod: with this both name one target.
   */
  behind(endpoint: Endpoint): Endpoint;
  /** Ports where logins are made beside the well-known ones, and the service that they are like (`ssh`, `mysql`). */
  readonly loginPorts: ReadonlyMap<number, LoginService>;
  /** DNS zones below which no name is judged, besides those that everybody has: search domains, look-up services. Lower case. */
  readonly quietZones?: ReadonlySet<string>;
}

/** What was found lately, by whom it is about: for detectors whose finding weighs more beside another. */
export interface RecentFindings {
  /** The newest rule other than `exceptRule` that named this workload (`workloadKey`) as source or target since `sinceMs`. */
  about(workload: string, exceptRule: string, sinceMs: number): string | undefined;
}

/** All that a detector may ask of the world outside its observations. */
export interface DetectorContext {
  readonly nameAddress: NameAddress;
  readonly cluster: ClusterView;
  readonly learning: Learning;
  /** What NetworkPolicies and access policies say of who may talk to whom. */
  readonly access: AccessJudge;
  /** What lists say of addresses, names and fingerprints. Absent where there are none. */
  readonly intel?: IntelLookup;
  /** Absent where nobody keeps them. */
  readonly recentFindings?: RecentFindings;
}

const METADATA = new Set(['169.254.169.254', 'fd00:ec2::254']);
const NODE_LOCAL_DNS = '169.254.20.10';

/** A world of which nothing is known but the names: a host without Kubernetes, a capture without identities. */
export const unknownCluster: ClusterView = {
  isShared: (endpoint) => endpoint.kind === 'node',
  isDeclared: () => false,
  isOwnNode: () => false,
  isApiServer: (endpoint) => endpoint.kind === 'kube-apiserver',
  isMetadata: (ip) => METADATA.has(ip),
  isResolver: (endpoint) => endpoint.port === 53 || endpoint.ip === NODE_LOCAL_DNS,
  scale: () => ({ replicas: 1, changedMs: Number.NEGATIVE_INFINITY }),
  behind: (endpoint) => endpoint,
  loginPorts: new Map(),
};

/** A context of what is known; the rest is unknown. */
export function detectorContext(
  known: Partial<DetectorContext> & Pick<DetectorContext, 'nameAddress'>,
): DetectorContext {
  return { cluster: unknownCluster, learning: nothingLearned, access: nothingForbidden, ...known };
}

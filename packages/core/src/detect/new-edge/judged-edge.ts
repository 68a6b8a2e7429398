import { type Endpoint, workloadKey } from '../../endpoint.ts';
import { peerFact, peerKey } from '../../learn/peer-fact.ts';
import type { ConnectionObservation, DatagramObservation, Role } from '../../observation.ts';
import type { ClusterView } from '../context.ts';

/** One contact as the watched end sees it. */
export interface Contact {
  /** The watched workload. */
  readonly workload: string;
  readonly local: Endpoint;
  /** The other end; the pods behind it, where it is a service. */
  readonly peer: Endpoint;
  /** The server's. */
  readonly port: number;
  readonly protocol: string;
  readonly isClient: boolean;
}

/** Redirects of a service mesh within a pod's namespace (Istio, Linkerd): legs of another edge. */
export const MESH_PORTS: ReadonlySet<number> = new Set([15001, 15006, 15008, 4140, 4143]);

/** Whose edges are judged. Programs of the host itself come and go with every command somebody types. */
function isWatched({ kind }: Endpoint): boolean {
  return kind === 'pod' || kind === 'container' || kind === 'unit';
}

/** Undefined where the contact is no edge of its own: probes, DNS, mesh legs, the node, what other detectors own. */
export function contactOf(
  observation: ConnectionObservation | DatagramObservation,
  local: Endpoint,
  remote: Endpoint,
  cluster: ClusterView,
): Contact | undefined {
  const isClient = observation.role === 'client';
  const { port } = isClient ? observation.remote : observation.local;
  if (MESH_PORTS.has(port) || (isClient && isOthers(remote, cluster))) return undefined;
  const peer = isClient ? cluster.behind(remote) : remote;
  const workload = workloadKey(local);
  if (workloadKey(peer) === workload) return undefined;
  const protocol = observation.kind === 'connection' ? 'TCP' : observation.protocol;
  return { workload, local, peer, port, protocol, isClient };
}

/** What is to be learned of the watched workload. */
export function factOf({ isClient, peer, port, protocol }: Contact): string {
  return isClient ? peerFact(peer, port, protocol) : `<${peerKey(peer)}|${port}|${protocol}`;
}

/** Whether an edge of these two can be judged at this end. Who serves strangers has new ones every day. */
export function isJudged(role: Role, local: Endpoint, remote: Endpoint): boolean {
  return isWatched(local) && (role === 'client' || (role === 'server' && remote.kind === 'pod'));
}

/** The API server, nodes and metadata are `sensitive-endpoint`'s; resolvers are everybody's. */
function isOthers(remote: Endpoint, cluster: ClusterView): boolean {
  if (remote.kind === 'node' || remote.kind === 'link-local' || remote.kind === 'kube-apiserver') return true;
  return cluster.isApiServer(remote) || cluster.isMetadata(remote.ip) || cluster.isResolver(remote);
}

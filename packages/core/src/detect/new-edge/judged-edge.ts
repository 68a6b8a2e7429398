import { type Endpoint, workloadKey } from '../../endpoint.ts';
import { peerFact, peerKey } from '../../learn/peer-fact.ts';
import type { ConnectionObservation, DatagramObservation } from '../../observation.ts';
import type { ClusterView } from '../context.ts';

/** One contact, seen from the watched end, as the same edge whichever end that is. */
export interface Contact {
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly protocol: string;
  /** The watched workload and what is to be learned of it. */
  readonly workload: string;
  readonly fact: string;
}

/** Redirects of a service mesh within a pod's namespace (Istio, Linkerd): legs of another edge. */
const MESH_PORTS = new Set([15001, 15006, 15008, 4140, 4143]);

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
  if (!isWatched(local)) return undefined;
  const protocol = observation.kind === 'connection' ? 'TCP' : observation.protocol;
  if (observation.role === 'client') {
    const { port } = observation.remote;
    if (MESH_PORTS.has(port) || isOthers(remote, cluster)) return undefined;
    const target = { ...cluster.behind(remote), port };
    const workload = workloadKey(local);
    if (workloadKey(target) === workload) return undefined;
    return { source: local, target, protocol, workload, fact: peerFact(target, port, protocol) };
  }
  // Who serves strangers has new ones every day.
  if (observation.role !== 'server' || remote.kind !== 'pod') return undefined;
  const { port } = observation.local;
  const workload = workloadKey(local);
  const fact = `<${peerKey(remote)}|${port}|${protocol}`;
  if (MESH_PORTS.has(port) || workloadKey(remote) === workload) return undefined;
  return { source: remote, target: { ...local, port }, protocol, workload, fact };
}

/** The API server, nodes and metadata are `sensitive-endpoint`'s; resolvers are everybody's. */
function isOthers(remote: Endpoint, cluster: ClusterView): boolean {
  if (remote.kind === 'node' || remote.kind === 'link-local' || remote.kind === 'kube-apiserver') return true;
  return cluster.isApiServer(remote) || cluster.isMetadata(remote.ip) || cluster.isResolver(remote);
}

/** What may occur only once in an identity file: each repetition is named with where the first one stands. */
import type { Locate, Problem } from '../config/problem.ts';
import type { IdentityFile, PodIdentity } from './identity-file.ts';

/** Whether the addresses of a pod are its own: completed pods gave theirs back, host-network pods use the node's. */
export function ownsAddresses(pod: PodIdentity): boolean {
  return !pod.hostNetwork && pod.phase !== 'Succeeded' && pod.phase !== 'Failed';
}

export function identityProblems(file: IdentityFile, locate: Locate): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, readonly (string | number)[]>();
  const once = (what: string, key: string, path: readonly (string | number)[]) => {
    const id = `${what}\0${key}`;
    const first = seen.get(id);
    if (!first) seen.set(id, path);
    else problems.push({ where: locate(path), message: `${what} ${key} stands already at ${locate(first)}` });
  };
  for (const [index, pod] of file.pods.entries()) {
    once('pod UID', pod.uid, ['pods', index, 'uid']);
    for (const [at, container] of pod.containers.entries()) {
      if (container.id !== undefined) once('container id', container.id, ['pods', index, 'containers', at, 'id']);
    }
    if (!ownsAddresses(pod)) continue;
    once('running pod', `${pod.namespace}/${pod.name}`, ['pods', index, 'name']);
    for (const [at, ip] of pod.ips.entries()) once('address', ip, ['pods', index, 'ips', at]);
  }
  for (const [index, service] of file.services.entries()) {
    once('service', `${service.namespace}/${service.name}`, ['services', index, 'name']);
  }
  for (const [index, node] of file.nodes.entries()) {
    once('node', node.name, ['nodes', index, 'name']);
    for (const [at, ip] of node.ips.entries()) once('address', ip, ['nodes', index, 'ips', at]);
  }
  for (const [index, namespace] of (file.namespaces ?? []).entries()) {
    once('namespace', namespace.name, ['namespaces', index, 'name']);
  }
  for (const [index, workload] of (file.workloads ?? []).entries()) {
    once('workload', `${workload.namespace}/${workload.kind}/${workload.name}`, ['workloads', index, 'name']);
  }
  return problems;
}

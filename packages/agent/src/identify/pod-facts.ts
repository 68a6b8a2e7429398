/** What policies ask about pods: labels, ports, namespace. By `namespace/name`; a deleted pod is remembered for its late sockets. */
import type { NamespaceFacts, PodFacts } from '@netguard/core';
import { workloadOf } from './address-table.ts';
import { ownsAddresses } from './identity-checks.ts';
import type { IdentityFile, PodIdentity } from './identity-file.ts';

const KEEP_MS = 600_000;
const NAME_LABEL = 'kubernetes.io/metadata.name';

export class PodFactsTable {
  #byName = new Map<string, { readonly facts: PodFacts; readonly seenMs: number }>();
  #byIp = new Map<string, PodFacts>();

  update(identities: IdentityFile | null, atMs: number): void {
    const namespaces = new Map<string, NamespaceFacts>();
    for (const { name, labels } of identities?.namespaces ?? []) {
      namespaces.set(name, { name, labels: { [NAME_LABEL]: name, ...labels }, isComplete: true });
    }
    const byName = new Map<string, { facts: PodFacts; seenMs: number }>();
    const byIp = new Map<string, PodFacts>();
    for (const pod of identities?.pods ?? []) {
      const facts = factsOf(pod, namespaceOf(namespaces, pod.namespace));
      byName.set(podKey(pod.namespace, pod.name), { facts, seenMs: atMs });
      if (ownsAddresses(pod)) for (const ip of pod.ips) byIp.set(ip, facts);
    }
    for (const [key, known] of this.#byName) {
      if (!byName.has(key) && known.seenMs > atMs - KEEP_MS) byName.set(key, known);
    }
    this.#byName = byName;
    this.#byIp = byIp;
  }

  find(namespace: string | undefined, pod: string | undefined): PodFacts | undefined {
    if (namespace === undefined || pod === undefined) return undefined;
    return this.#byName.get(podKey(namespace, pod))?.facts;
  }

  /** The pod that has the address now. */
  at(ip: string): PodFacts | undefined {
    return this.#byIp.get(ip);
  }

  /** Every pod with an address of its own, once for each of its addresses. */
  addresses(): IterableIterator<[ip: string, facts: PodFacts]> {
    return this.#byIp.entries();
  }
}

function podKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** One object a namespace and snapshot. Without an entry only its name is known. */
function namespaceOf(known: Map<string, NamespaceFacts>, name: string): NamespaceFacts {
  let facts = known.get(name);
  if (facts === undefined) {
    facts = { name, labels: { [NAME_LABEL]: name }, isComplete: false };
    known.set(name, facts);
  }
  return facts;
}

function factsOf(pod: PodIdentity, namespace: NamespaceFacts): PodFacts {
  return {
    name: pod.name,
    namespace,
    labels: pod.labels,
    ips: pod.ips,
    hostNetwork: pod.hostNetwork,
    ...(pod.node === undefined ? undefined : { node: pod.node }),
    ...(pod.serviceAccount === undefined ? undefined : { serviceAccount: pod.serviceAccount }),
    ...workloadOf(pod),
    ports: pod.containers.flatMap(({ ports = [] }) => ports),
  };
}

/** What policies ask about pods: labels, ports, namespace. By `namespace/name`; a deleted pod is remembered for its late sockets. */
import type { NamespaceFacts, PodFacts } from '@netguard/core';
import { workloadOf } from './address-table.ts';
import type { IdentityChanges } from './identity-changes.ts';
import { ownsAddresses } from './identity-checks.ts';
import type { PodIdentity } from './identity-file.ts';

const KEEP_MS = 600_000;
const NAME_LABEL = 'kubernetes.io/metadata.name';

export class PodFactsTable {
  readonly #byName = new Map<string, PodIdentity>();
  readonly #byIp = new Map<string, PodIdentity>();
  readonly #namespaces = new Map<string, NamespaceFacts>();
  #gone: { readonly pod: PodIdentity; readonly atMs: number }[] = [];
  /* Made when somebody asks: of most pods of a cluster nobody ever does on one node. */
  #facts = new WeakMap<PodIdentity, PodFacts>();

  apply({ pods, namespaces }: IdentityChanges, atMs: number): void {
    for (const { before } of pods) if (before !== undefined) this.#leaveAddresses(before);
    for (const { before, now } of pods) {
      if (now !== undefined) this.#put(now);
      else if (before !== undefined) this.#gone.push({ pod: before, atMs });
    }
    for (const { before, now } of namespaces) {
      if (before !== undefined) this.#namespaces.delete(before.name);
      if (now !== undefined) this.#namespaces.set(now.name, namespaceFacts(now.name, now.labels, true));
      this.#facts = new WeakMap();
    }
    this.#forgetBefore(atMs - KEEP_MS);
  }

  find(namespace: string | undefined, pod: string | undefined): PodFacts | undefined {
    if (namespace === undefined || pod === undefined) return undefined;
    const known = this.#byName.get(podKey(namespace, pod));
    return known && this.#factsOf(known);
  }

  /** The pod that has the address now. */
  at(ip: string): PodFacts | undefined {
    const pod = this.#byIp.get(ip);
    return pod && this.#factsOf(pod);
  }

  /** Pods of a namespace that have an address of their own, once for each of their addresses. */
  *addresses(namespace: string): Generator<[ip: string, facts: PodFacts]> {
    for (const [ip, pod] of this.#byIp) if (pod.namespace === namespace) yield [ip, this.#factsOf(pod)];
  }

  #put(pod: PodIdentity): void {
    this.#byName.set(podKey(pod.namespace, pod.name), pod);
    if (!ownsAddresses(pod)) return;
    for (const ip of pod.ips) {
      const holder = this.#byIp.get(ip);
      /* Two claim it: the one that began later has it. */
      if (holder === undefined || startOf(holder) <= startOf(pod)) this.#byIp.set(ip, pod);
    }
  }

  #leaveAddresses(pod: PodIdentity): void {
    for (const ip of pod.ips) if (this.#byIp.get(ip) === pod) this.#byIp.delete(ip);
  }

  #forgetBefore(timeMs: number): void {
    const first = this.#gone.findIndex(({ atMs }) => atMs >= timeMs);
    for (const { pod } of this.#gone.splice(0, first === -1 ? this.#gone.length : first)) {
      const key = podKey(pod.namespace, pod.name);
      if (this.#byName.get(key) === pod) this.#byName.delete(key);
    }
  }

  #factsOf(pod: PodIdentity): PodFacts {
    let facts = this.#facts.get(pod);
    if (facts === undefined) {
      facts = factsOf(pod, this.#namespaceOf(pod.namespace));
      this.#facts.set(pod, facts);
    }
    return facts;
  }

  /** One object a namespace. Of one that nobody described only its name is known. */
  #namespaceOf(name: string): NamespaceFacts {
    let facts = this.#namespaces.get(name);
    if (facts === undefined) {
      facts = namespaceFacts(name, {}, false);
      this.#namespaces.set(name, facts);
    }
    return facts;
  }
}

function podKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function startOf({ startedAt }: PodIdentity): number {
  return startedAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(startedAt);
}

function namespaceFacts(name: string, labels: Readonly<Record<string, string>>, isComplete: boolean): NamespaceFacts {
  return { name, labels: { [NAME_LABEL]: name, ...labels }, isComplete };
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

/**
 * Everything that is known by name, from the identity file and from the API server, and what became different of it. Where
 * both speak of the same thing, the API server is right: of a pod with the same UID, of anything else with the same name.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Change, IdentityChanges, IdentityDelta, IdentityPart } from './identity-changes.ts';
import type {
  IdentityFile,
  NamespaceIdentity,
  NodeIdentity,
  PodIdentity,
  ServiceIdentity,
  WorkloadIdentity,
} from './identity-file.ts';
import { SharedParts } from './shared-parts.ts';

export class IdentityStore {
  readonly #node: string | undefined;
  readonly #parts = new SharedParts();
  readonly #pods = new Layers<PodIdentity>(
    ({ uid }) => uid,
    (pod) => this.#parts.pod(pod),
  );
  readonly #services = new Layers<ServiceIdentity>(({ namespace, name }) => `${namespace}/${name}`);
  readonly #nodes = new Layers<NodeIdentity>(({ name }) => name);
  readonly #namespaces = new Layers<NamespaceIdentity>(({ name }) => name);
  readonly #workloads = new Layers<WorkloadIdentity>(({ namespace, kind, name }) => `${namespace}/${kind}/${name}`);
  #resolvers: readonly string[] = [];
  #hasFile = false;

  /** `node`: of pods that the API server has elsewhere, ids of containers are not kept, as their cgroups are not here. */
  constructor(node?: string) {
    this.#node = node;
  }

  /** Takes a whole file in place of the one before; null: there is none. */
  replaceFile(file: IdentityFile | null): IdentityChanges {
    const isNews = this.#hasFile;
    this.#hasFile ||= file !== null;
    return {
      pods: this.#pods.replace(file?.pods ?? []),
      services: this.#services.replace(file?.services ?? []),
      nodes: this.#nodes.replace(file?.nodes ?? []),
      namespaces: this.#namespaces.replace(file?.namespaces ?? []),
      workloads: this.#workloads.replace(file?.workloads ?? []),
      resolvers: this.#takeResolvers(file?.resolvers ?? []),
      isNews,
    };
  }

  /** Takes what the API server told. */
  apply(delta: IdentityDelta): IdentityChanges {
    return {
      pods: this.#pods.apply(
        delta.pods.map((pod) => (this.#isElsewhere(pod) ? withoutContainerIds(pod) : pod)),
        delta.podsGone,
      ),
      services: this.#services.apply(delta.services, delta.servicesGone),
      nodes: this.#nodes.apply(delta.nodes, delta.nodesGone),
      namespaces: this.#namespaces.apply(delta.namespaces, delta.namespacesGone),
      workloads: [],
      resolvers: undefined,
      isNews: delta.isNews,
    };
  }

  /** All that is known, at most `most` of a kind at once; what changes meanwhile is told as it is when its turn comes. */
  *parts(most: number): Generator<IdentityPart, void> {
    yield { resolvers: this.#resolvers };
    for (const nodes of chunks(this.#nodes.all(), most)) yield { nodes };
    for (const namespaces of chunks(this.#namespaces.all(), most)) yield { namespaces };
    for (const workloads of chunks(this.#workloads.all(), most)) yield { workloads };
    for (const services of chunks(this.#services.all(), most)) yield { services };
    for (const pods of chunks(this.#pods.all(), most)) yield { pods };
  }

  #isElsewhere({ node }: PodIdentity): boolean {
    return this.#node !== undefined && node !== undefined && node !== this.#node;
  }

  #takeResolvers(resolvers: readonly string[]): readonly string[] | undefined {
    if (isDeepStrictEqual(resolvers, this.#resolvers)) return undefined;
    this.#resolvers = resolvers;
    return resolvers;
  }
}

function withoutContainerIds(pod: PodIdentity): PodIdentity {
  return { ...pod, containers: pod.containers.map(({ id: _id, ...rest }) => rest) };
}

/** Things of one kind: those of the API server lie over those of the file. */
class Layers<T> {
  readonly #keyOf: (item: T) => string;
  readonly #held: (item: T) => T;
  readonly #over = new Map<string, T>();
  #under = new Map<string, T>();

  /** `held`: the form in which an item is kept, equal to it. */
  constructor(keyOf: (item: T) => string, held: (item: T) => T = (item) => item) {
    this.#keyOf = keyOf;
    this.#held = held;
  }

  *all(): Generator<T> {
    yield* this.#over.values();
    for (const [key, item] of this.#under) if (!this.#over.has(key)) yield item;
  }

  replace(items: readonly T[]): Change<T>[] {
    const before = this.#under;
    this.#under = new Map(items.map((item) => [this.#keyOf(item), this.#held(item)]));
    const changes: Change<T>[] = [];
    for (const [key, was] of before) {
      if (!this.#under.has(key) && !this.#over.has(key)) changes.push({ before: was, now: undefined });
    }
    for (const [key, now] of this.#under) {
      const was = before.get(key);
      if (this.#over.has(key)) continue;
      /* The one that is known already stays, so that nobody takes an equal one for another. */
      if (was !== undefined && isDeepStrictEqual(was, now)) this.#under.set(key, was);
      else changes.push({ before: was, now });
    }
    return changes;
  }

  apply(items: readonly T[], gone: readonly string[]): Change<T>[] {
    const changes: Change<T>[] = [];
    for (const key of gone) {
      const before = this.#over.get(key);
      if (before === undefined) continue;
      this.#over.delete(key);
      changes.push({ before, now: this.#under.get(key) });
    }
    for (const item of items) {
      const key = this.#keyOf(item);
      const now = this.#held(item);
      changes.push({ before: this.#over.get(key) ?? this.#under.get(key), now });
      this.#over.set(key, now);
    }
    return changes;
  }
}

function* chunks<T>(items: Iterable<T>, most: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    if (chunk.push(item) < most) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Pods of one workload are alike in most: what is equal in them is held once, so that a large cluster stays small in memory. */
import type { ContainerIdentity, PodIdentity } from './identity-file.ts';

/** Different parts remembered at once; beyond, sharing begins anew, which costs memory and nothing else. */
const CAPACITY = 16_384;

export class SharedParts {
  readonly #parts = new Map<string, unknown>();

  /** An equal pod, whose labels, workload, ports and repeated names are those of the pods before it. */
  pod(pod: PodIdentity): PodIdentity {
    const shared: { -readonly [K in keyof PodIdentity]: PodIdentity[K] } = {
      ...pod,
      namespace: this.#one(pod.namespace),
      labels: this.#one(pod.labels),
      containers: this.#containers(pod.containers),
    };
    if (pod.workload !== undefined) shared.workload = this.#one(pod.workload);
    if (pod.node !== undefined) shared.node = this.#one(pod.node);
    if (pod.serviceAccount !== undefined) shared.serviceAccount = this.#one(pod.serviceAccount);
    return shared;
  }

  #containers(containers: readonly ContainerIdentity[]): readonly ContainerIdentity[] {
    if (containers.every(({ id }) => id === undefined)) return this.#one(containers);
    return containers.map((container) => this.#container(container));
  }

  #container(container: ContainerIdentity): ContainerIdentity {
    const { id, ...rest } = container;
    const alike = this.#one(rest);
    return id === undefined ? alike : { id, ...alike };
  }

  #one<T>(part: T): T {
    const key = JSON.stringify(part);
    const known = this.#parts.get(key) as T | undefined;
    if (known !== undefined) return known;
    if (this.#parts.size >= CAPACITY) this.#parts.clear();
    this.#parts.set(key, part);
    return part;
  }
}

import type { IdentityDelta } from '../identify/identity-changes.ts';
import { NamespaceBook } from './namespace-book.ts';
import { NodeBook } from './node-book.ts';
import { OwnerBook } from './owner-book.ts';
import { PodBook } from './pod-book.ts';
import type { ObjectSink } from './resource-watch.ts';
import type { NameResource } from './resources.ts';
import { ServiceBook } from './service-book.ts';

/** What each resource's objects become, and what of them has to be told on. */
export class KubernetesBooks {
  readonly #pods: PodBook;
  readonly #services: ServiceBook;
  readonly #nodes: NodeBook;
  readonly #namespaces: NamespaceBook;
  readonly #sinks: Readonly<Record<NameResource, ObjectSink>>;

  /** `onChange`: there is something to take. */
  constructor(onChange: () => void) {
    const ownerCame = (uid: string) => this.#pods.ownerCame(uid);
    const [replicasets, jobs] = [new OwnerBook(ownerCame), new OwnerBook(ownerCame)];
    this.#pods = new PodBook([replicasets, jobs], onChange);
    this.#services = new ServiceBook(onChange);
    this.#nodes = new NodeBook(onChange);
    this.#namespaces = new NamespaceBook(onChange);
    const { services, slices } = this.#services;
    this.#sinks = {
      replicasets,
      jobs,
      pods: this.#pods,
      services,
      endpointslices: slices,
      nodes: this.#nodes,
      namespaces: this.#namespaces,
    };
  }

  sinkOf(resource: NameResource): ObjectSink {
    return this.#sinks[resource];
  }

  /** Everything that is pending, at most `limit` objects of a kind at once. */
  *take(limit: number): Generator<Omit<IdentityDelta, 'isNews'>> {
    this.#services.compose();
    const books = [this.#pods.changes, this.#services.changes, this.#nodes.changes, this.#namespaces.changes];
    while (books.some(({ hasPending }) => hasPending)) {
      const pods = this.#pods.changes.take(limit);
      const services = this.#services.changes.take(limit);
      const nodes = this.#nodes.changes.take(limit);
      const namespaces = this.#namespaces.changes.take(limit);
      yield {
        pods: pods.changed,
        podsGone: pods.gone,
        services: services.changed,
        servicesGone: services.gone,
        nodes: nodes.changed,
        nodesGone: nodes.gone,
        namespaces: namespaces.changed,
        namespacesGone: namespaces.gone,
      };
    }
  }
}

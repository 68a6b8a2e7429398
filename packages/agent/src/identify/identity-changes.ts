/** What became different of who is who: of all that is known (`IdentityChanges`), and of one source (`IdentityDelta`). */
import type {
  NamespaceIdentity,
  NodeIdentity,
  PodIdentity,
  ServiceIdentity,
  WorkloadIdentity,
} from './identity-file.ts';

/** Without `before` it is new, without `now` it is gone. */
export interface Change<T> {
  readonly before: T | undefined;
  readonly now: T | undefined;
}

/** At most one change of a thing; a pod is the same as long as its UID is, anything else by its name. */
export interface IdentityChanges {
  readonly pods: readonly Change<PodIdentity>[];
  readonly services: readonly Change<ServiceIdentity>[];
  readonly nodes: readonly Change<NodeIdentity>[];
  readonly namespaces: readonly Change<NamespaceIdentity>[];
  readonly workloads: readonly Change<WorkloadIdentity>[];
  /** All of them; undefined while they are as they were. */
  readonly resolvers: readonly string[] | undefined;
  /** It happened now. False: it is told for the first time, and may have been so for long. */
  readonly isNews: boolean;
}

/** Some of all that is known; what is left out is not in this part. */
export interface IdentityPart {
  readonly pods?: readonly PodIdentity[];
  readonly services?: readonly ServiceIdentity[];
  readonly nodes?: readonly NodeIdentity[];
  readonly namespaces?: readonly NamespaceIdentity[];
  readonly workloads?: readonly WorkloadIdentity[];
  readonly resolvers?: readonly string[];
}

/** What a watch of the API server tells since it last did. Crosses to the Worker as it is. */
export interface IdentityDelta {
  /** New ones and changed ones, whole. */
  readonly pods: readonly PodIdentity[];
  /** UIDs. */
  readonly podsGone: readonly string[];
  readonly services: readonly ServiceIdentity[];
  /** `namespace/name`. */
  readonly servicesGone: readonly string[];
  readonly nodes: readonly NodeIdentity[];
  readonly nodesGone: readonly string[];
  readonly namespaces: readonly NamespaceIdentity[];
  readonly namespacesGone: readonly string[];
  /** As of `IdentityChanges`. */
  readonly isNews: boolean;
}

export const NO_CHANGES: IdentityChanges = {
  pods: [],
  services: [],
  nodes: [],
  namespaces: [],
  workloads: [],
  resolvers: undefined,
  isNews: false,
};

export function hasChanges({ pods, services, nodes, namespaces, workloads, resolvers }: IdentityChanges): boolean {
  const lists = [pods, services, nodes, namespaces, workloads];
  return resolvers !== undefined || lists.some(({ length }) => length > 0);
}

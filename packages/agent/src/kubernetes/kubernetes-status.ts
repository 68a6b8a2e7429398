/** How well the API server is followed: what status, metrics and `degraded` tell of it. */
import type { ClusterPolicies } from './policy-books.ts';
import type { Resource, ResourceName } from './resources.ts';

/**
 * `forbidden`: the ClusterRole does not allow it. `retrying`: what was known before stays in use. `absent`: this API server has
 * no such resource, and need not.
 */
export type ResourceState = 'syncing' | 'watching' | 'retrying' | 'forbidden' | 'absent';

export interface ResourceStatus {
  readonly resource: ResourceName;
  readonly state: ResourceState;
  readonly objects: number;
  /** Objects that were left out, as they have no usable name; since the start. */
  readonly unusable?: number;
  readonly resourceVersion?: string;
  readonly lastError?: string;
}

export interface KubernetesStatus {
  readonly state: 'synced' | 'syncing' | 'stale' | 'off';
  /** Since the last proof that all that is watched is current; 0 while off. */
  readonly ageSeconds: number;
  readonly resources: readonly ResourceStatus[];
}

/** What the HTTP side asks for. */
export interface KubernetesView {
  status(): KubernetesStatus;
  /** What does not work, one sentence each. */
  sentences(): string[];
  /** Watches begun again, by resource, since the start. */
  restarts(): readonly (readonly [ResourceName, number])[];
  /** The policies of the cluster; null while they are not followed, or not known yet. */
  policies(): ClusterPolicies | null;
}

/** What else is known of a resource than is shown. */
export interface WatchedResource {
  readonly status: ResourceStatus;
  readonly resource: Resource;
  readonly ageSeconds: number;
  readonly hasSynced: boolean;
}

export const KUBERNETES_OFF: KubernetesStatus = { state: 'off', ageSeconds: 0, resources: [] };

/** A watch that is begun again at once is no news; one that stays away this long is. */
const STALE_SECONDS = 30;

export function kubernetesStatus(watched: readonly WatchedResource[]): KubernetesStatus {
  const asked = watched.filter(
    ({ status, hasSynced }) => status.state !== 'absent' && (hasSynced || status.state !== 'forbidden'),
  );
  const ageSeconds = Math.max(0, ...(asked.length === 0 ? watched : asked).map((one) => one.ageSeconds));
  const resources = watched.map(({ status }) => status);
  if (asked.some(({ hasSynced }) => !hasSynced)) return { state: 'syncing', ageSeconds, resources };
  const isStale = asked.some(({ status, ageSeconds: age }) => status.state !== 'watching' && age > STALE_SECONDS);
  return { state: isStale || asked.length === 0 ? 'stale' : 'synced', ageSeconds, resources };
}

/** What does not work, one sentence each, with what to do. */
export function kubernetesSentences(server: string, watched: readonly WatchedResource[]): string[] {
  const sentences = forbiddenSentences(watched);
  const { state, ageSeconds } = kubernetesStatus(watched);
  const failing = watched.find(({ status }) => status.state !== 'forbidden' && status.lastError !== undefined);
  const reason = failing?.status.lastError;
  const because = reason === undefined ? '' : ` (${reason})`;
  if (state === 'syncing') {
    sentences.push(
      `The API server at ${server} has not told all names yet${because}: some pods are called by the first part of their UID.`,
    );
  } else if (state === 'stale' && ageSeconds > STALE_SECONDS) {
    sentences.push(
      `Nothing current from the API server at ${server} for ${Math.round(ageSeconds)} s${because}: names are as they were then, new pods have none.`,
    );
  }
  return sentences;
}

export function forbiddenSentences(watched: readonly WatchedResource[]): string[] {
  return watched.filter(({ status }) => status.state === 'forbidden').map(forbiddenSentence);
}

function forbiddenSentence({ resource, status }: WatchedResource): string {
  const group = resource.group === '' ? '""' : resource.group;
  return `${status.lastError ?? 'The API server refuses a resource'}: ${MISSED[resource.name]} Allow the verbs list and watch on ${resource.name} (apiGroup ${group}) in the ClusterRole.`;
}

const MISSED: Readonly<Record<ResourceName, string>> = {
  pods: 'no pod has a name.',
  services: 'service addresses have no name.',
  endpointslices: 'what is behind services is guessed from their selectors.',
  nodes: 'other nodes have no name.',
  replicasets: 'Deployments are guessed from the names of pods.',
  jobs: 'CronJobs are shown as their Jobs.',
  namespaces: 'what policies say of namespaces by label is taken as in doubt.',
  networkpolicies: 'policies of the cluster are not read.',
  adminnetworkpolicies: 'policies of the cluster are not read, as these may allow what others forbid.',
  baselineadminnetworkpolicies: 'they are not read.',
};

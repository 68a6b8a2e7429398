import type { IdentityDelta } from '../identify/identity-changes.ts';
import type { NodeIdentity, PodIdentity, ServiceIdentity } from '../identify/identity-file.ts';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import { KubernetesSource } from '../kubernetes/kubernetes-source.ts';
import {
  type KubernetesStatus,
  kubernetesSentences,
  kubernetesStatus,
  type ResourceStatus,
} from '../kubernetes/kubernetes-status.ts';
import type { WatchTiming } from '../kubernetes/resource-watch.ts';
import type { ResourceName } from '../kubernetes/resources.ts';
import type { ApiServerDouble } from './api-server-double.ts';

/** So that a test need not wait. */
export const QUICK: Partial<WatchTiming> = {
  answerMs: 5000,
  idleMs: 5000,
  firstRetryMs: 4,
  maxRetryMs: 50,
  shortestWatchMs: 5,
  forbiddenMs: 20,
  absentMs: 20,
};

/** A source that follows a double of the API server, and what it has told, put together. */
export class FollowedCluster implements AsyncDisposable {
  readonly pods = new Map<string, PodIdentity>();
  readonly services = new Map<string, ServiceIdentity>();
  readonly nodes = new Map<string, NodeIdentity>();
  /** Labels by name. */
  readonly namespaces = new Map<string, Readonly<Record<string, string>>>();
  readonly deltas: IdentityDelta[] = [];
  readonly source: KubernetesSource;
  readonly #origin: string;
  /** `pods: watching`, `pods: retrying (why)`, as they came. */
  readonly states: string[] = [];

  constructor(access: ApiAccess, timing: Partial<WatchTiming> = {}, foldMs = 5) {
    this.#origin = access.server.origin;
    this.source = new KubernetesSource({
      access,
      timing: { ...QUICK, ...timing },
      foldMs,
      onState: (resource, state, error) =>
        this.states.push(`${resource}: ${state}${error === undefined ? '' : ` (${error})`}`),
    });
    this.source.start((delta) => this.#take(delta));
  }

  /** Names of the pods that are known now, sorted. */
  get podNames(): string[] {
    return Array.from(this.pods.values(), ({ name }) => name).sort();
  }

  resource(name: ResourceName): ResourceStatus {
    const found = this.status().resources.find(({ resource }) => resource === name);
    if (found === undefined) throw new Error(`no status of ${name}`);
    return found;
  }

  status(): KubernetesStatus {
    return kubernetesStatus(this.source.watched);
  }

  sentences(): string[] {
    return kubernetesSentences(this.#origin, this.source.watched);
  }

  isSynced(): boolean {
    const { state, resources } = this.status();
    return state === 'synced' && resources.every((one) => one.state === 'watching');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.stop();
  }

  #take(delta: IdentityDelta): void {
    this.deltas.push(delta);
    for (const uid of delta.podsGone) this.pods.delete(uid);
    for (const pod of delta.pods) this.pods.set(pod.uid, pod);
    for (const name of delta.servicesGone) this.services.delete(name);
    for (const service of delta.services) this.services.set(`${service.namespace}/${service.name}`, service);
    for (const name of delta.namespacesGone) this.namespaces.delete(name);
    for (const { name, labels } of delta.namespaces) this.namespaces.set(name, labels);
    for (const name of delta.nodesGone) this.nodes.delete(name);
    for (const node of delta.nodes) this.nodes.set(node.name, node);
  }
}

/** Asks the double as itself, with a token where one is given. */
export function accessTo(
  server: ApiServerDouble,
  credentials: { token?: string } = {},
): ApiAccess & { renewals: number } {
  return {
    server: server.url,
    renewals: 0,
    options: async () =>
      credentials.token === undefined ? {} : { headers: { authorization: `Bearer ${credentials.token}` } },
    renew() {
      this.renewals++;
    },
  };
}

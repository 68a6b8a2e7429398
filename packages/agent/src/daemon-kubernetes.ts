import type { Config } from './config/schema.ts';
import type { IdentityDelta } from './identify/identity-changes.ts';
import { type ApiAccess, openApiAccess, type Surroundings } from './kubernetes/api-access.ts';
import { KubernetesSource } from './kubernetes/kubernetes-source.ts';
import {
  forbiddenSentences,
  type KubernetesStatus,
  type KubernetesView,
  kubernetesSentences,
  kubernetesStatus,
} from './kubernetes/kubernetes-status.ts';
import type { ClusterPolicies } from './kubernetes/policy-books.ts';
import { PolicySource } from './kubernetes/policy-source.ts';
import type { ResourceName } from './kubernetes/resources.ts';
import type { Logger } from './log.ts';
import { wantsClusterPolicies } from './policy/wants-cluster-policies.ts';
import type { NodeState } from './state/node-state.ts';

/** Who hears of what the API server tells. */
export interface ClusterListeners {
  readonly onDelta: (delta: IdentityDelta) => void;
  /** All policies of the cluster; none while they are not to be judged by. */
  readonly onPolicies: (policies: ClusterPolicies) => void;
}

/** Follows the API server for the daemon. Nothing waits for it: what is not named in time goes on unnamed. */
export class DaemonKubernetes implements KubernetesView {
  readonly #state: NodeState;
  readonly #logger: Logger;
  readonly #surroundings: Surroundings | undefined;
  #config: Config;
  #access: ApiAccess | undefined;
  #source: KubernetesSource | undefined;
  #policies: PolicySource | undefined;
  #listeners: ClusterListeners | undefined;
  #stopping: Promise<unknown> = Promise.resolve();

  constructor(config: Config, state: NodeState, logger: Logger, surroundings?: Surroundings) {
    this.#config = config;
    this.#state = state;
    this.#logger = logger;
    this.#surroundings = surroundings;
  }

  /** Finds out how to reach it, where it is to be followed. Throws NG_ERR_KUBERNETES_CONFIG when that cannot be told. */
  async open(): Promise<void> {
    this.#access = await openApiAccess(this.#config.kubernetes, this.#surroundings);
  }

  /** How it is reached; undefined where it is not followed. */
  get access(): ApiAccess | undefined {
    return this.#access;
  }

  /** Begins to follow it. */
  follow(listeners: ClusterListeners): void {
    const access = this.#access;
    if (access === undefined) return;
    this.#listeners = listeners;
    this.#source = new KubernetesSource({ access, onState: this.#log });
    this.#state.kubernetes = this;
    this.#source.start(listeners.onDelta);
    this.#logger.info({ server: access.server.origin }, 'following the API server');
    this.#followPolicies();
  }

  /** Takes a changed configuration into use: whether policies are followed. What `kubernetes` says takes a restart. */
  configure(config: Config): void {
    this.#config = config;
    this.#followPolicies();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#source?.stop(), this.#policies?.stop(), this.#stopping]);
  }

  /** Of names alone, but for the resources. */
  status(): KubernetesStatus {
    const names = this.#source?.watched ?? [];
    const { resources } = kubernetesStatus([...names, ...(this.#policies?.watched ?? [])]);
    return { ...kubernetesStatus(names), resources };
  }

  sentences(): string[] {
    const server = this.#access?.server.origin ?? '';
    const [names, policies] = [this.#source, this.#policies];
    return [
      ...(names === undefined ? [] : kubernetesSentences(server, names.watched)),
      ...(policies === undefined ? [] : [...forbiddenSentences(policies.watched), ...policies.sentences()]),
    ];
  }

  restarts(): readonly (readonly [ResourceName, number])[] {
    return [...(this.#source?.restarts() ?? []), ...(this.#policies?.restarts() ?? [])];
  }

  policies(): ClusterPolicies | null {
    return this.#policies?.policies ?? null;
  }

  #followPolicies(): void {
    const [access, names, listeners] = [this.#access, this.#source, this.#listeners];
    if (access === undefined || names === undefined || listeners === undefined) return;
    const isWanted = wantsClusterPolicies(this.#config);
    if (isWanted === (this.#policies !== undefined)) return;
    if (isWanted) {
      const { onPolicies } = listeners;
      this.#policies = new PolicySource({ access, names, onPolicies, onState: this.#log });
      return;
    }
    this.#stopping = Promise.all([this.#stopping, this.#policies?.stop()]);
    this.#policies = undefined;
    listeners.onPolicies({ networkPolicies: [], adminPolicies: [] });
  }

  readonly #log = (resource: ResourceName, state: string, error: string | undefined): void => {
    if (state === 'absent') return;
    if (error === undefined) this.#logger.info({ resource }, `${resource} are followed`);
    else this.#logger.warn({ code: 'NG_WARN_KUBERNETES', resource, state }, `following ${resource}: ${error}`);
  };
}

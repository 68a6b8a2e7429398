import type { IdentityDelta } from './identify/identity-changes.ts';
import { type ApiAccess, type KubernetesSettings, openApiAccess, type Surroundings } from './kubernetes/api-access.ts';
import { KubernetesSource } from './kubernetes/kubernetes-source.ts';
import type { Logger } from './log.ts';
import type { NodeState } from './state/node-state.ts';

/** Follows the API server for the daemon. Nothing waits for it: what is not named in time goes on unnamed. */
export class DaemonKubernetes {
  readonly #settings: KubernetesSettings;
  readonly #state: NodeState;
  readonly #logger: Logger;
  readonly #surroundings: Surroundings | undefined;
  #access: ApiAccess | undefined;
  #source: KubernetesSource | undefined;

  constructor(settings: KubernetesSettings, state: NodeState, logger: Logger, surroundings?: Surroundings) {
    this.#settings = settings;
    this.#state = state;
    this.#logger = logger;
    this.#surroundings = surroundings;
  }

  /** Finds out how to reach it, where it is to be followed. Throws NG_ERR_KUBERNETES_CONFIG when that cannot be told. */
  async open(): Promise<void> {
    this.#access = await openApiAccess(this.#settings, this.#surroundings);
  }

  /** Whether names will come from there. */
  get isOpen(): boolean {
    return this.#access !== undefined;
  }

  /** Begins to follow it; `onDelta` hears of what there is and what changes. */
  follow(onDelta: (delta: IdentityDelta) => void): void {
    const access = this.#access;
    if (access === undefined) return;
    this.#source = new KubernetesSource({
      access,
      onState: (resource, state, error) => this.#log(resource, state, error),
    });
    this.#state.kubernetes = this.#source;
    this.#source.start(onDelta);
    this.#logger.info({ server: access.server.origin }, 'following the API server');
  }

  async stop(): Promise<void> {
    await this.#source?.stop();
  }

  #log(resource: string, state: string, error: string | undefined): void {
    if (state === 'absent') return;
    if (error === undefined) this.#logger.info({ resource }, `${resource} are followed`);
    else this.#logger.warn({ code: 'NG_WARN_KUBERNETES', resource, state }, `following ${resource}: ${error}`);
  }
}

/**
 * The cluster's own policies, live. They are judged by only while it is known who is who: a policy says which pods may talk, and
 * whoever cannot be named would be accused. So they are told as a whole, or not at all.
 */
import type { ApiAccess } from './api-access.ts';
import { kubernetesStatus, type WatchedResource } from './kubernetes-status.ts';
import { type ClusterPolicies, PolicyBooks } from './policy-books.ts';
import { ResourceWatch, WATCH_TIMING, type WatchTiming } from './resource-watch.ts';
import { POLICY_RESOURCES, type ResourceName } from './resources.ts';

/** What it needs of those who follow names. */
export interface FollowedNames {
  /** Pods, Services and nodes were told at least once. */
  readonly isTold: boolean;
  readonly watched: readonly WatchedResource[];
}

export interface PolicySourceOptions {
  readonly access: ApiAccess;
  readonly names: FollowedNames;
  /** Hears of all policies whenever they changed; of none while they are not in use. */
  readonly onPolicies: (policies: ClusterPolicies) => void;
  readonly onState?: (resource: ResourceName, state: string, error: string | undefined) => void;
  readonly timing?: Partial<WatchTiming>;
  /** Longest that a change waits for others. */
  readonly foldMs?: number;
  /** How often it is looked whether names and policies are current. */
  readonly lookMs?: number;
}

const NO_POLICIES: ClusterPolicies = { networkPolicies: [], adminPolicies: [] };

export class PolicySource {
  readonly #options: PolicySourceOptions;
  readonly #foldMs: number;
  readonly #books = new PolicyBooks(() => this.#changed());
  readonly #watches: readonly ResourceWatch[];
  readonly #running: Promise<unknown>;
  readonly #looking: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #isInUse = false;
  #isNews = false;
  #isStopped = false;

  /** Begins to follow them. */
  constructor(options: PolicySourceOptions) {
    this.#options = options;
    const { access, onState, timing, foldMs = 500, lookMs = 2000 } = options;
    this.#foldMs = foldMs;
    this.#watches = POLICY_RESOURCES.map(
      (resource) =>
        new ResourceWatch(
          resource,
          access,
          this.#books.sinkOf(resource.name),
          { ...WATCH_TIMING, ...timing },
          ({ watched }) => {
            this.#tellSoon();
            onState?.(resource.name, watched.status.state, watched.status.lastError);
          },
        ),
    );
    this.#running = Promise.all(this.#watches.map((watch) => watch.run()));
    this.#looking = setInterval(() => this.#tellSoon(), lookMs).unref();
  }

  /** Idempotent. Nothing is told after it; who was told of policies has to forget them. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#looking);
    for (const watch of this.#watches) watch.stop();
    await this.#running;
  }

  get watched(): WatchedResource[] {
    return this.#watches.map(({ watched }) => watched);
  }

  restarts(): readonly (readonly [ResourceName, number])[] {
    return this.#watches.map(({ resource, restarts }) => [resource.name, restarts] as const);
  }

  /** All there are, also while they are not in use; null before the first list. */
  get policies(): ClusterPolicies | null {
    const [networkPolicies] = this.watched;
    return networkPolicies?.hasSynced && networkPolicies.status.state !== 'forbidden' ? this.#books.policies : null;
  }

  /** What does not work, one sentence each; what the watches themselves say is not among it. */
  sentences(): string[] {
    const unread = this.#books.sentences();
    if (this.#books.isOverfull) unread.push('There are too many policies in the cluster: nothing is judged by them.');
    if (this.#isInUse || this.policies === null || this.#books.isOverfull) return unread;
    const { names } = this.#options;
    if (kubernetesStatus(names.watched).state !== 'stale') return unread;
    return [...unread, 'Policies of the cluster are not judged by while names and policies are not current.'];
  }

  #changed(): void {
    this.#isNews = true;
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => this.#tell(), this.#foldMs);
  }

  #tell(): void {
    this.#timer = undefined;
    const isUsable = this.#isUsable();
    if (isUsable === this.#isInUse && !(isUsable && this.#isNews)) return;
    this.#isInUse = isUsable;
    this.#isNews = false;
    this.#options.onPolicies(isUsable ? this.#books.policies : NO_POLICIES);
  }

  #isUsable(): boolean {
    const { names } = this.#options;
    const own = this.watched;
    if (!names.isTold || this.#books.isOverfull) return false;
    if (own.some(({ status }) => status.state === 'forbidden')) return false;
    return kubernetesStatus([...names.watched, ...own]).state === 'synced';
  }
}

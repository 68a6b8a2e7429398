/**
 * Names from the API server: a watch for each resource, and what they tell folded so that it is told on a few times a second,
 * however much comes and goes.
 */
import type { IdentityDelta } from '../identify/identity-changes.ts';
import type { ApiAccess } from './api-access.ts';
import { KubernetesBooks } from './kubernetes-books.ts';
import type { WatchedResource } from './kubernetes-status.ts';
import type { FollowedNames } from './policy-source.ts';
import { ResourceWatch, WATCH_TIMING, type WatchTiming } from './resource-watch.ts';
import { RESOURCES, type ResourceName } from './resources.ts';

export interface KubernetesSourceOptions {
  readonly access: ApiAccess;
  /** Hears of every change of a resource's state or error, for the log. */
  readonly onState?: (resource: ResourceName, state: string, error: string | undefined) => void;
  readonly timing?: Partial<WatchTiming>;
  /** Longest that a change waits for others. */
  readonly foldMs?: number;
}

/** Told at once; the Worker takes no longer than some milliseconds for it. */
const MAX_OBJECTS = 500;

/** Without these there is no saying who an address is. */
const TELLING: ReadonlySet<ResourceName> = new Set(['pods', 'services', 'nodes']);

export class KubernetesSource implements FollowedNames {
  readonly #foldMs: number;
  readonly #books: KubernetesBooks;
  readonly #watches: readonly ResourceWatch[];
  #onDelta: (delta: IdentityDelta) => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #isStopped = false;
  #hasToldAll = false;
  #isTold = false;

  constructor({ access, onState, timing, foldMs = 250 }: KubernetesSourceOptions) {
    this.#foldMs = foldMs;
    this.#books = new KubernetesBooks(() => this.#tellSoon());
    this.#watches = RESOURCES.map((resource) => {
      const sink = this.#books.sinkOf(resource.name);
      return new ResourceWatch(resource, access, sink, { ...WATCH_TIMING, ...timing }, ({ watched }) => {
        if (watched.hasSynced && isTelling(watched)) this.#tellSoon();
        onState?.(resource.name, watched.status.state, watched.status.lastError);
      });
    });
  }

  /** Begins to follow; `onDelta` hears of everything there is, then of what changes. Called once. */
  start(onDelta: (delta: IdentityDelta) => void): void {
    this.#onDelta = onDelta;
    this.#running = Promise.all(this.#watches.map((watch) => this.#run(watch)));
  }

  /** Idempotent. Nothing is told after it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const watch of this.#watches) watch.stop();
    await this.#running;
  }

  get watched(): WatchedResource[] {
    return this.#watches.map(({ watched }) => watched);
  }

  get isTold(): boolean {
    return this.#isTold;
  }

  restarts(): readonly (readonly [ResourceName, number])[] {
    return this.#watches.map(({ resource, restarts }) => [resource.name, restarts] as const);
  }

  /** Pods after ReplicaSets and Jobs, so that the first word about them is right. */
  async #run(watch: ResourceWatch): Promise<void> {
    if (watch.resource.name === 'pods') {
      await Promise.all(this.#watches.filter(({ resource }) => resource.isMetadataOnly).map(({ settled }) => settled));
    }
    await watch.run();
  }

  #tellSoon(): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => this.#tell(), this.#foldMs);
  }

  #tell(): void {
    this.#timer = undefined;
    const isNews = this.#hasToldAll;
    /* Before it is told: what comes from now on is news. */
    this.#hasToldAll ||= this.#watches.some(({ resource, watched }) => resource.name === 'pods' && watched.hasSynced);
    const isComplete = this.watched.filter(isTelling).every(({ hasSynced }) => hasSynced);
    for (const part of this.#books.take(MAX_OBJECTS)) this.#onDelta({ ...part, isNews });
    this.#isTold ||= isComplete;
  }
}

function isTelling({ resource }: WatchedResource): boolean {
  return TELLING.has(resource.name);
}

import type { IntelList } from '@netguard/core';
import { backoffMs } from '../backoff.ts';
import type { IntelListSettings } from '../config/intel-schema.ts';
import { type FileWatch, type WatchFileOptions, watchFile } from '../config/watch-file.ts';
import { fetchList, type Validators } from './fetch-list.ts';
import type { ListCache } from './list-cache.ts';
import { listInUse, type MadeList, makeList, readListFile } from './make-list.ts';

export interface FollowOptions {
  readonly cache: ListCache;
  readonly version: string;
  readonly now: () => number;
  /** Something is new: its entries, or how it does. */
  readonly onChange: (list: FollowedList) => void;
  /** It could not be written to disk. */
  readonly onCacheError: (list: FollowedList, error: unknown) => void;
  readonly watching?: WatchFileOptions;
  /** First wait after a failure; tests have less time. */
  readonly firstRetryMs?: number;
}

const FIRST_RETRY_MS = 30_000;
/** So that many agents do not ask in one moment. */
const SPREAD = 0.1;

/** One list, kept up to date. What cannot be read or fetched changes nothing but `problem`. */
export class FollowedList {
  readonly settings: IntelListSettings;
  readonly #options: FollowOptions;
  readonly #ended = new AbortController();
  #made: MadeList | undefined;
  #known: Validators = {};
  #problem: unknown;
  #failures = 0;
  #lastSuccessMs: number | undefined;
  #nextMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watch: FileWatch | undefined;

  constructor(settings: IntelListSettings, options: FollowOptions) {
    this.settings = settings;
    this.#options = options;
  }

  /** Takes what is on disk, and follows it from then on. */
  start(): void {
    const { file, url, name, maxBytes } = this.settings;
    if (file !== undefined) {
      this.#readFile(file);
      this.#watch = watchFile(file, () => this.#reload(file), this.#options.watching);
      return;
    }
    const cached = this.#options.cache.read(name, url ?? '', maxBytes);
    if (cached !== undefined)
      this.#take(() => makeList(cached.text, this.settings, cached.fetchedMs), cached.fetchedMs);
    if (this.#made !== undefined) this.#known = { etag: cached?.etag, lastModified: cached?.lastModified };
    const dueMs = this.#made === undefined ? 0 : this.#made.madeMs + this.settings.refreshSeconds * 1000;
    this.#schedule(Math.max(0, dueMs - this.#options.now()));
  }

  /** What is in use; undefined while there never was a good one. */
  get list(): IntelList | undefined {
    return this.#made === undefined ? undefined : listInUse(this.settings, this.#made);
  }

  get made(): MadeList | undefined {
    return this.#made;
  }

  /** Why the newest could not be had; undefined when it could. */
  get problem(): unknown {
    return this.#problem;
  }

  get lastSuccessMs(): number | undefined {
    return this.#lastSuccessMs;
  }

  get nextMs(): number | undefined {
    return this.#nextMs;
  }

  close(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.#watch?.close();
  }

  #readFile(file: string): void {
    this.#take(() => readListFile(file, this.settings), this.#options.now());
  }

  #reload(file: string): void {
    this.#readFile(file);
    this.#options.onChange(this);
  }

  #take(make: () => MadeList, atMs: number): void {
    try {
      this.#made = make();
      this.#problem = undefined;
      this.#lastSuccessMs = atMs;
    } catch (error) {
      this.#problem = error;
    }
  }

  #schedule(inMs: number): void {
    if (this.#ended.signal.aborted) return;
    this.#nextMs = this.#options.now() + inMs;
    this.#timer = setTimeout(() => void this.#fetch(), inMs).unref();
  }

  async #fetch(): Promise<void> {
    const { settings } = this;
    const refreshMs = settings.refreshSeconds * 1000;
    try {
      await this.#ask();
      this.#failures = 0;
      this.#problem = undefined;
      this.#schedule(refreshMs * (1 + Math.random() * SPREAD));
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      this.#failures++;
      this.#problem = error;
      const firstMs = this.#options.firstRetryMs ?? FIRST_RETRY_MS;
      this.#schedule(backoffMs(this.#failures, 0, { firstMs, mostMs: Math.max(firstMs, refreshMs) }));
    }
    if (!this.#ended.signal.aborted) this.#options.onChange(this);
  }

  async #ask(): Promise<void> {
    const { settings } = this;
    const { version, now, cache, onCacheError } = this.#options;
    const fetched = await fetchList({ settings, known: this.#known, version, signal: this.#ended.signal });
    const fetchedMs = now();
    if (fetched.text !== undefined) this.#made = makeList(fetched.text, settings, fetchedMs);
    else if (this.#made !== undefined) this.#made = { ...this.#made, madeMs: fetchedMs };
    const { etag, lastModified } = fetched;
    this.#known = { etag, lastModified };
    this.#lastSuccessMs = fetchedMs;
    /* Of one that is the same still, only the time is not on disk: after a restart it is asked for a little sooner. */
    if (fetched.text === undefined) return;
    const kept = { text: fetched.text, fetchedMs, etag, lastModified };
    await cache.write(settings.name, settings.url ?? '', kept).catch((error) => onCacheError(this, error));
  }
}

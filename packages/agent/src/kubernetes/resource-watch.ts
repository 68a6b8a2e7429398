/**
 * Follows one resource: a paged list, then a watch from there on, again and again. What a failure costs is as little as can
 * be: an ended watch goes on where it stopped; only where the history is lost it is listed anew, and until that list is
 * complete nothing that was known is forgotten.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../backoff.ts';
import type { ApiAccess } from './api-access.ts';
import { ApiError, apiRequest, chunksOf } from './api-request.ts';
import { JsonItems } from './json-items.ts';
import { JsonLines } from './json-lines.ts';
import type { WatchedResource } from './kubernetes-status.ts';
import { MalformedAnswer } from './malformed-answer.ts';
import { type RawObject, record, text } from './raw-object.ts';
import { acceptOf, type Resource } from './resources.ts';

/** What is made of the objects. None of the functions keeps what it is given. */
export interface ObjectSink {
  /** A new or changed object. Returns its key; undefined: it is none that can be used. */
  put(object: RawObject): string | undefined;
  remove(object: RawObject): void;
  /** A list is complete: what is not among these keys is gone. */
  retain(keys: ReadonlySet<string>): void;
  /** How many are known. */
  size(): number;
}

export interface WatchTiming {
  readonly pageSize: number;
  /** Longest wait for the head of an answer. */
  readonly answerMs: number;
  /** Longest silence of a list or a watch; the API server sends a bookmark each minute. */
  readonly idleMs: number;
  /** How long the API server is asked to keep a watch; up to twice as long. */
  readonly watchSeconds: number;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** A watch that ends sooner without a word counts as failed. */
  readonly shortestWatchMs: number;
  /** How often something forbidden is asked for again. */
  readonly forbiddenMs: number;
  /** The same of something that the API server does not have. */
  readonly absentMs: number;
}

export const WATCH_TIMING: WatchTiming = {
  pageSize: 500,
  answerMs: 30_000,
  idleMs: 120_000,
  watchSeconds: 290,
  firstRetryMs: 500,
  maxRetryMs: 30_000,
  shortestWatchMs: 1000,
  forbiddenMs: 60_000,
  absentMs: 600_000,
};

export class ResourceWatch {
  readonly resource: Resource;
  /** Resolves at the first complete list, or at the first failure. */
  readonly settled: Promise<void>;
  readonly #access: ApiAccess;
  readonly #sink: ObjectSink;
  readonly #timing: WatchTiming;
  readonly #onChange: (watch: ResourceWatch) => void;
  readonly #settle: () => void;
  readonly #startedMs = performance.now();
  readonly #stopping = new AbortController();
  #state: WatchedResource['status']['state'] = 'syncing';
  #lastError: string | undefined;
  #version: string | undefined;
  #hasSynced = false;
  #provenMs: number | undefined;
  #watches = 0;
  /** In a row. */
  #failures = 0;
  /* The history of a paged list was lost: the next one is asked for in one piece, which cannot happen to it. */
  #isWhole = false;
  #unusable = 0;

  /** `onChange` hears of every other state and every other error. */
  constructor(
    resource: Resource,
    access: ApiAccess,
    sink: ObjectSink,
    timing: WatchTiming,
    onChange: (watch: ResourceWatch) => void,
  ) {
    this.resource = resource;
    this.#access = access;
    this.#sink = sink;
    this.#timing = timing;
    this.#onChange = onChange;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.settled = promise;
    this.#settle = resolve;
  }

  /** Follows it until `stop`. Never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#waitAfter(error, signal);
      }
    }
  }

  stop(): void {
    this.#stopping.abort();
    this.#settle();
  }

  /** Watches begun after the first. */
  get restarts(): number {
    return Math.max(0, this.#watches - 1);
  }

  get watched(): WatchedResource {
    const ageSeconds = Math.max(0, performance.now() - (this.#provenMs ?? this.#startedMs)) / 1000;
    const { resource } = this;
    return {
      resource,
      ageSeconds,
      hasSynced: this.#hasSynced,
      status: {
        resource: resource.name,
        state: this.#state,
        objects: this.#sink.size(),
        ...(this.#unusable === 0 ? undefined : { unusable: this.#unusable }),
        ...(this.#version === undefined ? undefined : { resourceVersion: this.#version }),
        ...(this.#lastError === undefined ? undefined : { lastError: this.#lastError }),
      },
    };
  }

  async #list(signal: AbortSignal): Promise<void> {
    const keys = new Set<string>();
    let page: RawObject = {};
    do {
      page = await this.#page(text(page.continue, 65_536), keys, signal);
    } while (text(page.continue, 65_536) !== undefined);
    const version = text(page.resourceVersion, 63);
    if (version === undefined) throw new MalformedAnswer('a list without resourceVersion');
    this.#sink.retain(keys);
    this.#version = version;
    this.#isWhole = false;
    this.#hasSynced = true;
    this.#prove();
    this.#settle();
  }

  /** Takes one page of objects; returns its metadata. */
  async #page(token: string | undefined, keys: Set<string>, signal: AbortSignal): Promise<RawObject> {
    const query = new URLSearchParams();
    if (!this.#isWhole) query.set('limit', String(this.#timing.pageSize));
    if (token !== undefined) query.set('continue', token);
    const response = await this.#get(query, true, signal);
    const items = new JsonItems();
    for await (const chunk of chunksOf(response, this.#timing.idleMs)) {
      for (const object of items.push(chunk)) {
        const key = this.#put(object);
        if (key !== undefined) keys.add(key);
      }
    }
    return record(items.end().metadata);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { watchSeconds, idleMs, shortestWatchMs } = this.#timing;
    const query = new URLSearchParams({
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: this.#version ?? '',
      timeoutSeconds: String(Math.round(watchSeconds * (1 + Math.random()))),
    });
    this.#watches++;
    const response = await this.#get(query, false, signal);
    const begunMs = performance.now();
    this.#prove();
    this.#enter('watching', undefined);
    const lines = new JsonLines();
    let events = 0;
    for await (const chunk of chunksOf(response, idleMs)) {
      for (const event of lines.push(chunk)) {
        this.#take(event);
        events++;
      }
    }
    if (events === 0 && performance.now() - begunMs < shortestWatchMs) throw new Error('the watch ended at once');
    this.#failures = 0;
  }

  #take({ type, object: value }: RawObject): void {
    const object = record(value);
    if (type === 'ERROR') throw new ApiError(Number(object.code) || 0, object);
    if (type === 'ADDED' || type === 'MODIFIED') this.#put(object);
    else if (type === 'DELETED') this.#sink.remove(object);
    else if (type !== 'BOOKMARK') throw new MalformedAnswer('an event of an unknown type');
    this.#version = text(record(object.metadata).resourceVersion, 63) ?? this.#version;
    this.#failures = 0;
    this.#prove();
  }

  #put(object: RawObject): string | undefined {
    const key = this.#sink.put(object);
    if (key === undefined) this.#unusable++;
    return key;
  }

  async #get(query: URLSearchParams, isList: boolean, signal: AbortSignal) {
    const path = `${this.resource.path}?${query}`;
    const { answerMs } = this.#timing;
    try {
      return await apiRequest(this.#access, { path, accept: acceptOf(this.resource, isList), signal, answerMs });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.resource.isOptional && !(await this.#isServed(error, signal))) throw new Absent();
      if (error.status === 403) throw new Forbidden(isList ? 'list' : 'watch', error);
      throw error;
    }
  }

  /** Whoever may not read it is refused also where there is nothing to read; what is served at all, everybody may know. */
  async #isServed({ status }: ApiError, signal: AbortSignal): Promise<boolean> {
    if (status !== 403) return status !== 404;
    const path = this.resource.path.slice(0, this.resource.path.lastIndexOf('/'));
    try {
      const { answerMs } = this.#timing;
      (await apiRequest(this.#access, { path, accept: 'application/json', signal, answerMs })).destroy();
      return true;
    } catch (error) {
      return !(error instanceof ApiError && error.status === 404);
    }
  }

  async #waitAfter(error: unknown, signal: AbortSignal): Promise<void> {
    const ms = this.#judge(error);
    this.#settle();
    try {
      await delay(ms, undefined, { signal });
    } catch {
      // Stopped while it waited.
    }
  }

  /** How long to wait before the next try, and what is still true then. */
  #judge(error: unknown): number {
    const message = error instanceof Error ? messageOf(error) : String(error);
    if (error instanceof Absent) {
      this.#version = undefined;
      this.#sink.retain(new Set());
      this.#enter('absent', undefined);
      return this.#timing.absentMs * (0.5 + Math.random() / 2);
    }
    if (error instanceof Forbidden) {
      const { group, name } = this.resource;
      this.#enter(
        'forbidden',
        `The ClusterRole does not allow ${error.verb} on ${name}${group === '' ? '' : `.${group}`}`,
      );
      return this.#timing.forbiddenMs * (0.5 + Math.random() / 2);
    }
    this.#enter(this.#hasSynced ? 'retrying' : 'syncing', message);
    if (error instanceof MalformedAnswer) this.#version = undefined;
    if (!(error instanceof ApiError)) return this.#retryMs();
    if (error.isExpired) {
      this.#isWhole = this.#version === undefined;
      this.#version = undefined;
    }
    if (error.status === 401) this.#access.renew();
    return this.#retryMs(Math.min(error.retryAfterMs ?? 0, 60_000));
  }

  #retryMs(askedMs = 0): number {
    const { firstRetryMs: firstMs, maxRetryMs: mostMs } = this.#timing;
    return backoffMs(++this.#failures, askedMs, { firstMs, mostMs });
  }

  #prove(): void {
    this.#provenMs = performance.now();
  }

  #enter(state: WatchedResource['status']['state'], error: string | undefined): void {
    const isOther = state !== this.#state || error !== this.#lastError;
    this.#state = state;
    this.#lastError = error;
    if (isOther) this.#onChange(this);
  }
}

class Absent extends Error {}

class Forbidden extends Error {
  readonly verb: 'list' | 'watch';

  constructor(verb: 'list' | 'watch', cause: ApiError) {
    super(cause.message, { cause });
    this.verb = verb;
  }
}

/** Of several addresses that were tried, Node names none in the message. */
function messageOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(String).join('; ');
  return error.message;
}

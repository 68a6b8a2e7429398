/**
 * Whether the API server knows the bearer of a token, and lets it read a path: TokenReview and SubjectAccessReview, as other
 * components of a cluster guard their metrics. Answers are kept for a short time, and only so much is asked.
 */
import { createHash } from 'node:crypto';
import type { ApiAccess } from './api-access.ts';
import { ApiError, apiObject } from './api-request.ts';
import { type RawObject, record, text } from './raw-object.ts';

/** `unknown`: no token of this cluster. `unavailable`: it cannot be told now. */
export type Verdict = 'allowed' | 'forbidden' | 'unknown' | 'unavailable';

export interface TokenReviewOptions {
  /** How the API server is reached; undefined where it is not followed. */
  readonly apiServer: () => ApiAccess | undefined;
  /** Hears why nothing can be told; null when it can again. */
  readonly onProblem: (sentence: string | null) => void;
  readonly now?: () => number;
}

/** A right that was taken away still holds for so long; one that was given is seen after the shorter time. */
const ALLOWED_MS = 60_000;
const REFUSED_MS = 10_000;
const MOST_KEPT = 256;
/** Strangers make up tokens, and each costs the API server a question. */
const MOST_A_SECOND = 10;
const MOST_AT_ONCE = 4;
const ANSWER_MS = 5000;
/** A service account's token is a signed one of three parts, some kilobytes at the most. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const MOST_TOKEN = 16_384;

export class TokenReview {
  readonly #options: TokenReviewOptions;
  readonly #now: () => number;
  /* By digest of token and path, the oldest first. */
  readonly #kept = new Map<string, { readonly verdict: Verdict; readonly untilMs: number }>();
  readonly #asking = new Map<string, Promise<Verdict>>();
  #second = 0;
  #askedInSecond = 0;

  constructor(options: TokenReviewOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Of the token of an Authorization header, for reading `path`. Never rejects. */
  async judge(authorization: string | undefined, path: string): Promise<Verdict> {
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
    if (token.length > MOST_TOKEN || !TOKEN.test(token)) return 'unknown';
    const key = createHash('sha256').update(`${path} ${token}`).digest('base64');
    const known = this.#kept.get(key);
    if (known !== undefined && known.untilMs > this.#now()) return known.verdict;
    const asking = this.#asking.get(key) ?? this.#begin(key, token, path);
    return asking ?? 'unavailable';
  }

  #begin(key: string, token: string, path: string): Promise<Verdict> | undefined {
    if (this.#asking.size >= MOST_AT_ONCE || !this.#mayAsk()) return undefined;
    const asking = this.#ask(token, path)
      .then((verdict) => {
        this.#keep(key, verdict);
        this.#options.onProblem(null);
        return verdict;
      })
      .catch((error: unknown): Verdict => {
        this.#options.onProblem(problemOf(error));
        return 'unavailable';
      })
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  #mayAsk(): boolean {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) [this.#second, this.#askedInSecond] = [second, 0];
    return ++this.#askedInSecond <= MOST_A_SECOND;
  }

  #keep(key: string, verdict: Verdict): void {
    this.#kept.delete(key);
    this.#kept.set(key, { verdict, untilMs: this.#now() + (verdict === 'allowed' ? ALLOWED_MS : REFUSED_MS) });
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value as string);
  }

  async #ask(token: string, path: string): Promise<Verdict> {
    const review = await this.#post('/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token },
    });
    const { authenticated, user: value } = record(review.status);
    const { username, uid, groups, extra } = record(value);
    const user = text(username, 512);
    if (authenticated !== true || user === undefined) return 'unknown';
    const access = await this.#post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, uid, groups, extra, nonResourceAttributes: { path, verb: 'get' } },
    });
    return record(access.status).allowed === true ? 'allowed' : 'forbidden';
  }

  async #post(path: string, body: object): Promise<RawObject> {
    const access = this.#options.apiServer();
    if (access === undefined) throw new Error('the API server is not followed: set kubernetes.enabled');
    const signal = AbortSignal.timeout(2 * ANSWER_MS);
    const request = { path, accept: 'application/json', signal, answerMs: ANSWER_MS, body: JSON.stringify(body) };
    try {
      return await apiObject(access, request);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) access.renew();
      throw error;
    }
  }
}

function problemOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const isForbidden = error instanceof ApiError && error.status === 403;
  const hint = isForbidden ? ' Allow the verb create on tokenreviews and subjectaccessreviews in the ClusterRole.' : '';
  return `Tokens of the cluster cannot be checked for /metrics: ${message}.${hint}`;
}

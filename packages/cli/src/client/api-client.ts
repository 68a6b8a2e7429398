import type { IncomingMessage } from 'node:http';
import { CliError } from '../failure/cli-error.ts';
import { safeText } from '../text/safe-text.ts';
import type { Lists, Problem, StatusResponse } from './api-types.ts';
import { httpRequest, readBody, readBytes } from './http-request.ts';
import type { ServerAddress } from './server-address.ts';

export type Query = Readonly<Record<string, string | number | undefined>>;

/** Items the server is asked for at a time. */
const PAGE = 1000;

/** What is sent with a request beside its query. */
interface Sent {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Read-only, and still for the admin token. */
  readonly isGuarded?: boolean;
  /** Milliseconds without a byte before it is given up; 10 s unless set. */
  readonly idleMs?: number;
}

/** Reads and changes /api/v1 of one NetGuard process. `connectApi` finds it first. */
export class ApiClient {
  readonly url: URL;
  readonly #token: string | undefined;
  readonly #ca: string | undefined;

  constructor(url: URL, address: Pick<ServerAddress, 'token' | 'ca'> = {}) {
    this.url = url;
    this.#token = address.token;
    this.#ca = address.ca;
  }

  status(signal?: AbortSignal): Promise<StatusResponse> {
    return this.#json<StatusResponse>('/api/v1/status', {}, signal);
  }

  /** One page of a list, as the server orders it. */
  page<K extends keyof Lists>(kind: K, query: Query = {}, signal?: AbortSignal): Promise<Lists[K]> {
    return this.#json<Lists[K]>(`/api/v1/${kind}`, { limit: PAGE, ...query }, signal);
  }

  /** The pages of a list, one after the other: flows, edges and alerts come newest first. */
  async *pages<K extends keyof Lists>(
    kind: K,
    query: Query = {},
    signal?: AbortSignal,
  ): AsyncGenerator<Lists[K]['items'], void, undefined> {
    let cursor: string | undefined;
    do {
      const page: Lists[K] = await this.page(kind, { ...query, cursor }, signal);
      if (!Array.isArray(page.items)) throw this.#notOurs(`/api/v1/${kind}`, 'a list without items');
      yield page.items;
      // A server that repeats its cursor would never end.
      if (page.nextCursor === cursor) return;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  /** Every item of a list. */
  async all<K extends keyof Lists>(
    kind: K,
    query: Query = {},
    signal?: AbortSignal,
  ): Promise<Lists[K]['items'][number][]> {
    const items: Lists[K]['items'][number][] = [];
    for await (const page of this.pages(kind, query, signal)) items.push(...page);
    return items;
  }

  /** One thing under a path. */
  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.#json<T>(path, {}, signal);
  }

  /** A file that only who may change something gets. `isCut`: there was more than the server gives out at once. */
  async download(path: string, signal?: AbortSignal): Promise<{ readonly bytes: Uint8Array; readonly isCut: boolean }> {
    const response = await this.#request(path, {}, signal, { headers: { accept: '*/*' }, isGuarded: true });
    const bytes = await readBytes(response).catch((cause: unknown) => {
      throw new CliError('NG_ERR_CLI_RESPONSE', `reading ${path} from ${this.url.origin}`, reason(cause), { cause });
    });
    return { bytes, isCut: response.headers['x-netguard-cut'] !== undefined };
  }

  /** Changes something; the answer is what it is then. */
  post<T>(path: string, body: unknown, signal?: AbortSignal, limits: Pick<Sent, 'idleMs'> = {}): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return this.#json<T>(path, {}, signal, { method: 'POST', headers, body: JSON.stringify(body), ...limits });
  }

  delete<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.#json<T>(path, {}, signal, { method: 'DELETE', headers: { 'x-netguard-request': '1' } });
  }

  /** Opens the event stream; the caller reads the body. `lastEventId` asks for what was missed since. */
  stream(types: readonly string[], lastEventId: string | undefined, signal?: AbortSignal): Promise<IncomingMessage> {
    const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const headers = { accept: 'text/event-stream', ...resume };
    return this.#request('/api/v1/stream', { types: types.join(',') }, signal, { headers });
  }

  async #json<T>(path: string, query: Query, signal: AbortSignal | undefined, sent: Sent = {}): Promise<T> {
    const response = await this.#request(path, query, signal, sent);
    const text = await readBody(response).catch((cause: unknown) => {
      throw new CliError('NG_ERR_CLI_RESPONSE', `reading ${path} from ${this.url.origin}`, reason(cause), { cause });
    });
    try {
      return JSON.parse(text) as T;
    } catch {
      throw this.#notOurs(path, 'no JSON');
    }
  }

  async #request(path: string, query: Query, signal: AbortSignal | undefined, sent: Sent): Promise<IncomingMessage> {
    const { method, body, headers = {}, isGuarded = method !== undefined, idleMs = 10_000 } = sent;
    const url = new URL(path, this.url);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    let response: IncomingMessage;
    try {
      response = await httpRequest(url, {
        method,
        body,
        headers: { ...headers, ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }) },
        ca: this.#ca,
        // The stream has a heartbeat every 15 s: three missed ones are a dead connection.
        idleMs: headers.accept === 'text/event-stream' ? 45_000 : idleMs,
        signal,
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw unreachable(this.url, cause);
    }
    if (response.statusCode === 200 || response.statusCode === 201) return response;
    throw await this.#refused(path, response, isGuarded);
  }

  async #refused(path: string, response: IncomingMessage, isGuarded: boolean): Promise<CliError> {
    const status = response.statusCode ?? 0;
    const body = await readBody(response, 65_536).catch(() => '');
    const doing = `asking ${this.url.origin} for ${path}`;
    const problem = parseProblem(body);
    if (status === 401 || status === 403) {
      const why = this.#token ? 'the token is refused' : 'it wants a token';
      const reason = isGuarded && problem?.detail !== undefined ? safeText(problem.detail) : why;
      return new CliError('NG_ERR_CLI_DENIED', doing, reason, {
        hint: `Pass --token-file FILE (or NETGUARD_TOKEN_FILE) with ${isGuarded ? 'the admin token of this server' : 'a token that this server accepts'}.`,
      });
    }
    if (!problem) return this.#notOurs(path, `HTTP status ${status}`);
    return new CliError('NG_ERR_CLI_RESPONSE', doing, safeText(problem.detail ?? problem.title));
  }

  #notOurs(path: string, what: string): CliError {
    return new CliError('NG_ERR_CLI_RESPONSE', `asking ${this.url.origin} for ${path}`, `the answer is ${what}`, {
      hint: 'Is another program listening there? Say where NetGuard is with --server URL.',
    });
  }
}

/** The first address at which something answers as NetGuard does. @throws CliError NG_ERR_CLI_UNREACHABLE */
export async function connectApi(address: ServerAddress, signal?: AbortSignal): Promise<ApiClient> {
  let stranger: CliError | undefined;
  for (const url of address.urls) {
    const client = new ApiClient(url, address);
    try {
      await client.status(signal);
      return client;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      if (address.named || error.code === 'NG_ERR_CLI_DENIED') throw error;
      if (error.code !== 'NG_ERR_CLI_UNREACHABLE') stranger ??= error;
    }
  }
  if (stranger) throw stranger;
  throw new CliError(
    'NG_ERR_CLI_UNREACHABLE',
    '',
    `no NetGuard is listening at ${address.urls.map((url) => url.origin).join(' or ')}`,
    { hint: START_HINT },
  );
}

const START_HINT = 'Start one with `netguard run`, or say where it is with --server URL.';

function unreachable(url: URL, cause: unknown): CliError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (code === 'ECONNREFUSED') {
    return new CliError('NG_ERR_CLI_UNREACHABLE', '', `no NetGuard is listening at ${url.origin}`, {
      hint: START_HINT,
    });
  }
  const tls = /CERT|SELF_SIGNED|ISSUER|ERR_TLS|ALTNAME/.test(code);
  return new CliError('NG_ERR_CLI_UNREACHABLE', `connecting to ${url.origin}`, reason(cause), {
    hint: tls ? 'Name the authority that signed its certificate with --tls-ca-file FILE.' : START_HINT,
    cause,
  });
}

function reason(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return reason(cause.errors[0]);
  return cause instanceof Error && cause.message
    ? cause.message
    : String((cause as NodeJS.ErrnoException)?.code ?? cause);
}

function parseProblem(body: string): Problem | undefined {
  try {
    const value = JSON.parse(body) as Partial<Problem> | null;
    return typeof value?.title === 'string' ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
}

/** One request at the API server, and what it answers when it does not answer with what was asked for. */
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { ApiAccess } from './api-access.ts';
import { type RawObject, record, records, text } from './raw-object.ts';

/** A Status object is a few hundred bytes; what is longer is some proxy's page. */
const MAX_REFUSAL_BYTES = 65_536;
/* etcd takes objects of 1.5 MB. */
const MAX_OBJECT_BYTES = 8 * 1_048_576;

/** The API server refused, by HTTP status or by an ERROR event of a watch. */
export class ApiError extends Error {
  readonly status: number;
  /** `Expired`, `Forbidden`, …; empty when none was given. */
  readonly reason: string;
  /** Reasons behind it, such as `NamespaceTerminating`. */
  readonly causes: readonly string[];
  /** Undefined: it did not say when to come back. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: RawObject, retryAfterMs?: number) {
    super(text(body.message, 400) ?? `HTTP status ${status}`);
    this.status = status;
    this.reason = text(body.reason, 63) ?? '';
    this.causes = records(record(body.details).causes, 16).flatMap(({ reason }) => text(reason, 63) ?? []);
    this.retryAfterMs = retryAfterMs;
  }

  /** The history that the request goes on from is no longer there, or not yet: only a new list helps. */
  get isExpired(): boolean {
    return this.status === 410 || this.reason === 'Expired' || /too large resource version/i.test(this.message);
  }
}

export interface ApiRequest {
  /** With its query. */
  readonly path: string;
  readonly accept: string;
  readonly signal: AbortSignal;
  /** Longest wait for the head of the answer. */
  readonly answerMs: number;
  /** JSON, which is posted; absent: it is a GET. */
  readonly body?: string;
}

/** A small object, whole: what was asked for, or what became of what was posted. The same errors as `apiRequest`. */
export async function apiObject(access: ApiAccess, request: ApiRequest): Promise<RawObject> {
  return parsed((await beginningOf(await apiRequest(access, request), MAX_OBJECT_BYTES)).toString());
}

/** The answer's body, not read yet. Throws ApiError for any status but 200 and 201, and what the network says. */
export async function apiRequest(
  access: ApiAccess,
  { path, accept, signal, answerMs, body }: ApiRequest,
): Promise<IncomingMessage> {
  const { headers, ...options } = await access.options();
  signal.throwIfAborted();
  const { server } = access;
  const url = new URL(server.pathname.replace(/\/$/, '') + path, server);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.protocol === 'http:' ? requestPlain : requestTls;
  const own = {
    accept,
    'user-agent': 'netguard',
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  const method = body === undefined ? 'GET' : 'POST';
  const sent = send(url, { ...options, method, headers: { ...headers, ...own }, signal }, resolve);
  sent.on('error', reject);
  const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${answerMs / 1000} s`)), answerMs);
  sent.end(body);
  try {
    const response = await promise;
    /* From here on it is the reader of the body who is told. */
    sent.on('error', () => {});
    if (response.statusCode === 200 || response.statusCode === 201) return response;
    throw await refusal(response);
  } finally {
    clearTimeout(timer);
  }
}

/** The body as it comes in. Throws when nothing comes for `idleMs`, and when the connection ends in the middle. */
export async function* chunksOf(response: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  const timer = setTimeout(() => response.destroy(new Error(`nothing came for ${idleMs / 1000} s`)), idleMs);
  try {
    for await (const chunk of response) {
      timer.refresh();
      yield chunk as Buffer;
    }
  } finally {
    clearTimeout(timer);
    response.destroy();
  }
}

async function refusal(response: IncomingMessage): Promise<ApiError> {
  const body = await beginningOf(response, MAX_REFUSAL_BYTES);
  const seconds = Number(response.headers['retry-after']);
  const retryAfterMs = seconds > 0 && seconds < 3600 ? seconds * 1000 : undefined;
  return new ApiError(response.statusCode ?? 0, parsed(body.toString()), retryAfterMs);
}

async function beginningOf(response: IncomingMessage, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(response, 10_000)) {
    bytes += chunk.length;
    if (bytes > most) break;
    pieces.push(chunk);
  }
  return Buffer.concat(pieces);
}

function parsed(body: string): RawObject {
  try {
    return record(JSON.parse(body));
  } catch {
    return {};
  }
}

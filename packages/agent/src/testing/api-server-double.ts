/**
 * Stands in for an API server at the border of the network, since none runs where the tests do. It does of the real one what
 * a list and a watch need, and no more: pages with continue tokens that are of one moment, resource versions, watch events,
 * bookmarks, watch timeouts, lost history (410 as status and as event), versions from the future (504), tokens (401), roles
 * (403, also for what it does not have), groups of resources that it does not have (404), metadata-only answers. It stores what it is given and checks nothing. Besides it fails on demand: slowly, abruptly,
 * with silence, with garbage.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ResourceName } from '../kubernetes/resources.ts';
import { tlsPairs } from './tls-pairs.ts';

export type Verb = 'list' | 'watch';

/** As stored: `metadata` has at least a name; the rest is the test's. */
export interface StoredObject {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly object: StoredObject;
}

interface Watch {
  readonly resource: string;
  readonly response: ServerResponse;
  readonly isMetadata: boolean;
}

interface Snapshot {
  readonly version: number;
  readonly objects: readonly StoredObject[];
  readonly from: number;
}

export interface Asked {
  readonly resource: string;
  readonly verb: Verb;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly token: string | undefined;
}

export class ApiServerDouble {
  readonly asked: Asked[] = [];
  /** Tokens that are taken; undefined: anybody may ask. */
  token: string | undefined;
  /** How lost history is told to a watch. */
  goneAs: 'status' | 'event' = 'event';
  /** Called before a request is answered; true: it is taken care of. */
  fault: ((asked: Asked, response: ServerResponse, request: IncomingMessage) => boolean) | undefined;
  readonly #server: Server;
  readonly #isTls: boolean;
  readonly #objects = new Map<string, Map<string, StoredObject>>();
  readonly #forbidden = new Set<string>();
  readonly #withheld = new Set<string>();
  readonly #watches = new Set<Watch>();
  readonly #snapshots = new Map<string, Snapshot>();
  #events: (Event & { readonly resource: string })[] = [];
  #version: number;
  #oldest = 0;

  private constructor(isTls: boolean, version: number) {
    this.#isTls = isTls;
    this.#version = version;
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response);
    this.#server = isTls ? createTlsServer(tlsPairs.one, answer) : createServer(answer);
  }

  /** Listens on a port of loopback that the kernel chooses, or on one that was its own before. */
  static async start(options: { tls?: boolean; version?: number; port?: number } = {}): Promise<ApiServerDouble> {
    const double = new ApiServerDouble(options.tls ?? false, options.version ?? 1000);
    double.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(double.#server, 'listening');
    return double;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): URL {
    return new URL(`${this.#isTls ? 'https' : 'http'}://127.0.0.1:${this.port}`);
  }

  get version(): string {
    return String(this.#version);
  }

  openWatches(resource: ResourceName): number {
    return [...this.#watches].filter((watch) => watch.resource === resource).length;
  }

  askedOf(resource: ResourceName, verb: Verb): Asked[] {
    return this.asked.filter((asked) => asked.resource === resource && asked.verb === verb);
  }

  put(resource: ResourceName, ...objects: StoredObject[]): void {
    for (const object of objects) {
      const of = this.#of(resource);
      const key = keyOf(object);
      const type = of.has(key) ? 'MODIFIED' : 'ADDED';
      this.#version++;
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: this.version } };
      of.set(key, stored);
      this.#emit(resource, { type, version: this.#version, object: stored });
    }
  }

  remove(resource: ResourceName, object: StoredObject): void {
    const of = this.#of(resource);
    const stored = of.get(keyOf(object));
    if (stored === undefined) return;
    of.delete(keyOf(object));
    this.#version++;
    const last = { ...stored, metadata: { ...stored.metadata, resourceVersion: this.version } };
    this.#emit(resource, { type: 'DELETED', version: this.#version, object: last });
  }

  /** The current version, in a bookmark to every watch of the resource. */
  bookmark(resource: ResourceName): void {
    this.say(resource, { type: 'BOOKMARK', object: { metadata: { resourceVersion: this.version } } });
  }

  /** Any JSON, or text as it is, to every watch of the resource. */
  say(resource: ResourceName, line: unknown): void {
    for (const watch of this.#watches) if (watch.resource === resource) write(watch.response, line);
  }

  forbid(resource: ResourceName, verb: Verb): void {
    this.#forbidden.add(`${verb} ${resource}`);
  }

  /** From now on it has no such group of resources. */
  withhold(group: string): void {
    this.#withheld.add(group);
  }

  offer(group: string): void {
    this.#withheld.delete(group);
  }

  allowAll(): void {
    this.#forbidden.clear();
  }

  /** Forgets what happened: older versions and continue tokens are gone, and the watches end with it where `tellWatches`. */
  compact({ tellWatches = false } = {}): void {
    this.#events = [];
    this.#oldest = this.#version;
    this.#snapshots.clear();
    if (!tellWatches) return;
    for (const watch of this.#watches) {
      write(watch.response, { type: 'ERROR', object: statusBody(410, 'Expired', 'too old resource version') });
      watch.response.end();
      this.#watches.delete(watch);
    }
  }

  /** As after a backup was put back: everything is as it was at an older version. */
  rewind(version: number): void {
    this.#version = version;
    this.#oldest = 0;
    this.#events = [];
    this.#snapshots.clear();
    this.cut();
  }

  /** Every connection ends in the middle. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #of(resource: string): Map<string, StoredObject> {
    const objects = this.#objects.get(resource) ?? new Map<string, StoredObject>();
    this.#objects.set(resource, objects);
    return objects;
  }

  #emit(resource: string, event: Event): void {
    this.#events.push({ ...event, resource });
    for (const watch of this.#watches) if (watch.resource === resource) sendEvent(watch, event);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const resource = url.pathname.split('/').at(-1) ?? '';
    const query = url.searchParams;
    const verb = query.get('watch') === '1' ? 'watch' : 'list';
    const { accept = '', authorization } = request.headers;
    const token = authorization?.replace(/^Bearer /, '');
    const asked: Asked = { resource, verb, query, accept, token };
    this.asked.push(asked);
    if (this.fault?.(asked, response, request)) return;
    if (this.token !== undefined && token !== this.token) refuse(response, 401, 'Unauthorized', 'Unauthorized');
    else if (this.#forbidden.has(`${verb} ${resource}`)) {
      refuse(response, 403, 'Forbidden', `User "x" cannot ${verb} resource "${resource}" at the cluster scope`);
    } else if (this.#withheld.has(url.pathname.split('/')[2] ?? '')) {
      refuse(response, 404, 'NotFound', 'the server could not find the requested resource');
    } else if (verb === 'watch') this.#watch(asked, response);
    else this.#list(asked, response);
  }

  #list({ resource, query, accept }: Asked, response: ServerResponse): void {
    const token = query.get('continue');
    const known = token === null ? undefined : this.#snapshots.get(token);
    if (token !== null && known === undefined) {
      refuse(response, 410, 'Expired', 'The provided continue parameter is too old');
      return;
    }
    const all = known ?? { version: this.#version, objects: [...this.#of(resource).values()], from: 0 };
    const end = all.from + Number(query.get('limit') ?? all.objects.length);
    const isMetadata = accept.includes('as=PartialObjectMetadataList');
    const items = all.objects.slice(all.from, end).map((object) => (isMetadata ? metadataOnly(object) : object));
    const rest = all.objects.length - end;
    const metadata: Record<string, unknown> = { resourceVersion: String(all.version) };
    if (rest > 0) {
      metadata.continue = `${resource}-${all.version}-${end}`;
      metadata.remainingItemCount = rest;
      this.#snapshots.set(metadata.continue as string, { ...all, from: end });
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: isMetadata ? 'PartialObjectMetadataList' : 'List', metadata, items }));
  }

  #watch({ resource, query, accept }: Asked, response: ServerResponse): void {
    const from = Number(query.get('resourceVersion'));
    if (from > this.#version) {
      refuse(response, 504, 'Timeout', `Timeout: Too large resource version: ${from}, current: ${this.#version}`);
      return;
    }
    if (from < this.#oldest && this.goneAs === 'status') {
      refuse(response, 410, 'Expired', 'too old resource version');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (from < this.#oldest) {
      write(response, { type: 'ERROR', object: statusBody(410, 'Expired', 'too old resource version') });
      response.end();
      return;
    }
    const watch: Watch = { resource, response, isMetadata: accept.includes('as=PartialObjectMetadata') };
    this.#watches.add(watch);
    for (const event of this.#events) if (event.resource === resource && event.version > from) sendEvent(watch, event);
    const timer = setTimeout(() => response.end(), Number(query.get('timeoutSeconds')) * 1000);
    response.on('close', () => {
      clearTimeout(timer);
      this.#watches.delete(watch);
    });
  }
}

/** Answers with a Status object. */
export function refuse(
  response: ServerResponse,
  code: number,
  reason: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(statusBody(code, reason, message)));
}

function statusBody(code: number, reason: string, message: string) {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}

function keyOf({ metadata }: StoredObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

function metadataOnly({ metadata }: StoredObject): StoredObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

function sendEvent({ response, isMetadata }: Watch, { type, object }: Event): void {
  write(response, { type, object: isMetadata ? metadataOnly(object) : object });
}

function write(response: ServerResponse, line: unknown): void {
  response.write(typeof line === 'string' ? line : `${JSON.stringify(line)}\n`);
}

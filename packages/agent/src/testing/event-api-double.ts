/**
 * Stands in for the part of an API server that Events need: pods by name, and a store of events.k8s.io/v1 that refuses what the
 * real one refuses (its validation of new Events, names that exist, namespaces that are missing or end, rights). No more than that.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { kubernetesEvent } from '../sinks/kubernetes-event.ts';
import { refuse } from './api-server-double.ts';

export type WrittenEvent = ReturnType<typeof kubernetesEvent>;

export interface KnownPod {
  readonly uid: string;
  readonly creationTimestamp?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const QUALIFIED = /^([a-z0-9.-]+\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

export class EventApiDouble {
  readonly events: WrittenEvent[] = [];
  readonly requests: string[] = [];
  readonly accepts: string[] = [];
  /** By `namespace/name`. */
  readonly pods = new Map<string, KnownPod>();
  readonly ending = new Set<string>();
  /** Rights that are missing: `get pods`, `create events`. */
  readonly forbidden = new Set<string>();
  /** Answers in its place; true: it has. */
  fault: ((request: string, response: ServerResponse) => boolean) | undefined;
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));

  static async start(port = 0): Promise<EventApiDouble> {
    const double = new EventApiDouble();
    double.#server.listen(port, '127.0.0.1');
    await once(double.#server, 'listening');
    return double;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    let body = '';
    for await (const chunk of request) body += chunk;
    this.requests.push(`${method} ${url}`);
    this.accepts.push(headers.accept ?? '');
    if (this.fault?.(`${method} ${url}`, response)) return;
    const [, namespace = '', resource, name] = /\/namespaces\/([^/]+)\/(\w+)(?:\/([^/]+))?$/.exec(url) ?? [];
    if (method === 'GET' && resource === 'pods') this.#pod(namespace, name ?? '', response);
    else if (method === 'POST' && resource === 'events') this.#create(namespace, JSON.parse(body), response);
    else refuse(response, 404, 'NotFound', 'the server could not find the requested resource');
  }

  #pod(namespace: string, name: string, response: ServerResponse): void {
    if (this.forbidden.has('get pods')) {
      refuse(response, 403, 'Forbidden', 'pods is forbidden: User "x" cannot get resource "pods"');
      return;
    }
    const pod = this.pods.get(`${namespace}/${name}`);
    if (pod === undefined) refuse(response, 404, 'NotFound', `pods "${name}" not found`);
    else answer(response, 200, { kind: 'PartialObjectMetadata', metadata: { namespace, name, ...pod } });
  }

  #create(namespace: string, event: WrittenEvent, response: ServerResponse): void {
    if (this.forbidden.has('create events')) {
      refuse(response, 403, 'Forbidden', 'events is forbidden: User "x" cannot create resource "events"');
    } else if (this.ending.has(namespace)) {
      const message = `events is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`;
      const details = { causes: [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }] };
      answer(response, 403, { kind: 'Status', status: 'Failure', code: 403, reason: 'Forbidden', message, details });
    } else if (this.events.some(({ metadata }) => metadata.name === event.metadata.name)) {
      refuse(response, 409, 'AlreadyExists', `events "${event.metadata.name}" already exists`);
    } else {
      const wrong = problemOf(event, namespace);
      if (wrong === undefined) {
        this.events.push(event);
        answer(response, 201, event);
      } else refuse(response, 422, 'Invalid', `Event is invalid: ${wrong}`);
    }
  }
}

/** What the API server's validation of a new Event says. */
function problemOf(event: WrittenEvent, namespace: string): string | undefined {
  const { metadata, regarding, note, reason, action, type } = event;
  const bytes = (text: string) => Buffer.byteLength(text);
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(metadata.name)) return 'metadata.name';
  if (metadata.namespace !== namespace || regarding.namespace !== namespace) return 'namespace does not match';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(event.eventTime)) return 'eventTime';
  if (!QUALIFIED.test(event.reportingController)) return 'reportingController';
  if (event.reportingInstance === '' || bytes(event.reportingInstance) > 128) return 'reportingInstance';
  if (action.length === 0 || bytes(action) > 128 || reason.length === 0 || bytes(reason) > 128) return 'action, reason';
  if (bytes(note) > 1024) return `note: ${bytes(note)} bytes`;
  return ['Normal', 'Warning'].includes(type) ? undefined : 'type';
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

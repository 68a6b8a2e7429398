import { type Endpoint, workloadKey } from '../endpoint.ts';
import { formatTime } from '../rfc3339.ts';
import { joinHash } from '../sketch/hash.ts';
import type { ConnectionResult, Edge, Protocol, Reporter } from './flow.ts';

/** Stands for every edge that found no room: bytes and connections are kept, the names are not. */
export const OTHER_ENDPOINT: Endpoint = Object.freeze({ ip: '', kind: 'world', subnetLabel: 'other' });

const PROTOCOLS: readonly Protocol[] = ['TCP', 'UDP', 'ICMP', 'SCTP', 'OTHER'];
/** Numbers of distinct workloads of a window. */
const MAX_WORKLOADS = 1 << 16;
const FIRST_PLACES = 256;

/** The sums of one edge in one window. */
export class EdgeSums {
  requestBytes = 0;
  responseBytes = 0;
  established = 0;
  refused = 0;
  timeout = 0;
  reset = 0;
  retransmits = 0;
  rttSumUs = 0;
  rttSamples = 0;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly port: number;
  readonly protocol: Protocol;
  readonly reporter: Reporter;

  constructor(source: Endpoint, destination: Endpoint, port: number, protocol: Protocol, reporter: Reporter) {
    this.source = source;
    this.destination = destination;
    this.port = port;
    this.protocol = protocol;
    this.reporter = reporter;
  }

  addResult(result: ConnectionResult): void {
    this[result]++;
  }

  toEdge(windowStart: string, windowMs: number): Edge {
    return {
      windowStart,
      windowMs,
      source: this.source,
      destination: this.destination,
      port: this.port,
      protocol: this.protocol,
      reporter: this.reporter,
      requestBytes: this.requestBytes,
      responseBytes: this.responseBytes,
      connections: {
        established: this.established,
        refused: this.refused,
        timeout: this.timeout,
        reset: this.reset,
      },
      retransmits: this.retransmits,
      ...(this.rttSamples > 0 ? { rttMs: this.rttSumUs / this.rttSamples / 1000 } : undefined),
    };
  }
}

/** All edges of one window of event time. */
export class EdgeWindow {
  readonly startMs: number;
  readonly #capacity: number;
  readonly #edges: EdgeSums[] = [];
  /** Client, server, and what else tells each edge apart, three numbers each. */
  #keys = new Int32Array(3 * FIRST_PLACES);
  /** Open addressing: which edge is there, counted from 1. A Map would make an object of each key. */
  #places = new Uint32Array(2 * FIRST_PLACES);
  readonly #other = new Map<number, EdgeSums>();
  /** The number of a workload, by its key and, to skip making that key, by the endpoint object itself. */
  readonly #numberByKey = new Map<string, number>();
  readonly #numberByObject = new Map<Endpoint, number>();

  constructor(startMs: number, capacity: number) {
    this.startMs = startMs;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#edges.length;
  }

  /** The edge's sums, or undefined when the window is full: then `other`. */
  find(client: Endpoint, server: Endpoint, port: number, protocol: Protocol, reporter: Reporter): EdgeSums | undefined {
    const source = this.#numberOf(client);
    const destination = this.#numberOf(server);
    if (source < 0 || destination < 0) return undefined;
    const kind = (PROTOCOLS.indexOf(protocol) * 2 + (reporter === 'server' ? 1 : 0)) * MAX_WORKLOADS + port;
    const place = this.#placeOf(source, destination, kind);
    const known = this.#places[place]!;
    if (known > 0) return this.#edges[known - 1];
    if (this.#isFull) return undefined;
    const edge = new EdgeSums(asWorkload(client), asWorkload(server), port, protocol, reporter);
    this.#edges.push(edge);
    this.#places[place] = this.#edges.length;
    this.#keys.set([source, destination, kind], 3 * (this.#edges.length - 1));
    if (this.#edges.length * 2 >= this.#places.length) this.#grow();
    return edge;
  }

  other(protocol: Protocol, reporter: Reporter): EdgeSums {
    const key = PROTOCOLS.indexOf(protocol) * 2 + (reporter === 'server' ? 1 : 0);
    let edge = this.#other.get(key);
    if (edge === undefined) {
      edge = new EdgeSums(OTHER_ENDPOINT, OTHER_ENDPOINT, 0, protocol, reporter);
      this.#other.set(key, edge);
    }
    return edge;
  }

  toEdges(windowMs: number): Edge[] {
    const start = formatTime(this.startMs);
    const edges: Edge[] = [];
    for (const edge of this.#edges) edges.push(edge.toEdge(start, windowMs));
    for (const edge of this.#other.values()) edges.push(edge.toEdge(start, windowMs));
    return edges;
  }

  #numberOf(endpoint: Endpoint): number {
    // Strangers come and go, and their address is their key: none of them is held on to for it.
    if (endpoint.workload === undefined) return this.#numberOfKey(workloadKey(endpoint));
    let number = this.#numberByObject.get(endpoint);
    if (number === undefined) {
      number = this.#numberOfKey(workloadKey(endpoint));
      if (this.#numberByObject.size >= MAX_WORKLOADS) this.#numberByObject.clear();
      this.#numberByObject.set(endpoint, number);
    }
    return number;
  }

  /** −1 when the window is full. */
  #numberOfKey(key: string): number {
    const known = this.#numberByKey.get(key);
    if (known !== undefined) return known;
    const number = this.#numberByKey.size;
    if (this.#isFull || number >= MAX_WORKLOADS - 1) return -1;
    this.#numberByKey.set(key, number);
    return number;
  }

  get #isFull(): boolean {
    return this.#edges.length >= this.#capacity;
  }

  /** Where the edge is, or would be. At least half of the places are free. */
  #placeOf(source: number, destination: number, kind: number): number {
    const mask = this.#places.length - 1;
    for (let place = joinHash(joinHash(source, destination), kind) & mask; ; place = (place + 1) & mask) {
      const edge = this.#places[place]!;
      const at = 3 * (edge - 1);
      const isFound = this.#keys[at] === source && this.#keys[at + 1] === destination && this.#keys[at + 2] === kind;
      if (edge === 0 || isFound) return place;
    }
  }

  #grow(): void {
    const keys = this.#keys;
    this.#keys = new Int32Array(2 * keys.length);
    this.#keys.set(keys);
    this.#places = new Uint32Array(2 * this.#places.length);
    for (let edge = 0; edge < this.#edges.length; edge++) {
      const at = 3 * edge;
      this.#places[this.#placeOf(keys[at]!, keys[at + 1]!, keys[at + 2]!)] = edge + 1;
    }
  }
}

/** Only what all members of the workload share: an edge is not one pod's. Endpoints without a workload stay as they are. */
function asWorkload(endpoint: Endpoint): Endpoint {
  if (!endpoint.workload) {
    const { port: _port, ...rest } = endpoint;
    return rest;
  }
  return {
    ip: '',
    kind: endpoint.kind,
    ...(endpoint.namespace !== undefined ? { namespace: endpoint.namespace } : undefined),
    workload: endpoint.workload,
    ...(endpoint.service !== undefined ? { service: endpoint.service } : undefined),
  };
}

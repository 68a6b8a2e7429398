import { type Edge, type Endpoint, formatTime, Lru, type TableState, workloadKey } from '@netguard/core';
import type { KnownEdge } from '../http/api-types.ts';

/** About 500 bytes each. */
const CAPACITY = 16_384;
/** Addresses outside that are kept apart at one port of one workload; the rest is one edge with "anywhere". */
const OUTSIDE_ADDRESSES = 256;

interface Remembered {
  readonly edge: Edge;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly isAnswered: boolean;
  port: number | null;
  established: number;
  failed: number;
  requestBytes: number;
  responseBytes: number;
  windows: number;
  readonly firstMs: number;
  lastMs: number;
  /** The port whose addresses outside are counted; undefined for edges inside. */
  readonly fan: string | undefined;
}

/**
 * Who talked to whom since the start, folded over all windows: what an edge log of some minutes has forgotten. What was never
 * answered is one entry a pair, so a scan fills no table. Bounded: edges not seen for longest give way, and are counted.
 */
export class EdgeMemory {
  readonly #edges = new Lru<string, Remembered>(CAPACITY);
  readonly #fans = new Map<string, number>();
  #unnamed = 0;

  add(edges: readonly Edge[]): void {
    for (const edge of edges) this.#add(edge);
  }

  /** Edges of windows whose table was full: they have no names. */
  get unnamed(): number {
    return this.#unnamed;
  }

  get state(): TableState {
    const { size, capacity, evicted } = this.#edges;
    return { entries: size, capacity, evicted };
  }

  *known(): Generator<KnownEdge> {
    for (const remembered of this.#edges.values()) yield view(remembered);
  }

  #add(edge: Edge): void {
    if (edge.source.subnetLabel === 'other' && edge.source.ip === '') {
      this.#unnamed++;
      return;
    }
    const isAnswered = wasAnswered(edge);
    const startMs = Date.parse(edge.windowStart);
    const known = this.#find(edge, isAnswered) ?? this.#make(edge, isAnswered, startMs);
    const { established, refused, timeout, reset } = edge.connections;
    known.established += established + (isAnswered ? reset : 0);
    known.failed += refused + timeout + (isAnswered ? 0 : reset);
    known.requestBytes += edge.requestBytes;
    known.responseBytes += edge.responseBytes;
    known.windows++;
    known.lastMs = Math.max(known.lastMs, startMs + edge.windowMs);
    if (known.port !== edge.port) known.port = null;
  }

  #find(edge: Edge, isAnswered: boolean): Remembered | undefined {
    return (
      this.#edges.get(keyOf(edge, edge.source, edge.destination, isAnswered)) ??
      this.#edges.get(keyOf(edge, anywhere(edge.source), anywhere(edge.destination), isAnswered))
    );
  }

  #make(edge: Edge, isAnswered: boolean, startMs: number): Remembered {
    let { source, destination } = edge;
    const fan = fanOf(edge, isAnswered);
    const addresses = fan === undefined ? 0 : (this.#fans.get(fan) ?? 0);
    if (addresses >= OUTSIDE_ADDRESSES) [source, destination] = [anywhere(source), anywhere(destination)];
    if (fan !== undefined) this.#fans.set(fan, addresses + 1);
    const made: Remembered = {
      edge,
      source,
      destination,
      isAnswered,
      port: edge.port,
      established: 0,
      failed: 0,
      requestBytes: 0,
      responseBytes: 0,
      windows: 0,
      firstMs: startMs,
      lastMs: startMs,
      fan,
    };
    const evicted = this.#edges.set(keyOf(edge, source, destination, isAnswered), made);
    if (evicted?.fan !== undefined) this.#leave(evicted.fan);
    return made;
  }

  #leave(fan: string): void {
    const addresses = (this.#fans.get(fan) ?? 1) - 1;
    if (addresses === 0) this.#fans.delete(fan);
    else this.#fans.set(fan, addresses);
  }
}

/** A connection came about, or bytes or datagrams came back. */
function wasAnswered({ protocol, connections, requestBytes, responseBytes }: Edge): boolean {
  return protocol === 'TCP' ? connections.established + requestBytes + responseBytes > 0 : responseBytes > 0;
}

function isOutside({ kind }: Endpoint): boolean {
  return kind === 'world' || kind === 'private';
}

/** An end outside without its address: all addresses of its family. */
function anywhere(endpoint: Endpoint): Endpoint {
  return isOutside(endpoint) ? { ip: endpoint.ip.includes(':') ? '::' : '0.0.0.0', kind: endpoint.kind } : endpoint;
}

function fanOf({ source, destination, port, protocol, reporter }: Edge, isAnswered: boolean): string | undefined {
  if (!isOutside(source) && !isOutside(destination)) return undefined;
  const inside = isOutside(source) ? `<${workloadKey(destination)}` : `>${workloadKey(source)}`;
  return `${inside}\0${isAnswered ? port : ''}\0${protocol}\0${reporter}`;
}

function keyOf(edge: Edge, source: Endpoint, destination: Endpoint, isAnswered: boolean): string {
  const ends = `${source.kind}\0${workloadKey(source)}\0${destination.kind}\0${workloadKey(destination)}`;
  return `${ends}\0${edge.protocol}\0${edge.reporter}\0${isAnswered ? edge.port : ''}`;
}

function view({ edge, firstMs, lastMs, fan: _fan, ...sums }: Remembered): KnownEdge {
  const { protocol, reporter } = edge;
  return { ...sums, protocol, reporter, firstSeen: formatTime(firstMs), lastSeen: formatTime(lastMs) };
}

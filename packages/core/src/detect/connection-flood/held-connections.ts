import type { Endpoint } from '../../endpoint.ts';
import type { ConnectionObservation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import { PairLru } from '../../sketch/pair-lru.ts';
import type { TableState } from '../../table-state.ts';
import { portName } from '../port-name.ts';
import type { ConnectionFloodParameters } from './parameters.ts';

const PAIRS = 8192;
const SILENT = 16_384;

/** One client and one server, and the connections between them that live long enough to be seen alive. */
export class Pair {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly serverPort: number;
  readonly isOutside: boolean;
  readonly isShared: boolean;
  /** Open at once. */
  open = 0;
  /** Of those: silent for long, and the client trickles or never said anything. Counted anew at each evaluation. */
  held = 0;
  silent = 0;
  bytes = 0;
  sinceMs = Number.NaN;
  /** Not by its server's socket, but by the client's: the server may be watched too, and then tells itself. */
  readonly byClient: boolean;

  constructor(seen: ConnectionObservation, local: Endpoint, remote: Endpoint, isOutside: boolean, isShared: boolean) {
    this.byClient = seen.role === 'client';
    this.client = this.byClient ? local : remote;
    this.server = this.byClient ? remote : local;
    this.serverPort = this.byClient ? seen.remote.port : seen.local.port;
    this.isOutside = isOutside;
    this.isShared = isShared;
  }
}

/** A connection whose server has said nothing since it was first seen alive. */
interface Silent {
  readonly pair: Pair;
  readonly sinceMs: number;
  received: number;
  hasTrickled: boolean;
}

/** Connections that are held open: counted by client and server, each with what its client said. */
export class HeldConnections {
  readonly #pairs = new PairLru<Pair>(PAIRS, ({ sinceMs }) => !Number.isNaN(sinceMs));
  readonly #silent = new Lru<string, Silent>(SILENT);

  /** A live connection that is seen for the first time. */
  opened(
    seen: ConnectionObservation,
    local: Endpoint,
    remote: Endpoint,
    isOutside: boolean,
    isShared: boolean,
    p: ConnectionFloodParameters,
  ): void {
    const watched = watchedEnd(seen, local);
    let pair = this.#pairs.get(watched, seen.remote.ip);
    if (pair === undefined) {
      pair = new Pair(seen, local, remote, isOutside, isShared);
      this.#pairs.add(watched, seen.remote.ip, pair);
    }
    pair.open++;
    const { answered, asked } = ofServer(seen);
    // A TLS handshake or a greeting is no answer yet.
    if (seen.preexisting || answered > p.tricklePayload || asked > p.tricklePayload) return;
    this.#silent.set(seen.id, { pair, sinceMs: seen.startMs, received: asked, hasTrickled: false });
  }

  /** A later observation of a live connection. */
  moved(seen: ConnectionObservation, p: ConnectionFloodParameters): void {
    if (this.#silent.size === 0 || hadSpoken(seen, p)) return;
    const silent = this.#silent.peek(seen.id);
    if (silent === undefined) return;
    const isServer = seen.role !== 'client';
    const answers = isServer ? seen.delta.sentBytes : seen.delta.receivedBytes;
    const asks = isServer ? seen.delta.receivedBytes : seen.delta.sentBytes;
    silent.received += asks;
    if (answers > 0 || silent.received > p.tricklePayload) this.#silent.delete(seen.id);
    else if (asks > 0) silent.hasTrickled = true;
  }

  /** The end of a connection that was seen alive. */
  closed(seen: ConnectionObservation, local: Endpoint): void {
    this.#silent.delete(seen.id);
    const watched = watchedEnd(seen, local);
    const pair = this.#pairs.get(watched, seen.remote.ip);
    if (pair === undefined) return;
    pair.open--;
    if (pair.open <= 0 && Number.isNaN(pair.sinceMs)) this.#pairs.delete(watched, seen.remote.ip);
  }

  /** Calls `each` for all pairs that have open connections, with their counts as of now. */
  evaluate(nowMs: number, p: ConnectionFloodParameters, each: (pair: Pair) => void): void {
    const touched = new Set<Pair>();
    for (const { pair, sinceMs, received, hasTrickled } of this.#silent.values()) {
      if (nowMs - sinceMs < p.silentMs) continue;
      if (!touched.has(pair)) {
        touched.add(pair);
        pair.held = 0;
        pair.silent = 0;
        pair.bytes = 0;
      }
      pair.silent++;
      pair.bytes += received;
      if (hasTrickled || received === 0) pair.held++;
    }
    for (const pair of this.#pairs.values()) {
      if (!touched.has(pair)) {
        pair.held = 0;
        pair.silent = 0;
      }
      each(pair);
    }
  }

  get state(): TableState {
    return {
      entries: this.#pairs.size + this.#silent.size,
      capacity: this.#pairs.capacity + SILENT,
      evicted: this.#pairs.evicted + this.#silent.evicted,
    };
  }
}

/** By what moved before this observation: then it is not among the silent, and need not be looked for. */
function hadSpoken({ total, delta }: ConnectionObservation, p: ConnectionFloodParameters): boolean {
  const sent = total.sentBytes - delta.sentBytes;
  const received = total.receivedBytes - delta.receivedBytes;
  return Math.max(sent, received) > p.tricklePayload;
}

function ofServer({ role, total }: ConnectionObservation): { answered: number; asked: number } {
  return role === 'client'
    ? { answered: total.receivedBytes, asked: total.sentBytes }
    : { answered: total.sentBytes, asked: total.receivedBytes };
}

/** The watched end of a pair, with the server's port; its other end is an address. */
function watchedEnd({ role, local: { port }, remote }: ConnectionObservation, local: Endpoint): string {
  return role === 'client' ? portName(local, remote.port, false) : portName(local, port, true);
}

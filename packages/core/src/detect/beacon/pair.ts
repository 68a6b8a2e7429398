import type { Endpoint } from '../../endpoint.ts';
import { Beats } from './beats.ts';

/** One workload and one destination outside: address and port. */
export class Pair {
  readonly source: Endpoint;
  readonly port: number;
  /** Who shares the destination. */
  readonly sharers: Sharers;
  /** The workload talked to this destination before this pair was seen: it was learned. */
  readonly isLearned: boolean;
  /** Connections. */
  readonly starts = new Beats();
  /** Bursts within long connections. */
  readonly bursts = new Beats();
  /** Beats that are in a finding already. */
  reported = 0;
  alarm: Alarm | undefined;
  /** Set where the pair is of a name, not of an address. */
  readonly serverName: string | undefined;
  /** The name's so far, as far as they are counted. */
  addresses: Set<string> | undefined;
  readonly #remote: Endpoint;

  constructor(
    source: Endpoint,
    remote: Endpoint,
    port: number,
    sharers: Sharers,
    isLearned: boolean,
    serverName?: string,
  ) {
    this.source = source;
    this.#remote = remote;
    this.port = port;
    this.sharers = sharers;
    this.isLearned = isLearned;
    this.serverName = serverName;
  }

  /** The destination, with its port. */
  get target(): Endpoint {
    return { ...this.#remote, port: this.port };
  }

  get targetKind(): Endpoint['kind'] {
    return this.#remote.kind;
  }
}

/** The workloads that talk to one destination, as far as they are counted. Most have one. */
export class Sharers {
  readonly #first: string;
  #others: Set<string> | undefined;

  constructor(first: string) {
    this.#first = first;
  }

  get count(): number {
    return 1 + (this.#others?.size ?? 0);
  }

  add(workload: string, most: number): void {
    if (workload === this.#first || this.count >= most) return;
    this.#others ??= new Set();
    this.#others.add(workload);
  }
}

export interface Alarm {
  readonly sinceMs: number;
  /** Without a further beat until then it is over. */
  untilMs: number;
}

/** One connection of a pair. */
export interface Connection {
  readonly pair: Pair;
  readonly startMs: number;
  /** Its number among the pair's starts; 0 before it is established. */
  start: number;
  /** The current burst's number among the pair's bursts. */
  burst: number;
  lastActiveMs: number;
  /** Seconds with payload, bursts and payload, for a session without rhythm. */
  activeTicks: number;
  bursts: number;
  sentBytes: number;
  receivedBytes: number;
  /** The pair of the same workload and the name that it called, and the connection's number among its starts. */
  readonly named: NamedStart | undefined;
}

export interface NamedStart {
  readonly pair: Pair;
  readonly start: number;
}

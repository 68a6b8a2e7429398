import type { Endpoint } from '../../endpoint.ts';
import { Beats } from './beats.ts';

/** One workload and one destination outside: address and port. */
export class Pair {
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly destination: string;
  /** The workload talked to this destination before this pair was seen: it was learned. */
  readonly isLearned: boolean;
  /** Connections. */
  readonly starts = new Beats();
  /** Bursts within long connections. */
  readonly bursts = new Beats();
  /** Beats that are in a finding already. */
  reported = 0;
  alarm: Alarm | undefined;

  constructor(source: Endpoint, target: Endpoint, destination: string, isLearned: boolean) {
    this.source = source;
    this.target = target;
    this.destination = destination;
    this.isLearned = isLearned;
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
}

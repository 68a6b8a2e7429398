import type { Endpoint } from '../../endpoint.ts';
import type { Run } from '../../learn/workload-kind.ts';
import { hash32 } from '../../sketch/hash.ts';
import { Lru } from '../../sketch/lru.ts';
import { SlidingSum } from './sliding-sum.ts';

/** Networks outside that are told apart for one workload; the rest is in its sum. */
const DESTINATIONS = 16;

/** What one workload sends to one network outside. */
export class Destination {
  readonly network: string;
  readonly endpoint: Endpoint;
  /** The workload sent there before. */
  isKnown: boolean;
  readonly firstMs: number;
  readonly sent = new SlidingSum();
  readonly received = new SlidingSum();
  movedMs: number;
  alarmSinceMs = Number.NaN;
  /** Observations that are not in a finding yet. */
  unreported = 0;

  constructor(network: string, endpoint: Endpoint, isKnown: boolean, timeMs: number) {
    this.network = network;
    this.endpoint = endpoint;
    this.isKnown = isKnown;
    this.firstMs = timeMs;
    this.movedMs = timeMs;
  }

  get isAlarmed(): boolean {
    return !Number.isNaN(this.alarmSinceMs);
  }
}

/** What one workload sends outside; one run, for what runs and ends. */
export class Sender {
  /** `workloadKey`. */
  readonly workload: string;
  readonly hash: number;
  readonly endpoint: Endpoint;
  readonly run: Run | undefined;
  readonly sent = new SlidingSum();
  /** By `networkHash`. */
  readonly destinations = new Lru<number, Destination>(DESTINATIONS, (destination) => destination.isAlarmed);
  movedMs: number;
  runBytes = 0;
  /** Until then its sums hold what was in an alarm, and nothing is learned from them. */
  taintedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(workload: string, endpoint: Endpoint, run: Run | undefined, timeMs: number) {
    this.workload = workload;
    this.hash = hash32(run?.id ?? workload);
    this.endpoint = endpoint;
    this.run = run;
    this.movedMs = timeMs;
  }
}

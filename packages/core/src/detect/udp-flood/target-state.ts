import type { Endpoint } from '../../endpoint.ts';
import { FloodLane } from '../flood-lane.ts';
import type { FloodState } from '../flood-targets.ts';

/** A flood going on. Who is named for it is decided once, so that its alert keeps one fingerprint. */
export interface UdpAlarm {
  readonly sinceMs: number;
  readonly source: Endpoint | null;
}

/** A flood by one of ours. */
export interface SentAlarm {
  readonly sinceMs: number;
  readonly source: Endpoint;
  /** Null where the kernel's table had no room to tell. */
  readonly target: Endpoint | null;
}

/**
 * Where datagrams to or from a workload are counted. `untold`: in no conversation, so that it is not known from whom.
 * `closed…`: nobody listens; `closedLight` is of sources that send too few to be judged by themselves.
 */
export type LaneName = 'outside' | 'untold' | 'inside' | 'closedOutside' | 'closedInside' | 'closedLight' | 'out';

export const RECEIVING = ['outside', 'untold', 'inside', 'closedOutside', 'closedInside', 'closedLight'] as const;

/** All that is kept of one workload. Lanes are made when first needed: most workloads never need one. */
export class UdpTarget implements FloodState {
  readonly key: string;
  endpoint: Endpoint;
  isHeld = true;
  isTouched = false;
  /** Anything moved in the last span, or a rate has yet to fall to 0. */
  hasMoved = false;
  readonly lanes: { [K in LaneName]?: FloodLane } = {};
  /** Datagrams that found the receive buffer full since the last roll. */
  bufferDrops = 0;
  /** A flood of it, and one by it. */
  inAlarm: UdpAlarm | undefined;
  outAlarm: SentAlarm | undefined;

  constructor(key: string, endpoint: Endpoint) {
    this.key = key;
    this.endpoint = endpoint;
  }

  get isKept(): boolean {
    return this.inAlarm !== undefined || this.outAlarm !== undefined;
  }

  lane(name: LaneName): FloodLane {
    let lane = this.lanes[name];
    if (lane === undefined) {
      lane = new FloodLane();
      this.lanes[name] = lane;
    }
    return lane;
  }

  /** Ends a span. */
  roll(spanMs: number): void {
    this.hasMoved = false;
    for (const lane of Object.values(this.lanes)) {
      this.hasMoved ||= !lane.isIdle;
      lane.roll(spanMs);
    }
  }
}

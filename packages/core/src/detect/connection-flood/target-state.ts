import type { Endpoint } from '../../endpoint.ts';
import { AveragedLane } from '../flood-average.ts';
import type { FloodState } from '../flood-targets.ts';

/**
 * New connections of a workload. `hollow…`: those that ended without a byte from the client. `out`: hollow ones that it made
 * itself.
 */
export type ConnectionLaneName = 'outside' | 'inside' | 'hollowOutside' | 'hollowInside' | 'out';

/** A flood going on. Who is named for it is decided once, so that its alert keeps one fingerprint. */
export interface ConnectionAlarm {
  readonly sinceMs: number;
  readonly source: Endpoint | null;
  readonly target: Endpoint;
}

export class ConnectionTarget implements FloodState {
  readonly key: string;
  endpoint: Endpoint;
  isHeld = true;
  isTouched = false;
  readonly lanes: { [K in ConnectionLaneName]?: AveragedLane } = {};
  inAlarm: ConnectionAlarm | undefined;
  outAlarm: ConnectionAlarm | undefined;

  constructor(key: string, endpoint: Endpoint) {
    this.key = key;
    this.endpoint = endpoint;
  }

  get isKept(): boolean {
    return this.inAlarm !== undefined || this.outAlarm !== undefined;
  }

  lane(name: ConnectionLaneName): AveragedLane {
    let lane = this.lanes[name];
    if (lane === undefined) {
      lane = new AveragedLane();
      this.lanes[name] = lane;
    }
    return lane;
  }

  /** Ends a span. True when anything moved lately. */
  roll(spanMs: number): boolean {
    let moved = false;
    for (const lane of Object.values(this.lanes)) {
      lane.roll(spanMs);
      moved ||= !lane.isIdle;
    }
    return moved;
  }
}

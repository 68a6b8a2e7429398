import type { Endpoint } from '../../endpoint.ts';
import { AveragedLane } from '../flood-average.ts';
import type { FloodState } from '../flood-targets.ts';

export interface IcmpAlarm {
  readonly sinceMs: number;
  readonly source: Endpoint | null;
}

export interface IcmpSentAlarm {
  readonly sinceMs: number;
  readonly source: Endpoint;
  readonly target: Endpoint;
}

/**
 * `…Asked`: echo requests that arrived; `…Answered`: replies sent, the only trace of a request on live traffic (its packet
 * meets no socket). `replies`: replies that arrived, less the requests sent. `out`: requests sent.
 */
export type IcmpLaneName =
  | 'outsideAsked'
  | 'outsideAnswered'
  | 'insideAsked'
  | 'insideAnswered'
  | 'replies'
  | 'errors'
  | 'discovery'
  | 'out';

/** All that is kept of one workload; lanes are made when first needed. */
export class IcmpTarget implements FloodState {
  readonly key: string;
  endpoint: Endpoint;
  isHeld = true;
  isTouched = false;
  /** Anything moved lately. */
  hasMoved = false;
  readonly lanes: { [K in IcmpLaneName]?: AveragedLane } = {};
  inAlarm: IcmpAlarm | undefined;
  outAlarm: IcmpSentAlarm | undefined;

  constructor(key: string, endpoint: Endpoint) {
    this.key = key;
    this.endpoint = endpoint;
  }

  get isKept(): boolean {
    return this.inAlarm !== undefined || this.outAlarm !== undefined;
  }

  lane(name: IcmpLaneName): AveragedLane {
    let lane = this.lanes[name];
    if (lane === undefined) {
      lane = new AveragedLane();
      this.lanes[name] = lane;
    }
    return lane;
  }

  /** Ends a span. */
  roll(spanMs: number): void {
    this.hasMoved = false;
    for (const lane of Object.values(this.lanes)) {
      lane.roll(spanMs);
      this.hasMoved ||= !lane.isIdle;
    }
  }
}

import type { Endpoint } from '../../endpoint.ts';
import { FloodLane } from '../flood-lane.ts';
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

/** A lane with the packets of the last few spans. */
export class IcmpLane extends FloodLane {
  readonly #spans: number[] = [];

  /** Packets a second over the last `spans` spans; those that lie before the first count as empty. */
  average(spans: number): number {
    let sum = 0;
    for (const rate of this.#spans.slice(-spans)) sum += rate;
    return Math.max(0, sum) / spans;
  }

  override roll(spanMs: number): void {
    // Below 0 where more was asked for than came: it may come in the next span.
    const perSecond = (this.packets * 1000) / spanMs;
    super.roll(spanMs);
    this.#spans.push(perSecond);
    if (this.#spans.length > 60) this.#spans.shift();
  }

  override get isIdle(): boolean {
    return super.isIdle && this.#spans.every((rate) => rate === 0);
  }
}

/** All that is kept of one workload; lanes are made when first needed. */
export class IcmpTarget implements FloodState {
  readonly key: string;
  endpoint: Endpoint;
  isHeld = true;
  isTouched = false;
  readonly lanes: { [K in IcmpLaneName]?: IcmpLane } = {};
  inAlarm: IcmpAlarm | undefined;
  outAlarm: IcmpSentAlarm | undefined;

  constructor(key: string, endpoint: Endpoint) {
    this.key = key;
    this.endpoint = endpoint;
  }

  get isKept(): boolean {
    return this.inAlarm !== undefined || this.outAlarm !== undefined;
  }

  lane(name: IcmpLaneName): IcmpLane {
    let lane = this.lanes[name];
    if (lane === undefined) {
      lane = new IcmpLane();
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

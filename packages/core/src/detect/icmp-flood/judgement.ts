import type { AveragedLane } from '../flood-average.ts';
import type { IcmpFloodParameters } from './parameters.ts';
import type { IcmpLaneName, IcmpTarget } from './target-state.ts';

/** The lane that is furthest above its threshold. */
export interface IcmpMeasure {
  readonly name: IcmpLaneName;
  readonly lane: AveragedLane;
  /** Packets a second over the window. */
  readonly rate: number;
  readonly threshold: number;
  readonly ratio: number;
}

/** What a workload receives, judged. `isOngoing`: by the lower thresholds of hysteresis. */
export function judgeReceived(state: IcmpTarget, isOngoing: boolean, p: IcmpFloodParameters): IcmpMeasure | undefined {
  let worst: IcmpMeasure | undefined;
  for (const name of Object.keys(state.lanes) as IcmpLaneName[]) {
    const lane = state.lanes[name];
    if (name === 'out' || lane === undefined) continue;
    const threshold = thresholdOf(name, p);
    const rate = lane.average(spans(p));
    if (rate / threshold > (worst?.ratio ?? 0)) worst = { name, lane, rate, threshold, ratio: rate / threshold };
  }
  return worst !== undefined && worst.ratio >= (isOngoing ? p.offRatio : 1) ? worst : undefined;
}

/** The echo requests that a workload sends to the one address it sends most to. */
export function judgeSent(state: IcmpTarget, isOngoing: boolean, p: IcmpFloodParameters): IcmpMeasure | undefined {
  const lane = state.lanes.out;
  const loudest = lane?.peers?.loudest;
  if (lane === undefined || loudest === undefined) return undefined;
  const rate = lane.average(spans(p)) * loudest.share;
  const threshold = p.insidePacketsPerSecond;
  const measure: IcmpMeasure = { name: 'out', lane, rate, threshold, ratio: rate / threshold };
  return measure.ratio >= (isOngoing ? p.offRatio : 1) ? measure : undefined;
}

/** Ticks in the window. */
function spans(p: IcmpFloodParameters): number {
  return Math.max(1, Math.round(p.windowMs / 1000));
}

export function thresholdOf(name: IcmpLaneName, p: IcmpFloodParameters): number {
  switch (name) {
    case 'insideAsked':
    case 'insideAnswered':
    case 'out':
      return p.insidePacketsPerSecond;
    case 'errors':
    case 'discovery':
      return p.outsidePacketsPerSecond * p.errorFactor;
    default:
      return p.outsidePacketsPerSecond;
  }
}

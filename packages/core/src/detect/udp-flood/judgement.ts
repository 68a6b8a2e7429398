import type { DetectorContext } from '../context.ts';
import type { FloodLane } from '../flood-lane.ts';
import type { UdpFloodParameters } from './parameters.ts';
import { type LaneName, RECEIVING, type UdpTarget } from './target-state.ts';

/** The lane that is furthest above its threshold. */
export interface UdpMeasure {
  readonly name: LaneName;
  readonly lane: FloodLane;
  /** Packets a second, of one source where the threshold is of one. */
  readonly rate: number;
  readonly threshold: number;
  readonly ratio: number;
  /** Share of the loudest source, 0 when there is none. */
  readonly share: number;
  readonly loudest: string | undefined;
}

const MEASURE = 'udp-flood';
/** A baseline is worth keeping from this share of the floor on. */
const WORTH_LEARNING = 0.1;

/** What a workload receives, judged. `isOngoing`: by the lower thresholds of hysteresis. */
export function judgeReceived(
  state: UdpTarget,
  isOngoing: boolean,
  p: UdpFloodParameters,
  context: DetectorContext,
  nowMs: number,
): UdpMeasure | undefined {
  let worst: UdpMeasure | undefined;
  for (const name of RECEIVING) {
    const lane = state.lanes[name];
    if (lane === undefined || lane.rate === 0) continue;
    const measure = measureLane(state, name, lane, p, context, nowMs);
    if (measure !== undefined && measure.ratio > (worst?.ratio ?? 0)) worst = measure;
  }
  return worst !== undefined && worst.ratio >= (isOngoing ? p.offRatio : 1) ? worst : undefined;
}

/** What a workload sends to the one address it sends most to. */
export function judgeSent(state: UdpTarget, isOngoing: boolean, p: UdpFloodParameters): UdpMeasure | undefined {
  const lane = state.lanes.out;
  if (lane === undefined || lane.rate === 0) return undefined;
  const measure = against('out', lane, lane.rate * (lane.peers?.loudest?.share ?? 1), p.insidePacketsPerSecond);
  return measure.ratio >= (isOngoing ? p.offRatio : 1) ? measure : undefined;
}

function measureLane(
  state: UdpTarget,
  name: LaneName,
  lane: FloodLane,
  p: UdpFloodParameters,
  context: DetectorContext,
  nowMs: number,
): UdpMeasure | undefined {
  switch (name) {
    case 'outside': {
      const floor = learnedFloor(state, lane.rate, p.outsidePacketsPerSecond, p, context, nowMs);
      return against(name, lane, lane.rate, floor);
    }
    case 'untold':
      return against(name, lane, lane.rate, p.insidePacketsPerSecond);
    case 'closedLight':
      if ((lane.peers?.distinct ?? 0) < p.closedSources) return undefined;
      return against(name, lane, lane.rate, p.closedPacketsPerSecond);
    case 'closedOutside':
      return against(name, lane, lane.rate, p.closedPacketsPerSecond);
    default: {
      const port = lane.peers?.ports(1)[0];
      const declared = port !== undefined && context.cluster.isDeclared(state.endpoint.ip, port, nowMs);
      const base = p.insidePacketsPerSecond * (declared ? p.declaredPortFactor : 1);
      const floor = learnedFloor(state, lane.rate, base, p, context, nowMs);
      const one = against(name, lane, lane.rate * (lane.peers?.loudest?.share ?? 0), floor);
      const all = against(name, lane, lane.rate, floor * p.insideTotalFactor);
      return one.ratio >= all.ratio ? one : all;
    }
  }
}

/** The floor, or more where the workload is known to take more; what is below an alarm is learned. */
function learnedFloor(
  state: UdpTarget,
  rate: number,
  floor: number,
  p: UdpFloodParameters,
  context: DetectorContext,
  nowMs: number,
): number {
  if (rate < floor * WORTH_LEARNING) return floor;
  const { learning } = context;
  const known = learning.progress(state.key, nowMs) >= 1 ? learning.baseline(state.key, MEASURE) : undefined;
  if (state.inAlarm === undefined) learning.sample(state.key, MEASURE, rate, nowMs);
  return Math.max(floor, (known?.largest ?? 0) * p.learnedFactor);
}

function against(name: LaneName, lane: FloodLane, rate: number, threshold: number): UdpMeasure {
  const loudest = lane.latestPeers?.loudest;
  return {
    name,
    lane,
    rate,
    threshold,
    ratio: rate / threshold,
    share: loudest?.share ?? 0,
    loudest: loudest?.ip,
  };
}

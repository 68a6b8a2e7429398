import type { DetectorContext } from '../context.ts';
import type { AveragedLane } from '../flood-average.ts';
import type { ConnectionFloodParameters } from './parameters.ts';
import type { ConnectionLaneName, ConnectionTarget } from './target-state.ts';

/** The lane that is furthest above its threshold. */
export interface ConnectionMeasure {
  readonly name: ConnectionLaneName;
  readonly lane: AveragedLane;
  /** Connections a second over the window: of one source, or of all where `isTotal`. */
  readonly rate: number;
  readonly threshold: number;
  readonly isTotal: boolean;
}

const MEASURE = 'connection-flood';
/** A learned workload may have so many times the most it ever had (kubernetes-rules: 3 × the largest). */
const LEARNED_FACTOR = 3;
/** A pool that fills or a crowd of pods that starts is over in a second or two; a flood goes on. */
const SUSTAINED_SPANS = 3;
const SUSTAINED_SHARE = 0.5;
/** So many times the floor in two spans are no pool. */
const BEYOND_BURSTS = 5;

/** New connections of a workload, judged. `isOngoing`: by the lower thresholds of hysteresis. */
export function judgeOpened(
  state: ConnectionTarget,
  isOngoing: boolean,
  p: ConnectionFloodParameters,
  context: DetectorContext,
  nowMs: number,
): ConnectionMeasure | undefined {
  const scale = isOngoing ? p.offRatio : 1;
  let worst: ConnectionMeasure | undefined;
  for (const name of ['hollowOutside', 'hollowInside', 'outside', 'inside'] as const) {
    const lane = state.lanes[name];
    if (lane === undefined) continue;
    for (const measure of measures(state, name, lane, p, context, nowMs)) {
      if (measure.rate < measure.threshold * scale || !(isOngoing || isSustained(measure, p))) continue;
      if (worst === undefined || measure.rate / measure.threshold > worst.rate / worst.threshold) worst = measure;
    }
  }
  return worst;
}

/** Hollow connections that a workload makes, to the one address that gets most. */
export function judgeMade(
  state: ConnectionTarget,
  isOngoing: boolean,
  p: ConnectionFloodParameters,
): ConnectionMeasure | undefined {
  const lane = state.lanes.out;
  if (lane === undefined) return undefined;
  const measure = ofLoudest('out', lane, p.hollowPerSecond, p);
  if (measure.rate < measure.threshold * (isOngoing ? p.offRatio : 1)) return undefined;
  return isOngoing || isSustained(measure, p) ? measure : undefined;
}

function measures(
  state: ConnectionTarget,
  name: Exclude<ConnectionLaneName, 'out'>,
  lane: AveragedLane,
  p: ConnectionFloodParameters,
  context: DetectorContext,
  nowMs: number,
): ConnectionMeasure[] {
  switch (name) {
    case 'hollowInside':
      return [ofLoudest(name, lane, p.hollowPerSecond, p)];
    case 'hollowOutside': {
      const rate = lane.average(spansOf(p));
      const all = { name, lane, rate, threshold: p.hollowTotalPerSecond, isTotal: true };
      return [ofLoudest(name, lane, p.hollowPerSecond, p), all];
    }
    default: {
      const floor = p.connectionsPerSecond * (name === 'inside' ? p.insideFactor : 1);
      const one = ofLoudest(name, lane, floor, p);
      return [{ ...one, threshold: learnedFloor(state, one.rate, floor, context, nowMs) }];
    }
  }
}

function ofLoudest(
  name: ConnectionLaneName,
  lane: AveragedLane,
  threshold: number,
  p: ConnectionFloodParameters,
): ConnectionMeasure {
  const rate = lane.average(spansOf(p)) * (lane.peers?.loudest?.share ?? 0);
  return { name, lane, rate, threshold, isTotal: false };
}

function isSustained({ lane, threshold }: ConnectionMeasure, p: ConnectionFloodParameters): boolean {
  const spans = spansOf(p);
  if (lane.spansAbove(threshold * BEYOND_BURSTS, spans) >= Math.min(2, spans)) return true;
  return lane.spansAbove(threshold * SUSTAINED_SHARE, spans) >= Math.min(SUSTAINED_SPANS, spans);
}

/** The floor, or more where the workload is known to have more of one source; what is no alarm is learned. */
function learnedFloor(
  state: ConnectionTarget,
  rate: number,
  floor: number,
  { learning }: DetectorContext,
  nowMs: number,
): number {
  if (rate < floor / 10) return floor;
  const known = learning.progress(state.key, nowMs) >= 1 ? learning.baseline(state.key, MEASURE) : undefined;
  if (state.inAlarm === undefined) learning.sample(state.key, MEASURE, rate, nowMs);
  return Math.max(floor, (known?.largest ?? 0) * LEARNED_FACTOR);
}

export function spansOf(p: ConnectionFloodParameters): number {
  return Math.max(1, Math.round(p.windowMs / 1000));
}

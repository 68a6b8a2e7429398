import type { Learning } from '../../learn/learning.ts';
import type { Meter } from './meter.ts';
import type { VolumeSurgeParameters } from './parameters.ts';
import { type Direction, type Excess, MEASURES, type Measure, type Side } from './side.ts';

/** Strangers' share of the packets from which a surge is one from outside. */
const OUTSIDE_SHARE = 0.5;
/** Share of a floor that is learned whatever the baseline says: it may have been nothing. */
const UNSUSPECTED = 0.1;
/** A flood's packets are small; those of downloads and uploads are full. */
const SMALL_PACKET_BYTES = 256;

export function measureName(direction: Direction, measure: Measure): string {
  return `volume.${direction}.${measure}`;
}

/** What of this window is over the baseline, the furthest first; samples what is not. */
export function judgeWindow(
  meter: Meter,
  direction: Direction,
  learning: Learning,
  nowMs: number,
  p: VolumeSurgeParameters,
): Excess[] {
  const side = meter[direction];
  const isLearned = learning.progress(meter.workload, nowMs) >= 1;
  const ratio = isOutside(side) ? p.ratio : p.insideRatio;
  const excesses: Excess[] = [];
  for (const measure of MEASURES) {
    const rate = (side[measure] * 1000) / p.windowMs;
    const name = measureName(direction, measure);
    const limit = isLearned ? limitOf(meter, side, measure, ratio, learning, name, nowMs, p) : undefined;
    if (limit !== undefined && rate > Math.max(limit.rate, floorOf(measure, p))) {
      excesses.push({ measure, rate, threshold: Math.max(limit.rate, floorOf(measure, p)), expected: limit.expected });
    } else if (side.alarm === undefined) {
      // The beginning of a surge, below the floor, is not taken for more than could be usual.
      const most = limit === undefined ? rate : Math.max(limit.rate, UNSUSPECTED * floorOf(measure, p));
      learning.sample(meter.workload, name, Math.min(rate, most) / meter.replicas, nowMs);
    }
  }
  return excesses.sort((a, b) => b.rate / b.threshold - a.rate / a.threshold);
}

/** Needs no history: small packets from very many strangers, as FastNetMon judges a host. */
export function judgeUnlearned(side: Side, p: VolumeSurgeParameters): Excess | undefined {
  if (!isFloodLike(side, p) || (side.peers?.distinct.estimate() ?? 0) < p.unlearnedSources) return undefined;
  return {
    measure: 'packets',
    rate: (side.packets * 1000) / p.windowMs,
    threshold: p.unlearnedPackets,
    expected: null,
  };
}

/** Small packets from strangers in such numbers that it matters how many strangers they are. */
export function isFloodLike(side: Side, p: VolumeSurgeParameters): boolean {
  const rate = (side.packets * 1000) / p.windowMs;
  return rate >= p.unlearnedPackets && side.bytes <= SMALL_PACKET_BYTES * side.packets && isOutside(side);
}

export function isOutside(side: Side): boolean {
  return side.outsidePackets >= OUTSIDE_SHARE * side.packets;
}

/** The rate of the whole workload up to which this measure is usual; undefined while too little is known. */
function limitOf(
  meter: Meter,
  side: Side,
  measure: Measure,
  ratio: number,
  learning: Learning,
  name: string,
  nowMs: number,
  p: VolumeSurgeParameters,
): { readonly rate: number; readonly expected: number } | undefined {
  const baseline = learning.baseline(meter.workload, name, nowMs);
  if (baseline === undefined || baseline.samples < p.minimumSamples) return undefined;
  // The baseline has followed: what was accepted is learned.
  if (baseline.mean * 2 >= side.accepted[measure]) side.accepted[measure] = 0;
  const mean = Math.max(baseline.mean, side.accepted[measure]);
  const perReplica = Math.max(ratio * mean, mean + p.sigma * baseline.deviation);
  return { rate: perReplica * meter.replicas, expected: mean * meter.replicas };
}

function floorOf(measure: Measure, p: VolumeSurgeParameters): number {
  if (measure === 'bytes') return p.floorBytes;
  return measure === 'packets' ? p.floorPackets : p.floorFlows;
}

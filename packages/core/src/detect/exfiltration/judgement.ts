import type { Learning } from '../../learn/learning.ts';
import { SENT_OUTSIDE } from './measure-name.ts';
import type { ExfiltrationParameters } from './parameters.ts';
import type { Destination, Sender } from './sender.ts';

/** More than usual, to somebody new. Bytes within the window. */
export interface Upload {
  readonly sent: number;
  readonly received: number;
  readonly threshold: number;
  /** What the workload sends outside in a window, usually; null when it has not learned. */
  readonly usual: number | null;
  readonly windowMs: number;
}

/** Runs that learn before one is judged (kubernetes-rules). */
const LEARNING_RUNS = 3;

/** All conditions hold together: the amount, the direction, the destination is new, and the workload as a whole sends more than usual. */
export function judgeSender(
  sender: Sender,
  destination: Destination,
  learning: Learning,
  nowMs: number,
  p: ExfiltrationParameters,
): Upload | undefined {
  if (destination.isKnown) return undefined;
  const sent = destination.sent.sum(nowMs, p.windowMs);
  if (sent < Math.min(p.floorBytes, p.overwhelmingBytes)) return undefined;
  const received = destination.received.sum(nowMs, p.windowMs);
  if (sent < p.outInRatio * received) return undefined;
  const limit = limitOf(sender, learning, nowMs, p);
  if (limit === undefined || sent < limit.floor) return undefined;
  const all = sender.run === undefined ? sender.sent.sum(nowMs, p.windowMs) : sender.runBytes;
  if (all <= limit.all) return undefined;
  return { sent, received, threshold: limit.floor, usual: limit.usual, windowMs: p.windowMs };
}

/** Undefined: it is not judged, as its first runs learn. */
function limitOf(
  { run, workload }: Sender,
  learning: Learning,
  nowMs: number,
  p: ExfiltrationParameters,
): { readonly floor: number; readonly all: number; readonly usual: number | null } | undefined {
  if (run !== undefined) {
    const past = learning.pastRuns(run.kind, run.id, SENT_OUTSIDE);
    if (past.count < LEARNING_RUNS) return undefined;
    return { floor: p.floorBytes, all: p.ratio * past.largest, usual: past.largest };
  }
  if (learning.progress(workload, nowMs) < 1) return { floor: p.overwhelmingBytes, all: 0, usual: null };
  const baseline = learning.baseline(workload, SENT_OUTSIDE, nowMs);
  const mean = baseline?.mean ?? 0;
  const all = Math.max(p.ratio * mean, mean + p.sigma * (baseline?.deviation ?? 0));
  return { floor: p.floorBytes, all, usual: mean };
}

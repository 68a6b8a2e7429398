import type { Finding } from '../../alert/alert.ts';
import type { NameAddress } from '../context.ts';
import type { ListenerState } from './listener-state.ts';
import type { SynFloodParameters } from './parameters.ts';
import { sourceFinding } from './report.ts';
import { SOURCE_GONE_MS, type SourceTally } from './source-tally.ts';

/** An address that many clients share (a node's SNAT) is judged only above this share of failures. */
const SHARED_FAILURE = 0.8;

/**
 * Sources that crossed their limit while the listener as a whole is well. One cause, one alert: on a listener in alarm
 * they are only named among its top sources, and while the listener is being judged they wait for that.
 */
export function judgeSources(state: ListenerState, nowMs: number, p: SynFloodParameters, name: NameAddress): Finding[] {
  const findings: Finding[] = [];
  state.tallies.sweep(nowMs);
  if (state.pending !== undefined) return findings;
  for (const tally of state.tallies.values()) {
    const isShared = name(tally.ip).kind === 'node';
    if (tally.isFresh) judge(tally, isShared, p);
    if (state.alarm !== undefined) tally.alarmSinceMs = Number.NaN;
    if (Number.isNaN(tally.alarmSinceMs) || nowMs - tally.lastMs > SOURCE_GONE_MS) continue;
    findings.push(sourceFinding(state, tally, isShared, p, name));
  }
  return findings;
}

function judge(tally: SourceTally, isShared: boolean, p: SynFloodParameters): void {
  tally.isFresh = false;
  const isOngoing = !Number.isNaN(tally.alarmSinceMs);
  const floor = isOngoing ? p.sourceSynsPerWindow * p.offRatio : p.sourceSynsPerWindow;
  const limit = isShared ? Math.min(p.completionRatio, 1 - SHARED_FAILURE) : p.completionRatio;
  const isFlooding = (tally.syns * p.windowMs) / tally.windowMs >= floor && tally.completionRatio < limit;
  if (!isFlooding) tally.alarmSinceMs = Number.NaN;
  else if (!isOngoing) tally.alarmSinceMs = tally.lastMs;
}

import type { Finding } from '../../alert/alert.ts';
import type { NameAddress } from '../detector.ts';
import type { ListenerState } from './listener-state.ts';
import type { SynFloodParameters } from './parameters.ts';
import { sourceFinding } from './report.ts';
import { SOURCE_GONE_MS, type SourceTally } from './source-tally.ts';

/** An address that many clients share (a node's SNAT) is judged only above this share of failures. */
const SHARED_FAILURE = 0.8;
const CLOCK_SLACK_MS = 10;
const FRESH_WAIT_MS = 1500;

/**
 * Sources that crossed their limit while the listener as a whole is well. One cause, one alert: on a listener in alarm
 * they are only named among its top sources.
 */
export function judgeSources(state: ListenerState, nowMs: number, p: SynFloodParameters, name: NameAddress): Finding[] {
  const findings: Finding[] = [];
  state.tallies.sweep(nowMs);
  for (const tally of state.tallies.values()) {
    if (isRipe(state, tally, nowMs)) judge(state, tally, p, name);
    if (state.alarm !== undefined) tally.alarmSinceMs = Number.NaN;
    if (Number.isNaN(tally.alarmSinceMs) || nowMs - tally.lastMs > SOURCE_GONE_MS) continue;
    const isShared = name(tally.ip).kind === 'node';
    findings.push(sourceFinding(state, tally, isShared, p, name));
  }
  return findings;
}

function judge(state: ListenerState, tally: SourceTally, p: SynFloodParameters, name: NameAddress): void {
  tally.dueMs = Number.NaN;
  if (state.alarm !== undefined) return;
  const perWindow = (tally.syns * p.windowMs) / tally.windowMs;
  const isOngoing = !Number.isNaN(tally.alarmSinceMs);
  const floor = isOngoing ? p.sourceSynsPerWindow * p.offRatio : p.sourceSynsPerWindow;
  const limit = name(tally.ip).kind === 'node' ? Math.min(p.completionRatio, 1 - SHARED_FAILURE) : p.completionRatio;
  tally.completionRatio = completionOf(state, tally, p);
  const isFlooding = perWindow >= floor && tally.completionRatio < limit;
  if (!isFlooding) tally.alarmSinceMs = Number.NaN;
  else if (!isOngoing) tally.alarmSinceMs = tally.lastMs;
}

/**
 * The most that the source can have completed. The kernel's count is of the moment of crossing, when handshakes were in
 * flight; so its failures are also at most those of the whole listener, whose completions are known a grace later.
 */
function completionOf(state: ListenerState, tally: SourceTally, p: SynFloodParameters): number {
  const failedAtMost = Math.min(tally.syns - tally.completed, listenerFailures(state, tally, p));
  return Math.min(1, Math.max(0, 1 - failedAtMost / Math.max(1, tally.syns)));
}

/** Of the SYNs that are a grace old, compared with the completions of a span as long, one grace later. */
function listenerFailures(state: ListenerState, tally: SourceTally, p: SynFloodParameters): number {
  const { window } = state;
  const { fromMs, queueFullSyns } = window.between(tally.lastMs - tally.windowMs, window.newestMs);
  const syns = window.synsAt(window.newestMs - p.handshakeGraceMs) - window.synsAt(fromMs);
  const completed = window.completedAt(window.newestMs) - window.completedAt(fromMs + p.handshakeGraceMs);
  return Math.max(0, syns - queueFullSyns - completed);
}

function isRipe(state: ListenerState, tally: SourceTally, nowMs: number): boolean {
  if (Number.isNaN(tally.dueMs)) return false;
  if (tally.dueMs > nowMs + FRESH_WAIT_MS) return true;
  if (nowMs < tally.dueMs) return false;
  return state.window.newestMs >= tally.dueMs - CLOCK_SLACK_MS || nowMs >= tally.dueMs + FRESH_WAIT_MS;
}

import type { KnownSources } from '../known-sources.ts';
import { type Movement, perWindow } from '../listener-window.ts';
import { nobodyRetransmits } from '../queue-spell.ts';
import type { ListenerState, Pending } from './listener-state.ts';
import type { SynFloodParameters } from './parameters.ts';

/** What an evaluation saw of one listener, whether or not it is a flood. */
export interface Measure {
  /** First SYNs in one `windowMs`. */
  readonly rate: number;
  /** Completed per first SYN that did not meet a full accept queue; 1 when there was none. */
  readonly completionRatio: number;
  readonly moved: Movement;
}

/** From this share of SYNs at a full accept queue on, failed handshakes are explained by the queue. */
const QUEUE_FULL_SHARE = 0.1;

/** The window of SYNs that ends with the newest reading. */
export function windowEnding(
  state: ListenerState,
  atMs: number,
  p: SynFloodParameters,
): { moved: Movement; rate: number } {
  const moved = state.window.between(atMs - p.windowMs, atMs);
  return { moved, rate: perWindow(moved.syns, moved.toMs - moved.fromMs, p.windowMs) };
}

/**
 * Judges the SYNs of a pending window, whose handshakes have had their grace: completions up to now count for it, so
 * that handshakes in flight when the limit was crossed are not failed ones.
 */
export function judgePending(state: ListenerState, pending: Pending, p: SynFloodParameters): Measure | undefined {
  const now = state.window.between(pending.moved.fromMs, state.window.newestMs);
  const latest = windowEnding(state, state.window.newestMs, p);
  const measure: Measure = {
    rate: Math.max(pending.rate, latest.rate),
    completionRatio: completion(pending.moved.syns, pending.moved.queueFullSyns, now.completed),
    moved: now,
  };
  // The queue may have filled only when the first handshakes completed, in the grace.
  if (isQueueBound(pending.moved) || isQueueBound(now)) return undefined;
  const countable = pending.rate * countableShare(pending.moved);
  if (countable < p.listenerSynsPerWindow) return undefined;
  if (measure.completionRatio < p.completionRatio) return measure;
  return backlogTaken(state, measure, p, p.halfOpenShare) ? measure : undefined;
}

/** Whether a flood goes on, by the lower thresholds of its hysteresis; the newest window's measure if so. */
export function judgeOngoing(
  state: ListenerState,
  known: KnownSources,
  nowMs: number,
  p: SynFloodParameters,
): Measure | undefined {
  const newestMs = state.window.newestMs;
  // No reading for two windows: the group did not move, so there are no SYNs any more (or the clock was set).
  if (Math.abs(nowMs - newestMs) > 2 * Math.max(p.windowMs, 1000)) return undefined;
  const { moved, rate } = windowEnding(state, newestMs, p);
  const measure: Measure = {
    rate,
    completionRatio: completion(moved.syns, moved.queueFullSyns, moved.completed),
    moved,
  };
  if (rate < p.listenerSynsPerWindow * p.offRatio) return undefined;
  if (isQueueBound(moved)) return fakedQueue(state, known, nowMs, p) ? measure : undefined;
  if (measure.completionRatio < Math.min(1, p.completionRatio / p.offRatio)) return measure;
  return backlogTaken(state, measure, p, p.halfOpenShare * p.offRatio) ? measure : undefined;
}

/** Whether the SYNs at a full accept queue are a flood and not a slow application: nobody retransmits, hardly anyone is known. */
export function judgeQueue(
  state: ListenerState,
  known: KnownSources,
  nowMs: number,
  p: SynFloodParameters,
): Measure | undefined {
  if (!nobodyRetransmits(state.window, state.spell, nowMs, p)) return undefined;
  if (known.areMost(state.last?.sampleSources ?? [], nowMs)) return undefined;
  const { moved, rate } = windowEnding(state, state.window.newestMs, p);
  return { rate, completionRatio: moved.syns > 0 ? Math.min(1, moved.completed / moved.syns) : 1, moved };
}

/** During a flood: still faked, or too early to tell (which ends nothing). */
function fakedQueue(state: ListenerState, known: KnownSources, nowMs: number, p: SynFloodParameters): boolean {
  if (state.spell.lastedMs(nowMs) < p.queueFullMs) return true;
  return judgeQueue(state, known, nowMs, p) !== undefined;
}

/** Requests that wait longer than the grace fill the backlog, and not only because the accept queue lets none through. */
function backlogTaken(state: ListenerState, measure: Measure, p: SynFloodParameters, share: number): boolean {
  const last = state.last;
  if (last === undefined || last.backlog <= 0 || last.acceptQueue >= last.backlog) return false;
  if (measure.completionRatio >= p.halfOpenCompletionRatio) return false;
  const inFlight = (measure.rate * measure.completionRatio * p.handshakeGraceMs) / p.windowMs;
  return last.halfOpen - inFlight >= share * last.backlog;
}

function isQueueBound(moved: Movement): boolean {
  return moved.queueFullSyns > 0 && moved.queueFullSyns >= QUEUE_FULL_SHARE * moved.syns;
}

function countableShare(moved: Movement): number {
  return moved.syns > 0 ? (moved.syns - moved.queueFullSyns) / moved.syns : 1;
}

function completion(syns: number, queueFullSyns: number, completed: number): number {
  const countable = syns - queueFullSyns;
  return countable > 0 ? Math.min(1, Math.max(0, completed / countable)) : 1;
}

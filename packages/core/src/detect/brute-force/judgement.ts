import type { LoginPair } from './login-pair.ts';
import type { LoginCounts, LoginTally } from './login-tally.ts';
import type { LoginTarget } from './login-target.ts';
import type { BruteForceParameters } from './parameters.ts';

/** A timer that looks in again and again may do this much more than others before it is told. */
const TIMER_FACTOR = 3;
/** Nothing is said any more when no guess came for so long. */
const QUIET_MS = 60_000;

export interface Measure {
  readonly counts: LoginCounts;
  readonly alikeShare: number;
  readonly guessShare: number;
  readonly observed: number;
  readonly threshold: number;
  readonly unit: 'sessions' | 'guesses';
  readonly windowMs: number;
}

/** What the pair may do more than an unknown outside source at a service where people log in. */
export function allowance(pair: LoginPair, isCluster: boolean, p: BruteForceParameters): number {
  let factor = isCluster ? p.clusterFactor : 1;
  if (pair.shape.isRoutine) factor *= p.routineFactor;
  if (pair.isCloseUnseen) factor *= p.unseenCloseFactor;
  if (pair.isKnown) factor *= p.knownFactor;
  return factor;
}

/** What is over its threshold, or undefined. */
export function judgePair(
  pair: LoginPair,
  isCluster: boolean,
  nowMs: number,
  p: BruteForceParameters,
): Measure | undefined {
  const tally = pair.best(p.slowWindowMs, nowMs);
  if (tally === undefined || nowMs - tally.lastGuessMs > QUIET_MS) return undefined;
  const factor = allowance(pair, isCluster, p);
  const alikeShare = tally.sizes.commonShare;
  if (alikeShare < (pair.shape.isRoutine ? p.routineAlikeShare : p.alikeShare)) return undefined;
  const sessions = Math.ceil(p.sessions * factor);
  const guesses = Math.ceil(p.guesses * factor) * (tally.isTimer ? TIMER_FACTOR : 1);
  if (!tally.isTimer) {
    const counts = tally.counts(p.windowMs, nowMs);
    const guessShare = shareOf(counts);
    if (counts.sessions >= sessions && guessShare >= p.guessShare) {
      const observed = counts.sessions;
      return { counts, alikeShare, guessShare, observed, threshold: sessions, unit: 'sessions', windowMs: p.windowMs };
    }
  }
  const counts = tally.counts(p.slowWindowMs, nowMs);
  const guessShare = shareOf(counts);
  if (counts.guesses < guesses || counts.sessions < p.sessions || guessShare < p.guessShare) return undefined;
  const observed = counts.guesses;
  return { counts, alikeShare, guessShare, observed, threshold: guesses, unit: 'guesses', windowMs: p.slowWindowMs };
}

/** Many sources that each do little, together a lot. One that does most of it has a finding of its own. */
export function judgeTarget(target: LoginTarget, nowMs: number, p: BruteForceParameters): Measure | undefined {
  const { tally } = target;
  if (nowMs - tally.lastGuessMs > QUIET_MS) return undefined;
  const counts = tally.counts(p.windowMs, nowMs);
  const alikeShare = tally.sizes.commonShare;
  const guessShare = shareOf(counts);
  if (counts.sessions < p.distributedSessions || guessShare < p.guessShare || alikeShare < p.alikeShare)
    return undefined;
  if (target.distinctSources < p.distributedSources || target.largestShare > 0.5) return undefined;
  return {
    counts,
    alikeShare,
    guessShare,
    observed: counts.sessions,
    threshold: p.distributedSessions,
    unit: 'sessions',
    windowMs: p.windowMs,
  };
}

/** Cheap: whether the pair can have crossed anything at all. */
export function mayBeOver(tally: LoginTally, timeMs: number, p: BruteForceParameters): boolean {
  return tally.counts(p.slowWindowMs, timeMs).sessions >= p.sessions;
}

function shareOf({ sessions, successes }: LoginCounts): number {
  return sessions === 0 ? 0 : sessions / (sessions + successes);
}

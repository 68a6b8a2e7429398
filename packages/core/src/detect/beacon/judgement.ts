import type { Beats } from './beats.ts';
import type { Connection, Pair } from './pair.ts';
import type { BeaconParameters } from './parameters.ts';
import { middle, type RhythmScore, scoreIntervals, scoreRhythm, scoreSizes } from './rhythm-score.ts';
import { isUsualPort } from './usual-ports.ts';

/** What makes a pair a beacon: its connections come in a rhythm, or the bursts within one do, or it is a session without one. */
export type BeaconForm = 'connections' | 'bursts' | 'session';

export interface Verdict {
  readonly form: BeaconForm;
  /** After modifiers. */
  readonly score: number;
  readonly threshold: number;
  readonly rhythm: RhythmScore | undefined;
  readonly beats: number;
  readonly spanMs: number;
  /** `sharedBy` workloads and more have this destination. */
  readonly isShared: boolean;
  /** Payload that came back at a beat, in the middle, and how alike it is, 0 to 1. */
  readonly answers?: { readonly medianBytes: number; readonly score: number };
}

/** RITA v5: prevalence and first-seen modifiers are 15 %. */
const MODIFIER = 0.15;
/** Few intervals are alike by chance: this much more is asked of their score, per beat. */
const CHANCE = 2;
/** A session without rhythm has at least as many bursts and active seconds, and is silent for most of the time. */
const SESSION_BURSTS = 5;
const SESSION_ACTIVE_TICKS = 12;
const SESSION_ACTIVE_SHARE = 0.6;
/** Keystrokes, commands, keep-alives: bytes sent in an active second. */
const SESSION_BYTES_PER_TICK = 1024;

export function judgeRhythms(pair: Pair, isShared: boolean, p: BeaconParameters): Verdict | undefined {
  const bursts = isUsualPort(pair.port) ? p.usualPortScore : p.score;
  const ofStarts = judge('connections', pair.starts, p.score, pair, isShared, p);
  const ofBursts = judge('bursts', pair.bursts, bursts, pair, isShared, p);
  if (ofStarts === undefined || ofBursts === undefined) return ofStarts ?? ofBursts;
  return ofBursts.score > ofStarts.score ? ofBursts : ofStarts;
}

/** Whether there may be something to judge by now. Of most connections there never is. */
export function isWorthJudging({ pair, bursts, named }: Connection, p: BeaconParameters): boolean {
  if (pair.starts.count >= p.minimumBeats || pair.bursts.count >= p.minimumBeats || bursts >= SESSION_BURSTS)
    return true;
  return named !== undefined && named.pair.starts.count >= p.minimumBeats && hasManyAddresses(named.pair);
}

/** Of a name with one address, that address tells the same. */
export function hasManyAddresses({ addresses }: Pair): boolean {
  return addresses !== undefined && addresses.size > 1;
}

/** A long, quiet connection of small messages to a stranger's unusual port: what an interactive implant or shell is like. */
export function judgeSession(connection: Connection, isShared: boolean, p: BeaconParameters): Verdict | undefined {
  const { pair, startMs, lastActiveMs, activeTicks, bursts, sentBytes } = connection;
  const spanMs = lastActiveMs - startMs;
  if (spanMs < p.sessionMs || bursts < SESSION_BURSTS || activeTicks < SESSION_ACTIVE_TICKS) return undefined;
  if (activeTicks * 1000 > SESSION_ACTIVE_SHARE * spanMs || sentBytes > SESSION_BYTES_PER_TICK * activeTicks)
    return undefined;
  if (pair.targetKind !== 'world' || isUsualPort(pair.port)) return undefined;
  if (pair.isLearned || isShared) return undefined;
  return { form: 'session', score: 0.5, threshold: 0.5, rhythm: undefined, beats: bursts, spanMs, isShared };
}

function judge(
  form: BeaconForm,
  beats: Beats,
  threshold: number,
  pair: Pair,
  isShared: boolean,
  p: BeaconParameters,
): Verdict | undefined {
  const spanMs = beats.lastMs - beats.firstMs;
  if (beats.count < p.minimumBeats || spanMs < p.minimumSpanMs) return undefined;
  if (beats.count < beats.notBefore && pair.alarm === undefined) return undefined;
  // An eighth of the beats has to be new before there is another answer.
  beats.notBefore = beats.count + (beats.kept >>> 3);
  if (scoreIntervals(beats) < p.intervalScore + CHANCE / beats.kept) return undefined;
  const { times, sent, received } = beats.list();
  const rhythm = scoreRhythm(times, sent);
  if (rhythm.ds < p.sizeScore) return undefined;
  const medianBytes = middle(received);
  if (rhythm.medianSize > p.largestBeatBytes || medianBytes > p.largestBeatBytes) return undefined;
  const score = rhythm.score * modifier(pair, isShared);
  if (score < threshold) return undefined;
  const answers = { medianBytes, score: scoreSizes(received) };
  return { form, score, threshold, rhythm, beats: beats.count, spanMs, isShared, answers };
}

function modifier(pair: Pair, isShared: boolean): number {
  return (1 - (isShared ? MODIFIER : 0)) * (1 - (pair.isLearned ? MODIFIER : 0));
}

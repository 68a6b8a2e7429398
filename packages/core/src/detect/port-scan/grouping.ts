import type { Pair } from './pair.ts';

/** Decoys begin and pause together, to the precision with which pairs are read. */
const IN_STEP_MS = 2000;
/** One may be read at its tenth port and the other at its twentieth already. */
const IN_STEP_RATIO = 2.5;
/** Targets of one source with an alert of their own; a source that scans more of them has been reported well enough. */
const TARGETS_EACH = 3;
/** So many other targets of a source that are nearly over the threshold make it a scan of a block of addresses. */
const BLOCK_TARGETS = 2;

/** The pair whose alert already speaks for this one's cause, if there is one. */
export function findLeader(pair: Pair, leaders: ReadonlySet<Pair>, nowMs: number): Pair | undefined {
  let first: Pair | undefined;
  let targets = 0;
  for (const leader of leaders) {
    if (leader.alarm === undefined) continue;
    if (leader.targetIp === pair.targetIp && areInStep(leader, pair, nowMs)) return leader;
    if (leader.sourceKey !== pair.sourceKey || !leader.alarm.isNamed) continue;
    if (leader.alarm.isBlock) return leader;
    first ??= leader;
    targets++;
  }
  return targets >= TARGETS_EACH ? first : undefined;
}

/**
 * Opens the alert of a pair, or of those in step with it: with decoys each probe comes from all sources in a row. One that
 * is seen to send, or the only pod among them, is the real one; else nobody is named.
 */
export function openAlarm(pair: Pair, hot: ReadonlySet<Pair>, nowMs: number, isHot: (pair: Pair) => boolean): Pair {
  const inStep: Pair[] = [];
  const targets = new Set<string>();
  for (const other of hot) {
    if (other === pair || !isHot(other)) continue;
    if (other.targetIp === pair.targetIp) {
      if (other.alarm === undefined && other.sourceKey !== pair.sourceKey && areInStep(other, pair, nowMs))
        inStep.push(other);
    } else if (other.sourceKey === pair.sourceKey) targets.add(other.targetIp);
  }
  const real = inStep.length === 0 ? pair : realOne([pair, ...inStep]);
  const leader = real ?? pair;
  const followers = new Set<Pair>();
  leader.alarm = {
    sinceMs: pair.crossedMs,
    isNamed: real !== undefined,
    isBlock: targets.size >= BLOCK_TARGETS,
    followers,
  };
  for (const other of [pair, ...inStep]) {
    if (other === leader) continue;
    other.leader = leader;
    followers.add(other);
  }
  return leader;
}

function realOne(pairs: readonly Pair[]): Pair | undefined {
  const proven = pairs.filter(({ isProven }) => isProven);
  if (proven.length === 1) return proven[0];
  const pods = pairs.filter(({ source }) => source.kind === 'pod');
  return proven.length === 0 && pods.length === 1 ? pods[0] : undefined;
}

function areInStep(a: Pair, b: Pair, nowMs: number): boolean {
  if (a.isProven && b.isProven) return false;
  if (Math.abs(a.firstMs - b.firstMs) > IN_STEP_MS || Math.abs(a.lastMs - b.lastMs) > IN_STEP_MS) return false;
  const [more, less] = [a.observed(nowMs), b.observed(nowMs)].sort((x, y) => y - x) as [number, number];
  return more <= less * IN_STEP_RATIO;
}

/** For tests only: what happened, in order, and a run of it through detectors as the agent's pipeline does it. */
import type { Finding } from '../alert/alert.ts';
import type { Observation } from '../observation.ts';
import type { Who } from './detector.ts';
import type { DetectorSet } from './detector-set.ts';

/** A finding and when the evaluation gave it. */
export interface Found {
  readonly atMs: number;
  readonly finding: Finding;
}

/** An observation with its names. */
export interface Seen {
  readonly observation: Observation;
  readonly who: Who;
}

/** Something that happens from `START_MS` on; returns all findings of all evaluations. It must have the same outcome each time. */
export type Scenario = (set: DetectorSet) => Found[];

export const START_MS = 1_700_000_000_000;

/**
 * Feeds observations (in time order) and evaluates at `nextDueMs`, after a threshold event and once a second, until `untilMs`.
 * `each` sees the findings of every evaluation.
 */
export function play(
  set: DetectorSet,
  seen: Iterable<Seen>,
  untilMs: number,
  each: (findings: Finding[], nowMs: number) => void = () => {},
): Found[] {
  const found: Found[] = [];
  let tickMs = Number.NaN;
  const evaluate = (nowMs: number): void => {
    const findings = set.evaluate(nowMs);
    for (const finding of findings) found.push({ atMs: nowMs, finding });
    each(findings, nowMs);
  };
  const advance = (toMs: number): void => {
    for (;;) {
      const dueMs = Math.min(tickMs, set.nextDueMs);
      if (!(dueMs <= toMs)) return;
      if (dueMs === tickMs) tickMs += 1000;
      evaluate(dueMs);
    }
  };
  for (const { observation, who } of seen) {
    if (Number.isNaN(tickMs)) tickMs = observation.timeMs + 1000;
    advance(observation.timeMs);
    set.observe(observation, who);
    if ('trigger' in observation && observation.trigger === 'threshold') evaluate(observation.timeMs);
  }
  advance(untilMs);
  return found;
}

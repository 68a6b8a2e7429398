import type { Finding } from '../alert/alert.ts';

/** The most by which suppression raises what a detector has to see: it makes deaf to the usual, never to everything. */
export const MAX_RAISE = 10;

/**
 * What must be observed where a threshold is raised `raise` times. A count or rate is multiplied. A share or score (below 1)
 * would become unreachable, so its odds are: 0.5 raised ten times is 0.91, 0.9 is 0.989.
 */
export function raisedThreshold(threshold: number, raise: number): number {
  const times = Math.min(Math.max(raise, 1), MAX_RAISE);
  if (threshold >= 1) return threshold * times;
  return (times * threshold) / (1 - threshold + times * threshold);
}

/** The finding against the raised threshold, and whether it is over it. */
export function judgeRaised(finding: Finding, raise: number): { readonly finding: Finding; readonly isOver: boolean } {
  const threshold = raisedThreshold(finding.evidence.threshold, raise);
  return {
    finding: { ...finding, evidence: { ...finding.evidence, threshold, raised: raise } },
    isOver: finding.evidence.observed >= threshold,
  };
}

import type { Finding } from '../alert/alert.ts';
import { type Endpoint, workloadKey } from '../endpoint.ts';
import type { Learning } from './learning.ts';

/** An alarm that is not renewed is over after this. Longer than the second between two evaluations, shorter than a quiet time. */
const HOLD_MS = 30_000;

/** Never learns while in alarm: both ends of each finding are frozen for as long as it is found, and half a minute more. */
export function freezeAlarmed(learning: Learning, findings: readonly Finding[], nowMs: number): void {
  for (const finding of findings) {
    // Health is no attack; an edge that was new is learned once it has been told.
    if (finding.category === 'health' || finding.rule === 'new-edge') continue;
    freezeEnd(learning, finding.source, nowMs);
    freezeEnd(learning, finding.target, nowMs);
  }
}

function freezeEnd(learning: Learning, end: Endpoint | null, nowMs: number): void {
  if (end !== null) learning.freeze(workloadKey(end), nowMs + HOLD_MS);
}

import type { Finding } from '../alert/alert.ts';
import { type Endpoint, workloadKey } from '../endpoint.ts';
import type { Learning } from '../learn/learning.ts';

/** A workload is in alarm while a finding about it holds and this long after the last one. */
export const ALARM_MS = 60_000;

/** What is new is learned once it has been told; else it would be told for ever. */
const LEARNED_ONCE_TOLD: ReadonlySet<string> = new Set(['new-edge']);

/** Stops learning of the workloads that a finding names: what an attack looks like must not become what is usual. */
export function freezeLearning(learning: Learning, finding: Finding, nowMs: number): void {
  const { rule, category, source, target, alsoOwns = [] } = finding;
  if (category === 'health' || LEARNED_ONCE_TOLD.has(rule)) return;
  for (const end of [source, target, ...alsoOwns.map((also) => also.source)]) {
    if (end !== null && isOurs(end)) learning.freeze(workloadKey(end), nowMs + ALARM_MS);
  }
}

/** Strangers have no baseline to protect, and there is no end of them. */
function isOurs({ kind }: Endpoint): boolean {
  return kind !== 'world' && kind !== 'private' && kind !== 'link-local';
}

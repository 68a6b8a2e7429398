import type { Finding } from '../alert/alert.ts';
import { type Endpoint, workloadKey } from '../endpoint.ts';
import type { Learning } from '../learn/learning.ts';

/** A workload is in alarm while a finding about it holds and this long after the last one. */
export const ALARM_MS = 60_000;

/** Stops learning of the workloads that a finding names: what an attack looks like must not become what is usual. */
export function freezeLearning(learning: Learning, { source, target }: Finding, nowMs: number): void {
  for (const end of [source, target]) {
    if (end !== null && isOurs(end)) learning.freeze(workloadKey(end), nowMs + ALARM_MS);
  }
}

/** Strangers have no baseline to protect, and there is no end of them. */
function isOurs({ kind }: Endpoint): boolean {
  return kind !== 'world' && kind !== 'private' && kind !== 'link-local';
}

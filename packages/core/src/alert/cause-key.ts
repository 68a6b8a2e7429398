import { type Endpoint, workloadKey } from '../endpoint.ts';

/** How long after its last finding a rule still owns what it found, in event time. */
export const OWNED_FOR_MS = 60_000;

/** What two findings must have in common to speak of one cause: the source, the target, or both. */
export type SameEnd = 'source' | 'target' | 'pair';

/** The workloads behind that end as one text; undefined where an end that is asked for is not known: unknown is like nothing. */
export function causeKey(same: SameEnd, source: Endpoint | null, target: Endpoint | null): string | undefined {
  if (same === 'source') return source === null ? undefined : workloadKey(source);
  if (same === 'target') return target === null ? undefined : workloadKey(target);
  return source === null || target === null ? undefined : `${workloadKey(source)}\n${workloadKey(target)}`;
}

import { processState } from './process-identity.ts';
import { Reaper } from './reaper.ts';
import { listRuns } from './run-file.ts';

/**
 * Removes what runs whose owner is dead left behind: their reaper was killed too, or the machine lost power.
 * A run that lives, or whose owner is in another PID namespace and so cannot be judged, is not touched.
 * @returns the runs that were removed.
 */
export async function sweepStale(): Promise<string[]> {
  const stale = listRuns().filter(({ owner }) => processState(owner) === 'dead');
  await Promise.all(stale.map(({ run, cgroup }) => new Reaper(run, cgroup).reap()));
  return stale.map(({ run }) => run);
}

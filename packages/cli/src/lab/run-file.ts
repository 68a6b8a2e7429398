import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { isRunId } from './run-id.ts';

/** Where running labs say who owns them. */
export const runDirectory = '/run/netguard/lab';

/** What the next start must know of a lab to remove it when its owner is dead. */
export interface RunRecord {
  readonly run: string;
  readonly owner: ProcessIdentity;
  readonly cgroup: string;
  /** The pods' IPv4 network, such as `10.200.7.0/24`: a later lab takes another. */
  readonly podNetwork: string;
  readonly createdAt: string;
}

export function runFilePath(run: string): string {
  return join(runDirectory, `${run}.json`);
}

/** Says that this process owns the run. Appears whole or not at all. */
export function writeRunFile(run: string, cgroup: string, podNetwork: string): void {
  mkdirSync(runDirectory, { recursive: true });
  const record: RunRecord = { run, owner: ownIdentity(), cgroup, podNetwork, createdAt: new Date().toISOString() };
  const path = runFilePath(run);
  writeFileSync(`${path}.tmp`, `${JSON.stringify(record)}\n`);
  renameSync(`${path}.tmp`, path);
}

/** All runs that left a file; one that cannot be read, or is just going, is left out. */
export function listRuns(): RunRecord[] {
  let names: string[];
  try {
    names = readdirSync(runDirectory);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const run = name.slice(0, -'.json'.length);
    if (!name.endsWith('.json') || !isRunId(run)) return [];
    try {
      const record = JSON.parse(readFileSync(join(runDirectory, name), 'utf8')) as RunRecord;
      return record.run === run && record.cgroup.endsWith(`/netguard-${run}`) ? [record] : [];
    } catch {
      return [];
    }
  });
}

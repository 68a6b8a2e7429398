import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCgroupMount } from '../../../packages/agent/src/identify/cgroup-tree.ts';

export const cgroupRoot = findCgroupMount().mountPoint;

export interface OwnCgroup {
  readonly path: string;
  readonly id: number;
}

const before = readFileSync('/proc/self/cgroup', 'utf8').match(/^0::(.*)$/m)?.[1] ?? '/';
const made: string[] = [];

/**
 * Moves this process into a cgroup of its own, which is removed when it exits: totals are kept by cgroup. A process may
 * have several, by name.
 */
export function enterOwnCgroup(name = 'own'): OwnCgroup {
  const path = join(cgroupRoot, `netguard-test-${process.pid}-${name}`);
  if (made.length === 0) {
    sweep();
    process.once('exit', leaveAndRemove);
  }
  mkdirSync(path);
  made.push(path);
  writeFileSync(join(path, 'cgroup.procs'), '0');
  return { path, id: statSync(path).ino };
}

/** Moves this process back into a cgroup that it made. */
export function enterAgain({ path }: OwnCgroup): void {
  writeFileSync(join(path, 'cgroup.procs'), '0');
}

/** Removes what test processes left behind that were killed: empty cgroups named after a pid that is no more. */
function sweep(): void {
  for (const name of readdirSync(cgroupRoot)) {
    const pid = /^netguard-test-(?:[a-z]+-)?(\d+)/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      rmdirSync(join(cgroupRoot, name));
    } catch {
      /* Another suite was first, or somebody lives in it. */
    }
  }
}

function leaveAndRemove(): void {
  writeFileSync(join(cgroupRoot, before, 'cgroup.procs'), '0');
  for (const path of made) rmdirSync(path);
}

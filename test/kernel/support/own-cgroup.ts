import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCgroupMount } from '../../../packages/agent/src/identify/cgroup-tree.ts';

export const cgroupRoot = findCgroupMount().mountPoint;

export interface OwnCgroup {
  readonly path: string;
  readonly id: number;
}

/** Moves this process into a cgroup of its own, which is removed when it exits: totals are kept by cgroup. */
export function enterOwnCgroup(): OwnCgroup {
  const before = readFileSync('/proc/self/cgroup', 'utf8').match(/^0::(.*)$/m)?.[1] ?? '/';
  const path = join(cgroupRoot, `netguard-test-${process.pid}`);
  mkdirSync(path);
  writeFileSync(join(path, 'cgroup.procs'), '0');
  process.once('exit', () => {
    writeFileSync(join(cgroupRoot, before, 'cgroup.procs'), '0');
    rmdirSync(path);
  });
  return { path, id: statSync(path).ino };
}

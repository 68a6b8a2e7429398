import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { NetGuardError } from '@netguard/core';

/** Makes a cgroup and those above it. @throws NG_ERR_LAB_CGROUP. */
export function makeCgroup(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new NetGuardError('NG_ERR_LAB_CGROUP', `creating the cgroup ${path}`, {
      cause,
      hint: "The cgroup version 2 hierarchy must be writable: in a container, run it privileged and with the host's /sys/fs/cgroup.",
    });
  }
}

/** Kills what lives in a cgroup that has no others below it, and removes it. @throws NG_ERR_LAB_CGROUP after 5 s. */
export async function removeCgroup(path: string): Promise<void> {
  for (const end = Date.now() + 5_000; existsSync(path); ) {
    try {
      writeFileSync(`${path}/cgroup.kill`, '1');
      rmdirSync(path);
    } catch (cause) {
      // Busy until the killed have gone.
      if (Date.now() > end) throw new NetGuardError('NG_ERR_LAB_CGROUP', `removing the cgroup ${path}`, { cause });
      await sleep(10);
    }
  }
}

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroup2Mount } from '../../packages/cli/src/lab/cgroup-path.ts';
import { runDirectory } from '../../packages/cli/src/lab/run-file.ts';

/** All on this host whose name begins with a run id or a process's prefix of them: one line each. */
export function leftovers(prefix: string): string[] {
  const names = (directory: string) => {
    try {
      return readdirSync(directory);
    } catch {
      return [];
    }
  };
  const links = execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' }).split('\n');
  return [
    ...names('/run/netns').filter((name) => name.startsWith(prefix)),
    ...names(cgroup2Mount()).filter((name) => name.startsWith(`netguard-${prefix}`)),
    ...names(runDirectory).filter((name) => name.startsWith(prefix)),
    ...links.filter((line) => line.includes(prefix)),
    ...names('/proc').flatMap((pid) => (/^\d+$/.test(pid) ? mentions(pid, prefix) : [])),
  ];
}

/** A process is of the run when its cgroup or its command line says so. One that is dead and waits for init is none. */
function mentions(pid: string, prefix: string): string[] {
  try {
    const [cgroup, command, status] = ['cgroup', 'cmdline', 'status'].map((file) =>
      readFileSync(`/proc/${pid}/${file}`, 'latin1'),
    );
    if (status?.includes('State:\tZ')) return [];
    const of = cgroup?.includes(`/netguard-${prefix}`) || command?.includes(prefix);
    return of ? [`process ${pid}: ${command?.replaceAll('\0', ' ')}`] : [];
  } catch {
    return [];
  }
}

/** Waits until nothing of the run is left. */
export async function assertNothingLeft(prefix: string, withinMs = 5_000): Promise<void> {
  const end = Date.now() + withinMs;
  for (;;) {
    const left = leftovers(prefix);
    if (left.length === 0) return;
    if (Date.now() > end) assert.deepEqual(left, [], `left after ${withinMs} ms`);
    await sleep(20);
  }
}

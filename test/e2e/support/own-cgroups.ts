import { readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Removes the cgroups of a name below the top of every mounted hierarchy, with what is in them. They must hold no process. */
export function removeCgroups(name: string): void {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').matchAll(/^\S+ (\S+) cgroup2? /gm);
  for (const [, mount = ''] of mounts) removeBelow(join(mount, name));
}

function removeBelow(directory: string): void {
  let children: string[];
  try {
    children = readdirSync(directory, { withFileTypes: true }).flatMap((each) => (each.isDirectory() ? each.name : []));
  } catch {
    return; // there is none
  }
  for (const child of children) removeBelow(join(directory, child));
  rmdirSync(directory);
}

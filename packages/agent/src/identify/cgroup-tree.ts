/** The cgroup v2 hierarchy as mounted here: where it is, whether it is all of it, and which directory has which id. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NetGuardError } from '@netguard/core';

export interface CgroupMount {
  readonly mountPoint: string;
  /** Inode of the mount's root directory; 1 is the root of the hierarchy, anything else a subtree. */
  readonly rootInode: number;
  /** False: only the cgroups below this mount are watched (trap 31). */
  readonly wholeHost: boolean;
  /** Path of the mount's root in the hierarchy as far as it is told: put before every path of a walk. */
  readonly prefix: string;
  readonly layout: 'unified' | 'hybrid';
}

export interface CgroupDirectory {
  readonly id: number;
  readonly path: string;
}

/**
 * Finds the cgroup v2 mount; of several, the one that shows the whole hierarchy. `configured` is
 * `sources.ebpf.cgroupRoot`. Throws NG_ERR_CGROUP_MOUNT where there is none.
 */
export function findCgroupMount(configured?: string): CgroupMount {
  const mounts = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  return chooseCgroupMount(mounts, (path) => statSync(path).ino, configured);
}

export interface MountLine {
  readonly root: string;
  readonly mountPoint: string;
  readonly type: 'cgroup' | 'cgroup2';
}

/** The cgroup lines of /proc/self/mountinfo (proc(5)); spaces in it are written `\040`. */
export function parseCgroupMounts(mountinfo: string): MountLine[] {
  const mounts: MountLine[] = [];
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const type = after.split(' ')[0];
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const [, , , root = '/', mountPoint = ''] = before.split(' ').map(unescapeOctal);
    mounts.push({ root, mountPoint, type });
  }
  return mounts;
}

export function chooseCgroupMount(
  mounts: readonly MountLine[],
  inodeOf: (path: string) => number,
  configured?: string,
): CgroupMount {
  const layout = mounts.some((mount) => mount.type === 'cgroup') ? 'hybrid' : 'unified';
  const v2 = mounts.filter((mount) => mount.type === 'cgroup2');
  const candidates =
    configured === undefined
      ? v2
      : [
          v2.find((mount) => mount.mountPoint === configured) ?? {
            root: '/',
            mountPoint: configured,
            type: 'cgroup2' as const,
          },
        ];
  const found: CgroupMount[] = [];
  let cause: unknown;
  for (const mount of candidates) {
    try {
      const rootInode = inodeOf(mount.mountPoint);
      /* A root above the own cgroup namespace is written /..: its place in the hierarchy is not told. */
      const prefix = mount.root === '/' || mount.root.startsWith('/..') ? '' : mount.root;
      found.push({ mountPoint: mount.mountPoint, rootInode, wholeHost: rootInode === 1, prefix, layout });
    } catch (error) {
      cause = error;
    }
  }
  const best = found.find((mount) => mount.wholeHost) ?? found[0];
  if (best) return best;
  throw new NetGuardError(
    'NG_ERR_CGROUP_MOUNT',
    `finding the cgroup v2 hierarchy${configured ? ` at ${configured}` : ''}`,
    {
      cause: cause ?? 'no cgroup2 file system is mounted',
      hint: 'Mount it (mount -t cgroup2 none /sys/fs/cgroup/unified) or set sources.ebpf.cgroupRoot; in a container mount the host path /sys/fs/cgroup.',
    },
  );
}

/**
 * Every directory of the mount, parents first. The inode of a directory is the id that the kernel programs see.
 * A generator, so that a big tree can be read in portions; directories that vanish meanwhile are left out.
 */
export function* walkCgroups(mount: Pick<CgroupMount, 'mountPoint' | 'prefix'>): Generator<CgroupDirectory> {
  const pending = [''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const directory = join(mount.mountPoint, path);
    let id: number;
    try {
      id = statSync(directory).ino;
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        if (entry.isDirectory()) pending.push(`${path}/${entry.name}`);
      }
    } catch {
      continue;
    }
    yield { id, path: `${mount.prefix}${path}` || '/' };
  }
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The commands that a script needs, and what can be seen of it from outside. */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { programError } from './program-error.ts';

/** Whether a process waits for events, as bpftrace does once all is attached; false where that cannot be known. */
export function isWaiting(pid: number | undefined): boolean {
  try {
    return /epoll|ep_poll/.test(readFileSync(`/proc/${pid}/wchan`, 'latin1'));
  } catch {
    return false;
  }
}

/** Both by their paths. Throws NG_ERR_PROGRAM_SCRIPT for the one that is not in `path`, with what to install. */
export function findCommands(file: string, path: string): readonly [string, string] {
  const directories = path.split(delimiter).filter((directory) => directory.startsWith('/'));
  const find = (name: string, what: string): string => {
    const found = directories.map((directory) => join(directory, name)).find(existsSync);
    if (found !== undefined) return found;
    throw programError('NG_ERR_PROGRAM_SCRIPT', `starting ${file}`, `${name} is not installed where NetGuard runs`, {
      hint: `Install it: apt-get install ${what}.`,
    });
  };
  return [find('setpriv', 'util-linux'), find('bpftrace', 'bpftrace')];
}

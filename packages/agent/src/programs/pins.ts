/** Pins of users' maps: each run has a directory of its own on the bpf file system, named so that a later one knows whether it lives. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type BpfMap, isBpfFs } from '@netguard/libbpf';
import { programError } from './program-error.ts';

export const PIN_ROOT = '/sys/fs/bpf/netguard';

/** Field 22 of /proc/PID/stat: when the process began, in clock ticks since boot. A PID that was given anew has another. */
function startTicks(pid: number | 'self'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Directories of runs are `PID-STARTTICKS`. */
export class Pins {
  readonly #root: string;
  readonly #run: string;

  constructor(root: string = PIN_ROOT) {
    this.#root = root;
    this.#run = join(root, `${process.pid}-${startTicks('self')}`);
  }

  /** Removes what runs that ended by force left. Returns the directories that it removed. */
  sweep(): string[] {
    const stale = list(this.#root).filter((name) => {
      const [, pid, ticks] = /^(\d{1,10})-(\d{1,20})$/.exec(name) ?? [];
      return pid !== undefined && startTicks(Number(pid)) !== ticks;
    });
    for (const name of stale) removeTree(join(this.#root, name));
    if (stale.length > 0) removeIfEmpty(this.#root);
    return stale.map((name) => join(this.#root, name));
  }

  /** Pins the maps of a program. Returns where. Throws NG_ERR_PROGRAM_PIN, with nothing left behind. */
  pin(program: string, maps: Iterable<BpfMap>): string {
    const directory = join(this.#run, program);
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      for (const map of maps) map.pin(join(directory, map.name));
      return directory;
    } catch (error) {
      this.unpin(program);
      const why = error instanceof Error ? error.message : String(error);
      const hint = isBpfFs('/sys/fs/bpf') ? undefined : 'Mount it: mount -t bpf bpf /sys/fs/bpf';
      throw programError(
        'NG_ERR_PROGRAM_PIN',
        `pinning the maps of ${program}`,
        why,
        hint === undefined ? {} : { hint },
      );
    }
  }

  /** Removes what was pinned of a program. Never throws: what is left is swept at the next start. */
  unpin(program: string): void {
    removeTree(join(this.#run, program));
    removeIfEmpty(this.#run);
    removeIfEmpty(this.#root);
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The bpf file system has directories two deep here, and files. */
function removeTree(path: string): void {
  for (const name of list(path)) {
    try {
      unlinkSync(join(path, name));
    } catch {
      removeTree(join(path, name));
    }
  }
  removeIfEmpty(path);
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // It is not empty, or not there.
  }
}

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programError } from './program-error.ts';

/** A new directory for a file that is loaded; only we may read it. In a container whose root cannot be written, shared memory can. Throws NG_ERR_PROGRAM_FILE. */
export function privateDirectory(file: string): string {
  for (const parent of [tmpdir(), '/dev/shm']) {
    try {
      return mkdtempSync(join(parent, 'netguard-program-'));
    } catch {
      // The next one may do.
    }
  }
  throw programError('NG_ERR_PROGRAM_FILE', `loading ${file}`, `neither ${tmpdir()} nor /dev/shm can be written`, {
    hint: 'Give NetGuard a directory that it may write, and its path in TMPDIR.',
  });
}

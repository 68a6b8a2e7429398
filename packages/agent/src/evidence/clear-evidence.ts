import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of samples: nothing else of the directory is touched. */
export const SAMPLE_FILE = /^samples-(\d{1,12})\.bin$/;

/** Removes all samples of earlier runs. @throws the system's error, when the directory is there and cannot be cleared. */
export async function clearEvidence(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  await Promise.all(names.filter((name) => SAMPLE_FILE.test(name)).map((name) => unlink(join(directory, name))));
}

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ImageError } from './image-error.ts';

/** Writes a file: it is there whole or, as when the disk is full, not at all. */
export function writeWhole(output: string, data: Uint8Array): void {
  const unfinished = `${output}.${process.pid}`;
  try {
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(unfinished, data);
    renameSync(unfinished, output);
  } catch (cause) {
    if (existsSync(unfinished)) rmSync(unfinished);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImageError(`writing ${output}`, reason, 'Free some space, or give another file with --output.');
  }
}

/** Programs of the configuration, read from disk with the YAML beside them. */
import { existsSync, readFileSync } from 'node:fs';
import type { ProgramSettings } from '../config/programs-schema.ts';
import { programError } from './program-error.ts';
import { programFile, programName } from './program-file.ts';
import type { ProgramRequest } from './running-program.ts';

/** Where the YAML of a program's series and alerts would lie: `syn-count.yaml` beside `syn-count.bpf.c`. */
export function specPath(path: string): string {
  return path.replace(/\.(?:bpf\.[co]|bt)$/, '.yaml');
}

/** Throws NG_ERR_PROGRAM_FILE and NG_ERR_PROGRAM_NAME. */
export function readProgram({
  file,
  name,
  set,
  cgroup,
  interface: target,
  frequency,
  pin,
}: ProgramSettings): ProgramRequest {
  const taken = programFile(file, readBytes(file));
  const spec = specPath(file);
  return {
    name: programName(taken.file, name),
    file: taken,
    spec: existsSync(spec) ? readBytes(spec).toString('utf8') : undefined,
    set,
    cgroup,
    interface: target,
    frequency,
    pin,
    path: file,
    origin: 'configuration',
    by: '',
  };
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw programError(
      'NG_ERR_PROGRAM_FILE',
      `reading ${path}`,
      error instanceof Error ? error.message : String(error),
      {
        hint: 'Check programs.load and the permissions.',
      },
    );
  }
}

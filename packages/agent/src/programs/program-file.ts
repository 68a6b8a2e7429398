import { createHash } from 'node:crypto';
import { programError } from './program-error.ts';

export type ProgramKind = 'source' | 'object' | 'bpftrace';

/** Endings of file names, and what such a file is. */
const KINDS: readonly (readonly [string, ProgramKind])[] = [
  ['.bpf.c', 'source'],
  ['.bpf.o', 'object'],
  ['.bt', 'bpftrace'],
];

/** Largest file that is taken: objects with debug information of a whole vmlinux.h have some hundred kilobytes. */
export const LARGEST_FILE = 4 * 1024 * 1024;

export interface ProgramFile {
  /** Without directories: `syn-count.bpf.c`. */
  readonly file: string;
  readonly kind: ProgramKind;
  readonly content: Uint8Array;
  /** Of the content, hexadecimal. */
  readonly sha256: string;
}

/** Tells the kind by the ending. Throws NG_ERR_PROGRAM_FILE for a name or a size that is not taken. */
export function programFile(path: string, content: Uint8Array): ProgramFile {
  const file = path.split('/').at(-1) ?? '';
  const doing = `taking ${file || 'a program'}`;
  const kind = KINDS.find(([ending]) => file.endsWith(ending) && file.length > ending.length)?.[1];
  if (kind === undefined || !/^[\w.+-]{1,120}$/.test(file)) {
    throw programError('NG_ERR_PROGRAM_FILE', doing, 'its name says not what it is', {
      hint: 'Name it NAME.bpf.c (C source), NAME.bpf.o (compiled) or NAME.bt (bpftrace), of letters, digits, "-", "_" and ".".',
    });
  }
  if (content.length === 0 || content.length > LARGEST_FILE) {
    throw programError('NG_ERR_PROGRAM_FILE', doing, `it has ${content.length} bytes; 1 to ${LARGEST_FILE} are taken`);
  }
  return { file, kind, content, sha256: createHash('sha256').update(content).digest('hex') };
}

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** The name a program goes by: what was asked for, or the file's without its ending. Throws NG_ERR_PROGRAM_NAME. */
export function programName(file: string, asked: string | undefined): string {
  const name =
    asked ??
    file
      .replace(/\.(?:bpf\.[co]|bt)$/, '')
      .toLowerCase()
      .replaceAll(/[._]/g, '-');
  if (NAME.test(name)) return name;
  throw programError('NG_ERR_PROGRAM_NAME', `naming ${file}`, `${JSON.stringify(name.slice(0, 60))} cannot be a name`, {
    hint: 'Give --name of up to 40 lower-case letters, digits and "-".',
  });
}

import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { type ParsedTarEntryWithData, unpackTar } from 'modern-tar';
import { ImageError } from './image-error.ts';

export interface DebFile {
  readonly name: string;
  readonly version: string;
  /** The control paragraph as it is in the package. */
  readonly control: string;
  /** Names of `Pre-Depends` and `Depends`, the alternatives of each. */
  readonly depends: readonly (readonly string[])[];
  readonly entries: readonly ParsedTarEntryWithData[];
}

const MAX_BYTES = 256 << 20;

/** Reads a Debian package. Nothing of it is run. */
export async function readDebFile(path: string): Promise<DebFile> {
  const control = dpkgDeb(['--field', path]).toString();
  return {
    name: fieldOf(control, 'Package'),
    version: fieldOf(control, 'Version'),
    control,
    depends: ['Pre-Depends', 'Depends'].flatMap((field) => alternatives(fieldOf(control, field))),
    entries: await unpackTar(dpkgDeb(['--fsys-tarfile', path]), { strict: true }),
  };
}

/** `libc6 (>= 2.38), awk | mawk` → [['libc6'], ['awk', 'mawk']]. */
function alternatives(field: string): string[][] {
  const groups = field.split(',').filter((group) => group.trim() !== '');
  return groups.map((group) => group.split('|').map((name) => name.trim().split(/[ (:]/)[0] ?? ''));
}

function fieldOf(control: string, name: string): string {
  return new RegExp(`^${name}: *(.*)$`, 'm').exec(control)?.[1] ?? '';
}

function dpkgDeb(args: readonly string[]): Buffer {
  const { error, status, stdout, stderr } = spawnSync('dpkg-deb', args, { maxBuffer: MAX_BYTES });
  if (!error && status === 0) return stdout;
  const reason = error?.message ?? stderr.toString().trim();
  throw new ImageError(`reading ${basename(args.at(-1) ?? '')}`, reason, 'It is damaged, or dpkg is not installed.');
}

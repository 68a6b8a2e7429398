import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImageError } from './image-error.ts';
import type { Platform } from './platform.ts';

/**
 * What Node.js, koffi and libbpf need at run time, and what a root of Debian is made of. No shell, no package manager, no
 * time zones: Node.js brings its own, and all times are UTC.
 */
export const DEBIAN_PACKAGES: readonly string[] = [
  'base-files',
  'ca-certificates',
  'gcc-14-base',
  'libbpf1',
  'libc6',
  'libelf1t64',
  'libgcc-s1',
  'libstdc++6',
  'libzstd1',
  'zlib1g',
];

const SOURCES_HINT = 'Give --sources FILE: apt sources (deb822, *.sources) of Debian 13.';

/**
 * Downloads the packages with apt, in a configuration of its own: nothing of the machine's apt state is read or changed, but
 * its apt.conf.d (proxies) counts, and its sources unless others are given. Returns the .deb files.
 */
export function fetchDebianPackages({ architecture }: Platform, work: string, sources: string | undefined): string[] {
  const debs = join(work, 'debs');
  mkdirSync(debs);
  for (const directory of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(work, 'apt', directory), { recursive: true });
  writeFileSync(join(work, 'apt/status'), '');
  const options = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures::=${architecture}`,
    `Dir::State=${work}/apt`,
    `Dir::State::status=${work}/apt/status`,
    `Dir::State::Lists=${work}/apt/lists`,
    `Dir::Cache=${work}/apt/cache`,
    /* The machine's pins are for the machine. */
    'Dir::Etc::Preferences=/dev/null',
    'Dir::Etc::PreferencesParts=/dev/null',
    'Acquire::Languages=none',
    'Acquire::Retries=1',
    'APT::Sandbox::User=root',
    ...(sources === undefined ? [] : [`Dir::Etc::SourceList=${sources}`, 'Dir::Etc::SourceParts=/dev/null']),
  ].flatMap((option) => ['-o', option]);
  aptGet([...options, '--error-on=any', 'update'], work, 'reading the package lists of Debian');
  aptGet([...options, 'download', ...DEBIAN_PACKAGES], debs, `downloading Debian packages for ${architecture}`);
  return readdirSync(debs)
    .sort()
    .map((name) => join(debs, name));
}

function aptGet(args: readonly string[], cwd: string, phrase: string): void {
  const { error, status, stderr } = spawnSync('apt-get', ['-qq', ...args], { cwd, encoding: 'utf8' });
  if (error) {
    const reason = 'code' in error && error.code === 'ENOENT' ? 'there is no apt-get here' : error.message;
    throw new ImageError(phrase, reason, 'Build on Debian, or with `docker build -f deploy/image/Dockerfile .`.');
  }
  if (status === 0) return;
  const complaints = stderr.split('\n').filter((line) => line.startsWith('E: '));
  const reason = complaints.map((line) => line.slice(3)).join(' ') || `apt-get ended with ${status}`;
  throw new ImageError(phrase, reason, `Check the network and the proxy in /etc/apt/apt.conf.d. ${SOURCES_HINT}`);
}

/** Refuses what is not of Debian 13: the names and versions of libraries are those of one release. */
export function requireTrixie(osRelease: string): void {
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(osRelease)?.[1] ?? 'unknown';
  if (codename === 'trixie') return;
  throw new ImageError('building the base layer', `the apt sources are of ${codename}, not of trixie`, SOURCES_HINT);
}

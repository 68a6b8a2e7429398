import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NetGuardError } from '@netguard/core';

/** Where tools for root are, also when the caller's PATH does not say so. */
const systemDirectories = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** PATH for the programs a lab starts. */
export const toolPath = [process.env.PATH ?? '', ...systemDirectories].filter(Boolean).join(delimiter);

/** The program's path, or undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  for (const directory of toolPath.split(delimiter)) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

/** @throws NG_ERR_LAB_TOOL naming the Debian package when the program is not installed. */
export function requireProgram(name: string, debianPackage: string, doing: string): string {
  const path = findProgram(name);
  if (path !== undefined) return path;
  throw new NetGuardError('NG_ERR_LAB_TOOL', doing, {
    cause: `the program ${name} is not installed`,
    hint: `Install it: apt-get install ${debianPackage} (other distributions call the package alike).`,
  });
}

/** What a lab needs of its host: root, `ip` and `nsenter`. @throws NG_ERR_LAB_PRIVILEGE or NG_ERR_LAB_TOOL. */
export function requireLabHost(): void {
  const doing = 'creating network namespaces for a fake cluster';
  if (process.geteuid?.() !== 0) {
    throw new NetGuardError('NG_ERR_LAB_PRIVILEGE', doing, {
      cause: 'this needs root',
      hint: 'Run the same command as root, for example with sudo.',
    });
  }
  requireProgram('ip', 'iproute2', doing);
  requireProgram('nsenter', 'util-linux', doing);
}

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ImageError } from './image-error.ts';
import type { Platform } from './platform.ts';

/** The npm package that carries the binary of Node.js for a platform. */
export function nodePackage({ cpu }: Platform): string {
  return `node-linux-${cpu}`;
}

/**
 * A node_modules with what the platform needs, in the versions and with the digests of the lock file: the workspace's own, or
 * for a foreign platform one that npm makes below `work`.
 */
export function nodeModulesFor(platform: Platform, root: string, work: string): string {
  const directory = platform.cpu === process.arch ? root : install(platform, root, join(work, 'npm'));
  for (const name of [nodePackage(platform), 'koffi', `@koromix/koffi-linux-${platform.cpu}`]) {
    if (existsSync(join(directory, 'node_modules', name, 'package.json'))) continue;
    throw new ImageError(
      'collecting npm packages',
      `${name} is not installed`,
      'Run `npm ci` (without --omit=optional).',
    );
  }
  return join(directory, 'node_modules');
}

function install({ cpu }: Platform, root: string, directory: string): string {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] };
  const manifests = globSync(
    workspaces.map((workspace) => `${workspace}/package.json`),
    { cwd: root },
  );
  for (const name of ['package.json', 'package-lock.json', '.npmrc', ...manifests]) {
    mkdirSync(join(directory, dirname(name)), { recursive: true });
    cpSync(join(root, name), join(directory, name));
  }
  const args = [
    'ci',
    '--os=linux',
    `--cpu=${cpu}`,
    '--libc=glibc',
    '--omit=dev',
    '--ignore-scripts',
    '--prefer-offline',
  ];
  const { error, status, stderr } = spawnSync('npm', args, { cwd: directory, encoding: 'utf8' });
  if (!error && status === 0) return directory;
  const reason = error?.message ?? stderr.trim().split('\n')[0] ?? `npm ended with ${status}`;
  throw new ImageError(`installing npm packages for linux/${cpu}`, reason, 'Check the network and the npm registry.');
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileTree } from './file-tree.ts';
import { nodePackage } from './node-modules.ts';
import type { Platform } from './platform.ts';

/** The binary of Node.js where the official image has it, without npm, headers and documents. */
export function nodeTree(platform: Platform, nodeModules: string): FileTree {
  const directory = join(nodeModules, nodePackage(platform));
  return new FileTree()
    .file('usr/local/bin/node', readFileSync(join(directory, 'bin/node')), 0o755)
    .file('usr/local/share/doc/node/LICENSE', readFileSync(join(directory, 'LICENSE')));
}

/** The version of Node.js that the workspace pins. */
export function nodeVersion(platform: Platform, nodeModules: string): string {
  const file = join(nodeModules, nodePackage(platform), 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

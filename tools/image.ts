/**
 * `npm run image`: the container image as an OCI archive, without a container engine and without a registry: Debian packages
 * through apt, Node.js and koffi through npm, the application from here. docs/guide/image.md says how to use it.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { shippedVersion } from './build/build-package.ts';
import { applicationTree } from './image/application-layer.ts';
import { buildImage } from './image/build-image.ts';
import { ImageError } from './image/image-error.ts';
import { nodeModulesFor } from './image/node-modules.ts';
import { platformOf } from './image/platform.ts';

const root = resolve(import.meta.dirname, '..');
const USAGE = `usage: npm run image [-- OPTIONS]
  --platform NAME      linux/amd64 or linux/arm64 (default: this machine's)
  --output FILE        default dist/netguard-VERSION-ARCHITECTURE.oci.tar
  --sources FILE       apt sources (*.sources) of Debian 13 in place of this machine's
  --application DIR    only write the files of the application layer into an empty DIR (deploy/image/Dockerfile does)
SOURCE_DATE_EPOCH sets the time of files and image; the commit's unless set.`;

const options = readArguments();
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}
try {
  if (options.application === undefined) await writeImage();
  else await writeApplication(options.application);
} catch (error) {
  const told = explained(error);
  if (told === undefined) throw error;
  console.error(`error: ${told.message}\n  → ${told.hint}`);
  process.exitCode = 1;
}

async function writeImage(): Promise<void> {
  const platform = platformOf(options.platform);
  const file = `dist/netguard-${shippedVersion()}-${platform.architecture}.oci.tar`;
  const output = resolve(options.output ?? join(root, file));
  const sources = options.sources === undefined ? undefined : resolve(options.sources);
  const { name, digest, bytes, layers } = await buildImage({ root, platform, output, sources });
  console.log('layer          unpacked   compressed');
  for (const { title, unpackedBytes, data } of layers)
    console.log(`${title.padEnd(12)} ${megabytes(unpackedBytes)} ${megabytes(data.length).padStart(12)}`);
  console.log(`${name} for linux/${platform.architecture}, ${digest}`);
  console.log(`wrote ${relative(process.cwd(), output)}, ${megabytes(bytes).trim()}`);
}

async function writeApplication(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  if (readdirSync(directory).length > 0)
    throw new ImageError(`writing into ${directory}`, 'it is not empty', 'Give --application a new directory.');
  const work = mkdtempSync(join(tmpdir(), 'netguard-image-'));
  try {
    const platform = platformOf(options.platform);
    const nodeModules = nodeModulesFor(platform, root, work);
    (await applicationTree(platform, root, nodeModules, join(work, 'built'))).writeTo(directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function explained(error: unknown): ImageError | undefined {
  if (error instanceof ImageError) return error;
  const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  return full ? new ImageError('building the image', error.message, 'Set TMPDIR to where 400 MB are free.') : undefined;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1).padStart(7)} MB`;
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        platform: { type: 'string' },
        output: { type: 'string' },
        sources: { type: 'string' },
        application: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(2);
  }
}

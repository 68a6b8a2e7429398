import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applicationTree } from './application-layer.ts';
import { makeArchive } from './archive.ts';
import { baseTree } from './base-layer.ts';
import { readDebFile } from './deb-file.ts';
import { fetchDebianPackages } from './debian-packages.ts';
import { requireMachine } from './elf.ts';
import { imageConfig } from './image-config.ts';
import { IMAGE_NAME } from './image-name.ts';
import { type Layer, makeLayer } from './layer.ts';
import { nodeTree } from './node-layer.ts';
import { nodeModulesFor } from './node-modules.ts';
import type { Platform } from './platform.ts';
import { provenanceOf } from './provenance.ts';
import { writeWhole } from './write-whole.ts';

export interface BuildOptions {
  /** The repository. */
  readonly root: string;
  readonly platform: Platform;
  readonly output: string;
  /** A file of apt sources in place of the machine's. */
  readonly sources: string | undefined;
}

export interface BuiltImage {
  /** Name and tag. */
  readonly name: string;
  readonly digest: string;
  /** Bytes of the archive. */
  readonly bytes: number;
  readonly layers: readonly Layer[];
}

/**
 * The time of all files below the application. It does not move with the commit, so that a new version of NetGuard leaves
 * these layers, and what nodes have pulled of them, as they are.
 */
const BELOW = new Date(0);

/** Builds the image and writes it as one archive. Needs apt and npm, neither an engine nor a registry. */
export async function buildImage({ root, platform, output, sources }: BuildOptions): Promise<BuiltImage> {
  const provenance = provenanceOf(root);
  const work = mkdtempSync(join(tmpdir(), 'netguard-image-'));
  try {
    const debs = await Promise.all(fetchDebianPackages(platform, work, sources).map(readDebFile));
    const nodeModules = nodeModulesFor(platform, root, work);
    const base = baseTree(debs);
    const node = nodeTree(platform, nodeModules);
    const application = await applicationTree(platform, root, nodeModules, join(work, 'built'));
    for (const tree of [base, node, application]) requireMachine(tree, platform);

    const layers = [
      await makeLayer('base', base, BELOW),
      await makeLayer('node', node, BELOW),
      await makeLayer('application', application, provenance.created),
    ];
    const config = imageConfig(platform, layers, provenance);
    const { data, digest } = await makeArchive(IMAGE_NAME, provenance.version, config, layers);
    writeWhole(output, data);
    return { name: `${IMAGE_NAME}:${provenance.version}`, digest, bytes: data.length, layers };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

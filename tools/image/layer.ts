import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FileTree } from './file-tree.ts';
import { packTree } from './pack-tree.ts';

/** Bytes that are named by their SHA-256, as `sha256:…`. */
export interface ImageBlob {
  readonly digest: string;
  readonly data: Uint8Array;
}

export interface Layer extends ImageBlob {
  readonly title: string;
  /** Digest and size of the archive before it was compressed. */
  readonly diffId: string;
  readonly unpackedBytes: number;
}

export function digestOf(data: Uint8Array): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

const compress = promisify(gzip);

/** Packs a tree as an image layer. The same files at the same time give the same bytes. */
export async function makeLayer(title: string, tree: FileTree, modified: Date): Promise<Layer> {
  const archive = await packTree(tree, modified);
  const data = await compress(archive);
  return { title, digest: digestOf(data), data, diffId: digestOf(archive), unpackedBytes: archive.length };
}

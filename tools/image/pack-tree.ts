import { packTar } from 'modern-tar';
import type { FileTree, TreeEntry } from './file-tree.ts';

/** A tree as a tar archive. The same files at the same time give the same bytes. */
export function packTree(tree: FileTree, modified: Date): Promise<Uint8Array> {
  return packTar(tree.entries().map(([path, entry]) => tarEntry(path, entry, modified)));
}

function tarEntry(path: string, entry: TreeEntry, mtime: Date) {
  const owned = { uid: 0, gid: 0, mtime };
  switch (entry.kind) {
    case 'directory':
      return { header: { ...owned, name: `${path}/`, type: 'directory', size: 0, mode: entry.mode } as const };
    case 'symlink':
      return {
        header: { ...owned, name: path, type: 'symlink', size: 0, mode: 0o777, linkname: entry.target } as const,
      };
    case 'file': {
      const header = { ...owned, name: path, type: 'file', size: entry.data.length, mode: entry.mode } as const;
      return { header, body: entry.data };
    }
  }
}

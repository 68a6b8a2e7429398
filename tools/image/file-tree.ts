import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type TreeEntry =
  | { readonly kind: 'file'; readonly data: Uint8Array; readonly mode: number }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'symlink'; readonly target: string };

/**
 * Files as they shall lie in an image: everything belongs to root, and times come later. Paths are relative to the image's
 * root, without `./`. Directories above a file are made with mode 0755; one added later sets its own mode.
 */
export class FileTree {
  readonly #entries = new Map<string, TreeEntry>();

  file(path: string, data: Uint8Array | string, mode = 0o644): this {
    return this.#add(path, { kind: 'file', data: typeof data === 'string' ? Buffer.from(data) : data, mode });
  }

  directory(path: string, mode = 0o755): this {
    return this.#add(path, { kind: 'directory', mode });
  }

  symlink(path: string, target: string): this {
    return this.#add(path, { kind: 'symlink', target });
  }

  get(path: string): TreeEntry | undefined {
    return this.#entries.get(path);
  }

  /** All entries by path: a directory before what is in it, and the same order wherever they came from. */
  entries(): [path: string, entry: TreeEntry][] {
    return [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Writes it all below an existing directory. */
  writeTo(root: string): void {
    for (const [path, entry] of this.entries()) {
      const place = join(root, path);
      if (entry.kind === 'directory') mkdirSync(place, { recursive: true, mode: entry.mode });
      else if (entry.kind === 'symlink') symlinkSync(entry.target, place);
      else writeFileSync(place, entry.data, { mode: entry.mode });
    }
  }

  #add(path: string, entry: TreeEntry): this {
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..'))
      throw new Error(`no path in an image: ${path}`);
    const parent = dirname(path);
    if (parent !== '.') {
      const above = this.#entries.get(parent) ?? this.directory(parent).get(parent);
      if (above?.kind !== 'directory') throw new Error(`${parent} is no directory: ${path} cannot be in it`);
    }
    const before = this.#entries.get(path);
    if (before && (before.kind !== 'directory' || entry.kind !== 'directory'))
      throw new Error(`${path} is there twice`);
    this.#entries.set(path, entry);
    return this;
  }
}

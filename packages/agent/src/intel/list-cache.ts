import { readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeDirectory } from '../state/make-directory.ts';
import { writeWhole } from '../state/write-whole.ts';
import type { Validators } from './fetch-list.ts';

/** The last good copy of a list that was fetched. */
export interface CachedList extends Validators {
  readonly text: string;
  readonly fetchedMs: number;
}

const head = z.object({
  version: z.literal(1),
  url: z.string(),
  fetchedMs: z.number(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
});

/**
 * Copies of lists in `stateDir/intel`: one file each, a line of JSON and then the list as it was fetched, so that the two are
 * never of different times.
 */
export class ListCache {
  readonly #directory: string;

  constructor(stateDir: string) {
    this.#directory = join(stateDir, 'intel');
  }

  /** Undefined where there is none that was fetched from `url`. */
  read(name: string, url: string, maxBytes: number): CachedList | undefined {
    try {
      const path = this.#path(name);
      if (statSync(path).size > maxBytes + 4096) return undefined;
      const whole = readFileSync(path, 'utf8');
      const newline = whole.indexOf('\n');
      const { url: from, fetchedMs, etag, lastModified } = head.parse(JSON.parse(whole.slice(0, newline)));
      return from === url ? { text: whole.slice(newline + 1), fetchedMs, etag, lastModified } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Throws what the file system says. */
  async write(name: string, url: string, { text, ...rest }: CachedList): Promise<void> {
    makeDirectory(this.#directory);
    await writeWhole(this.#path(name), `${JSON.stringify({ version: 1, url, ...rest })}\n${text}`);
  }

  remove(name: string): void {
    try {
      unlinkSync(this.#path(name));
    } catch {
      /* It was never fetched. */
    }
  }

  #path(name: string): string {
    return join(this.#directory, `${name}.list`);
  }
}

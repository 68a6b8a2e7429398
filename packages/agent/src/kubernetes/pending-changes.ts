/**
 * What has to be told of the objects of one kind. The objects themselves are not kept: of each one that was told only a
 * digest stays, to know whether it is different when it comes again (most events change nothing that names need).
 */
import { hash } from 'node:crypto';

export class PendingChanges<T> {
  readonly #digests = new Map<string, string>();
  /* Null: gone. */
  readonly #pending = new Map<string, T | null>();

  /** Objects that exist. */
  get size(): number {
    return this.#digests.size;
  }

  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Returns whether it is new or different. */
  put(key: string, value: T): boolean {
    const digest = hash('sha1', JSON.stringify(value), 'base64');
    if (this.#digests.get(key) === digest) return false;
    this.#digests.set(key, digest);
    this.#pending.set(key, value);
    return true;
  }

  /** Returns whether it existed. */
  remove(key: string): boolean {
    if (!this.#digests.delete(key)) return false;
    this.#pending.set(key, null);
    return true;
  }

  /** Removes all others; returns whether there were any. */
  retain(keys: ReadonlySet<string>): boolean {
    let isOther = false;
    for (const key of this.#digests.keys()) if (!keys.has(key)) isOther = this.remove(key) || isOther;
    return isOther;
  }

  /** At most `limit` of what is pending, which is told with that. */
  take(limit: number): { readonly changed: readonly T[]; readonly gone: readonly string[] } {
    const changed: T[] = [];
    const gone: string[] = [];
    for (const [key, value] of this.#pending) {
      if (changed.length + gone.length >= limit) break;
      this.#pending.delete(key);
      if (value === null) gone.push(key);
      else changed.push(value);
    }
    return { changed, gone };
  }
}

/** Where whole snapshots of names come from: a static file. The API server tells of changes (`kubernetes/`); both may be there. */
import { type FileWatch, type WatchFileOptions, watchFile } from '../config/watch-file.ts';
import type { IdentityFile } from './identity-file.ts';
import { loadIdentities } from './load-identities.ts';

export type IdentityUpdate =
  /** `atMs`: epoch milliseconds at which this was true; addresses change hands then. */
  | { readonly ok: true; readonly identities: IdentityFile; readonly atMs: number }
  /** What was known before stays in force. */
  | { readonly ok: false; readonly error: Error };

export interface IdentitySource {
  /** Resolves once the first snapshot was delivered; rejects when there will be none. Called once. */
  start(onUpdate: (update: IdentityUpdate) => void): Promise<void>;
  /** Idempotent. Nothing is delivered after it. */
  stop(): Promise<void>;
}

/** The YAML file of `identity.file`, read again when it changes. A bad first version is an error, a bad later one is not fatal. */
export class StaticIdentitySource implements IdentitySource {
  readonly #file: string;
  readonly #watching: WatchFileOptions;
  #watch: FileWatch | undefined;

  constructor(file: string, watching: WatchFileOptions = {}) {
    this.#file = file;
    this.#watching = watching;
  }

  async start(onUpdate: (update: IdentityUpdate) => void): Promise<void> {
    const identities = loadIdentities(this.#file);
    onUpdate({ ok: true, identities, atMs: Date.now() });
    this.#watch = watchFile(this.#file, () => onUpdate(this.#read()), this.#watching);
  }

  async stop(): Promise<void> {
    this.#watch?.close();
    this.#watch = undefined;
  }

  #read(): IdentityUpdate {
    try {
      return { ok: true, identities: loadIdentities(this.#file), atMs: Date.now() };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
    }
  }
}

import type { Policies } from '@netguard/core';
import { type FileWatch, type WatchFileOptions, watchFile } from '../config/watch-file.ts';
import type { ClusterPolicies } from '../kubernetes/policy-books.ts';
import type { Logger } from '../log.ts';
import { joinPolicies } from './join-policies.ts';
import { loadPolicies } from './load-policies.ts';

/** Where it is said that something is wrong: `NodeState.concerns`. */
export interface Concerns {
  set(topic: string, sentence: string): unknown;
  delete(topic: string): unknown;
}

/** The policies of a daemon: those of files, which it follows, and those of the cluster. Bad files change nothing: the last good ones stay, and that is said. */
export class DaemonPolicies {
  readonly #concerns: Concerns;
  readonly #logger: Logger;
  readonly #watching: WatchFileOptions;
  #files: readonly string[] = [];
  #watches: FileWatch[] = [];
  #ofFiles: Policies = { networkPolicies: [], accessPolicies: [] };
  #ofCluster: ClusterPolicies = { networkPolicies: [], adminPolicies: [] };
  #onChange: (policies: Policies) => void = () => {};

  constructor(concerns: Concerns, logger: Logger, watching: WatchFileOptions = {}) {
    this.#concerns = concerns;
    this.#logger = logger;
    this.#watching = watching;
  }

  /** The first policies; later ones go to `onChange`. Throws NG_ERR_POLICY_* when the first are no good. */
  start(files: readonly string[], onChange: (policies: Policies) => void): Policies {
    const { notes, ...policies } = loadPolicies(files);
    this.#onChange = onChange;
    this.#follow(files);
    this.#tell(notes);
    this.#ofFiles = policies;
    return policies;
  }

  /** Takes what is now true of the cluster. */
  setCluster(policies: ClusterPolicies): void {
    this.#ofCluster = policies;
    this.#onChange(joinPolicies(this.#ofFiles, policies));
  }

  /** Takes another list of files into use; the same list changes nothing. */
  configure(files: readonly string[]): void {
    if (files.length === this.#files.length && files.every((file, index) => file === this.#files[index])) return;
    this.#follow(files);
    this.#reload();
  }

  close(): void {
    for (const watch of this.#watches) watch.close();
    this.#watches = [];
  }

  #follow(files: readonly string[]): void {
    this.close();
    this.#files = files;
    this.#watches = files.map((file) => watchFile(file, () => this.#reload(), this.#watching));
  }

  #reload(): void {
    try {
      const { notes, ...policies } = loadPolicies(this.#files);
      this.#concerns.delete('policies');
      this.#tell(notes);
      this.#ofFiles = policies;
      this.#onChange(joinPolicies(policies, this.#ofCluster));
      this.#logger.info('policies reloaded');
    } catch (err) {
      const message = err instanceof Error ? err.message : String(err);
      this.#concerns.set('policies', `The changed policies were refused, the last good ones are in use: ${message}`);
      this.#logger.error({ err }, 'the changed policies were refused, the last good ones are in use');
    }
  }

  #tell(notes: readonly string[]): void {
    for (const note of notes) this.#logger.warn(note);
  }
}

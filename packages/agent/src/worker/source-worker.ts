import type { ClosedCause, LearningSnapshot, Policies } from '@netguard/core';
import type { Config } from '../config/schema.ts';
import type { IdentityDelta } from '../identify/identity-changes.ts';
import type { IdentityFile } from '../identify/identity-file.ts';
import type { BaselineRequest } from './baselines.ts';

/** A source with the pipeline behind it, as the entry of the Worker turns it. */
export interface SourceWorker {
  /** Posts `started`, and turns until `stop`. */
  run(): Promise<void>;
  configure(config: Config): void;
  setIdentities(identities: IdentityFile | null): void;
  changeIdentities(delta: IdentityDelta): void;
  /** The node's interfaces have these addresses from now on. */
  setNodeAddresses(addresses: readonly string[]): void;
  setPolicies(policies: Policies): void;
  /** Causes that a person closed before the restart: they are no news while they go on. */
  restoreClosed(causes: readonly ClosedCause[]): void;
  closeAlert(id: string): void;
  restoreLearned(learned: LearningSnapshot): void;
  askBaselines(id: number, request: BaselineRequest): void;
  /** Answers with `known-identities`, in parts. */
  listIdentities(id: number): void;
  flowsTaken(): void;
  stop(): void;
}

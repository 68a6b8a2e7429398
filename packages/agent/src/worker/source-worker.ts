import type { Config } from '../config/schema.ts';
import type { RuleInputs } from '../rules/rule-inputs.ts';
import type { PipelineCommands } from './pipeline-commands.ts';

/** A source with the pipeline behind it, as the entry of the Worker turns it. */
export interface SourceWorker {
  readonly commands: PipelineCommands;
  /** Posts `started`, and turns until `stop`. */
  run(): Promise<void>;
  configure(config: Config): void;
  /** Rules for samples of payload; null: none. A source that has no samples has no use for them. */
  setRules(rules: RuleInputs | null): void;
  /** The node's interfaces have these addresses from now on. */
  setNodeAddresses(addresses: readonly string[]): void;
  /** Answers with `known-identities`, in parts. */
  listIdentities(id: number): void;
  stop(): void;
}

import type { ClosedCause, IntelList, LearningSnapshot, Policies } from '@netguard/core';
import type { IdentityDelta } from '../identify/identity-changes.ts';
import type { IdentityFile } from '../identify/identity-file.ts';
import type { EndsAsked, EndsNamed } from '../programs/end-cache.ts';
import { namedEnds } from '../programs/named-ends.ts';
import type { ProgramMeasurement } from '../programs/series/types.ts';
import type { BaselineRequest, Baselines } from './baselines.ts';
import type { Pipeline } from './pipeline.ts';

/** What the main thread asks of a pipeline, whatever source is before it. */
export class PipelineCommands {
  readonly #pipeline: Pipeline;
  readonly #baselines: Baselines;
  readonly #nowMs: () => number;

  constructor(pipeline: Pipeline, baselines: Baselines, nowMs: () => number) {
    this.#pipeline = pipeline;
    this.#baselines = baselines;
    this.#nowMs = nowMs;
  }

  setIdentities(identities: IdentityFile | null): void {
    this.#pipeline.setIdentities(identities, this.#nowMs());
  }

  changeIdentities(delta: IdentityDelta): void {
    this.#pipeline.changeIdentities(delta, this.#nowMs());
  }

  setPolicies(policies: Policies): void {
    this.#pipeline.access.setPolicies(policies);
  }

  setIntel(lists: readonly IntelList[]): void {
    this.#pipeline.intel.set(lists);
  }

  /** Causes that a person closed before the restart: they are no news while they go on. */
  restoreClosed(causes: readonly ClosedCause[]): void {
    this.#pipeline.detection.book.restore([], this.#nowMs(), causes);
  }

  closeAlert(id: string): void {
    this.#pipeline.detection.book.close(id, this.#nowMs());
  }

  restoreLearned(learned: LearningSnapshot): void {
    this.#pipeline.learning.import(learned);
  }

  takeMeasurements(measurements: readonly ProgramMeasurement[]): void {
    const { detection, nameAddress } = this.#pipeline;
    for (const { observation, who } of measurements) detection.observe(observation, namedEnds(who, nameAddress));
  }

  nameEnds(asked: EndsAsked): EndsNamed {
    return this.#pipeline.nameEnds(asked);
  }

  askBaselines(id: number, request: BaselineRequest): void {
    this.#baselines.ask(id, request);
  }

  flowsTaken(): void {
    this.#pipeline.outbox.taken();
  }
}

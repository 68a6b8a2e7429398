import {
  LEARNING_SCHEMA_VERSION,
  type LearningSnapshot,
  type WorkloadFilter,
  type WorkloadState,
} from '@netguard/core';
import type { BaselineAnswer, BaselineRequest } from '../worker/baselines.ts';
import { PendingAnswers } from './pending-answers.ts';

export type KnownWorkload = BaselineAnswer['workloads'][number];

/** Where the main thread asks for what the Worker has learned. */
export class BaselineDesk {
  readonly #send: (id: number, request: BaselineRequest) => void;
  readonly #onChange: () => void;
  readonly #pending = new PendingAnswers<BaselineAnswer>('baselines');
  #final: KnownWorkload[] = [];

  /** `onChange`: somebody imported or reset something. */
  constructor(send: (id: number, request: BaselineRequest) => void, onChange: () => void) {
    this.#send = send;
    this.#onChange = onChange;
  }

  async list(filter: WorkloadFilter): Promise<readonly KnownWorkload[]> {
    const parts = await this.#ask({ kind: 'export', filter });
    return parts.flatMap(({ workloads }) => workloads);
  }

  async export(filter: WorkloadFilter = {}): Promise<LearningSnapshot> {
    return snapshotOf(await this.list(filter));
  }

  /** How many workloads were taken over. */
  import(snapshot: LearningSnapshot, isMerge: boolean): Promise<number> {
    return this.#change({ kind: 'import', snapshot, isMerge });
  }

  /** How many workloads were forgotten. */
  reset(filter: WorkloadFilter): Promise<number> {
    return this.#change({ kind: 'reset', filter });
  }

  /** Takes a message of the Worker. Returns all there is when it is the Worker's last word. */
  receive(answer: BaselineAnswer): LearningSnapshot | undefined {
    const { id, workloads, isLast } = answer;
    if (id === 0) {
      this.#final.push(...workloads);
      return isLast ? snapshotOf(this.#final) : undefined;
    }
    this.#pending.take(id, answer, isLast);
    return undefined;
  }

  /** The Worker is gone: nobody will answer. */
  close(): void {
    this.#pending.close();
  }

  async #change(request: BaselineRequest): Promise<number> {
    const parts = await this.#ask(request);
    this.#onChange();
    return parts.reduce((sum, { changed }) => sum + changed, 0);
  }

  #ask(request: BaselineRequest): Promise<readonly BaselineAnswer[]> {
    return this.#pending.ask((id) => this.#send(id, request));
  }
}

function snapshotOf(workloads: readonly KnownWorkload[]): LearningSnapshot {
  return {
    schemaVersion: LEARNING_SCHEMA_VERSION,
    workloads: workloads.map(({ progress: _, ...state }): WorkloadState => state),
  };
}

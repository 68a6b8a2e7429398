import {
  LEARNING_SCHEMA_VERSION,
  type LearningSnapshot,
  type WorkloadFilter,
  type WorkloadState,
} from '@netguard/core';
import type { BaselineAnswer, BaselineRequest } from '../worker/baselines.ts';

export type KnownWorkload = BaselineAnswer['workloads'][number];

/** Requests that may wait for an answer at once. */
const MOST_WAITING = 16;
/** The Worker turns its loop ten times a second; longer than this it is not answering. */
const ANSWER_MS = 30_000;

interface Waiting {
  readonly workloads: KnownWorkload[];
  readonly resolve: (answer: { readonly workloads: readonly KnownWorkload[]; readonly changed: number }) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Where the main thread asks for what the Worker has learned. */
export class BaselineDesk {
  readonly #send: (id: number, request: BaselineRequest) => void;
  readonly #onChange: () => void;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #final: KnownWorkload[] = [];

  /** `onChange`: somebody imported or reset something. */
  constructor(send: (id: number, request: BaselineRequest) => void, onChange: () => void) {
    this.#send = send;
    this.#onChange = onChange;
  }

  async list(filter: WorkloadFilter): Promise<readonly KnownWorkload[]> {
    const { workloads } = await this.#ask({ kind: 'export', filter });
    return workloads;
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
  receive({ id, workloads, isLast, changed }: BaselineAnswer): LearningSnapshot | undefined {
    if (id === 0) {
      this.#final.push(...workloads);
      return isLast ? snapshotOf(this.#final) : undefined;
    }
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return undefined;
    waiting.workloads.push(...workloads);
    if (!isLast) return undefined;
    this.#settle(id);
    waiting.resolve({ workloads: waiting.workloads, changed });
    return undefined;
  }

  /** The Worker is gone: nobody will answer. */
  close(): void {
    for (const [id, { reject }] of this.#waiting) {
      this.#settle(id);
      reject(new Error('NetGuard is stopping'));
    }
  }

  async #change(request: BaselineRequest): Promise<number> {
    const { changed } = await this.#ask(request);
    this.#onChange();
    return changed;
  }

  #ask(request: BaselineRequest): Promise<{ readonly workloads: readonly KnownWorkload[]; readonly changed: number }> {
    const { promise, resolve, reject } = Promise.withResolvers<{
      readonly workloads: readonly KnownWorkload[];
      readonly changed: number;
    }>();
    if (this.#waiting.size >= MOST_WAITING) {
      reject(new Error('too many requests for baselines are waiting'));
      return promise;
    }
    const id = ++this.#lastId;
    const timer = setTimeout(() => {
      this.#settle(id);
      reject(new Error(`the Worker did not answer within ${ANSWER_MS / 1000} s`));
    }, ANSWER_MS).unref();
    this.#waiting.set(id, { workloads: [], resolve, reject, timer });
    this.#send(id, request);
    return promise;
  }

  #settle(id: number): void {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
  }
}

function snapshotOf(workloads: readonly KnownWorkload[]): LearningSnapshot {
  return {
    schemaVersion: LEARNING_SCHEMA_VERSION,
    workloads: workloads.map(({ progress: _, ...state }): WorkloadState => state),
  };
}

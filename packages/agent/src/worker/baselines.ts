import type { LearningSnapshot, LearningStore, WorkloadFilter, WorkloadState } from '@netguard/core';

/** What the main thread may ask of what was learned. */
export type BaselineRequest =
  | { readonly kind: 'export'; readonly filter: WorkloadFilter }
  /** `isMerge`: joined with what is known; otherwise instead of it, workload by workload. */
  | { readonly kind: 'import'; readonly snapshot: LearningSnapshot; readonly isMerge: boolean }
  | { readonly kind: 'reset'; readonly filter: WorkloadFilter };

export interface BaselineAnswer {
  readonly type: 'baselines';
  /** That of the request; 0 for all there is at the end. */
  readonly id: number;
  /** A part of an export; the parts come in order. */
  readonly workloads: readonly (WorkloadState & { readonly progress: number })[];
  readonly isLast: boolean;
  /** Workloads taken over, or forgotten. */
  readonly changed: number;
}

/** Workloads written out at once: about a millisecond, so that no alert waits for an export. */
const AT_ONCE = 20;

interface Export {
  readonly id: number;
  readonly states: Iterator<WorkloadState, void>;
}

/** Answers for the store, which lives beside the detectors, from the Worker's own loop. */
export class Baselines {
  readonly #store: LearningStore;
  readonly #post: (answer: BaselineAnswer) => void;
  readonly #exports: Export[] = [];

  constructor(store: LearningStore, post: (answer: BaselineAnswer) => void) {
    this.#store = store;
    this.#post = post;
  }

  ask(id: number, request: BaselineRequest): void {
    switch (request.kind) {
      case 'export':
        this.#exports.push({ id, states: this.#store.states(request.filter) });
        break;
      case 'import':
        if (request.isMerge) this.#store.merge(request.snapshot);
        else this.#store.import(request.snapshot);
        this.#done(id, request.snapshot.workloads.length);
        break;
      case 'reset':
        this.#done(id, this.#store.reset(request.filter));
        break;
    }
  }

  /** Goes on with the exports: a few workloads of the first one. Called each turn of the loop. */
  advance(): void {
    const [first] = this.#exports;
    if (first === undefined) return;
    if (this.#part(first, AT_ONCE)) this.#exports.shift();
  }

  /** All there is, at once: nothing else waits any more. */
  finish(): void {
    this.#exports.length = 0;
    this.#part({ id: 0, states: this.#store.states() }, Number.POSITIVE_INFINITY);
  }

  #part({ id, states }: Export, most: number): boolean {
    const workloads: (WorkloadState & { readonly progress: number })[] = [];
    let isLast = false;
    while (!isLast && workloads.length < most) {
      const { done, value } = states.next();
      if (done || value === undefined) isLast = true;
      else workloads.push({ ...value, progress: this.#store.progressOf(value) });
    }
    this.#post({ type: 'baselines', id, workloads, isLast, changed: 0 });
    return isLast;
  }

  #done(id: number, changed: number): void {
    this.#post({ type: 'baselines', id, workloads: [], isLast: true, changed });
  }
}

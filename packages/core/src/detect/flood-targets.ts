import { type Endpoint, workloadKey } from '../endpoint.ts';
import { Lru } from '../sketch/lru.ts';
import type { TableState } from '../table-state.ts';

/** What a flood detector keeps of one workload. */
export interface FloodState {
  readonly key: string;
  /** The end last met, for naming. */
  endpoint: Endpoint;
  /** In the table: false once evicted. */
  isHeld: boolean;
  /** Has moved since the last evaluation, or is in alarm. */
  isTouched: boolean;
  readonly isKept: boolean;
}

/** State by workload, found by its Endpoint object without making a key, in bounded memory. */
export class FloodTargets<S extends FloodState> {
  readonly #byKey: Lru<string, S>;
  /** Identity hands out one object per subject, so that most look-ups end here. */
  readonly #byEndpoint = new WeakMap<Endpoint, S>();
  readonly #make: (key: string, endpoint: Endpoint) => S;
  #touched: S[] = [];
  #lastEndpoint: Endpoint | undefined;
  #last: S | undefined;

  constructor(capacity: number, make: (key: string, endpoint: Endpoint) => S) {
    this.#byKey = new Lru<string, S>(capacity, (state) => state.isKept);
    this.#make = make;
  }

  /** The state of a workload, made when there is none, and on the list of those to evaluate. */
  touch(endpoint: Endpoint): S {
    if (endpoint === this.#lastEndpoint && this.#last?.isHeld && this.#last.isTouched) return this.#last;
    let state = this.#byEndpoint.get(endpoint);
    if (!state?.isHeld) state = this.#getOrMake(endpoint);
    if (!state.isTouched) {
      state.isTouched = true;
      if (endpoint.ip !== '') state.endpoint = endpoint;
      this.#byKey.get(state.key);
      this.#touched.push(state);
    }
    this.#lastEndpoint = endpoint;
    this.#last = state;
    return state;
  }

  /** The state of a workload, if there is one; it is not touched by that. */
  find(endpoint: Endpoint): S | undefined {
    if (this.#byKey.size === 0) return undefined;
    const state = this.#byEndpoint.get(endpoint);
    return state?.isHeld ? state : this.#byKey.get(workloadKey(endpoint));
  }

  /**
   * Calls `each` for all that were touched, after `first` was called for all of them; those for which `each` says true stay
   * on the list.
   */
  evaluate(each: (state: S) => boolean, first: (state: S) => void = () => {}): void {
    const touched = this.#touched.filter(({ isHeld }) => isHeld);
    this.#touched = [];
    for (const state of touched) first(state);
    for (const state of touched) {
      state.isTouched = each(state);
      if (state.isTouched) this.#touched.push(state);
    }
  }

  get state(): TableState {
    return { entries: this.#byKey.size, capacity: this.#byKey.capacity, evicted: this.#byKey.evicted };
  }

  #getOrMake(endpoint: Endpoint): S {
    const key = workloadKey(endpoint);
    let state = this.#byKey.get(key);
    if (state === undefined) {
      state = this.#make(key, endpoint);
      const evicted = this.#byKey.set(key, state);
      if (evicted !== undefined) {
        evicted.isHeld = false;
        if (this.#touched.length > 2 * this.#byKey.capacity)
          this.#touched = this.#touched.filter(({ isHeld }) => isHeld);
      }
    }
    this.#byEndpoint.set(endpoint, state);
    return state;
  }
}

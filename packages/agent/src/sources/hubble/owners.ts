import { type Endpoint, Lru, type TableState } from '@netguard/core';

const CAPACITY = 16_384;
/** As long as the totals of a pod outlive its cgroup, where a kernel tells of its end. Flows tell of none. */
const SILENT_MS = 900_000;
/** How many of the silent are forgotten at once. */
const AT_ONCE = 1000;

interface Owner {
  readonly id: number;
  readonly key: string;
  endpoint: Endpoint;
  lastMs: number;
}

/** Numbers for pods and hosts, as the kernel's cgroup ids are for what runs on a node: by name, not by address. */
export class Owners {
  readonly #byKey = new Lru<string, Owner>(CAPACITY);
  readonly #byId = new Map<number, Owner>();
  readonly #dropped: number[] = [];
  #last = 0;

  idOf(endpoint: Endpoint, timeMs: number): number {
    const key = endpoint.kind === 'pod' ? `${endpoint.namespace}/${endpoint.pod}` : `${endpoint.kind} ${endpoint.ip}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      known.endpoint = endpoint;
      if (timeMs > known.lastMs) known.lastMs = timeMs;
      return known.id;
    }
    const owner: Owner = { id: ++this.#last, key, endpoint, lastMs: timeMs };
    const evicted = this.#byKey.set(key, owner);
    if (evicted !== undefined) this.#drop(evicted);
    this.#byId.set(owner.id, owner);
    return owner.id;
  }

  find(id: number): Endpoint | undefined {
    return this.#byId.get(id)?.endpoint;
  }

  /** Forgets those that nothing was heard of for a quarter of an hour; returns their ids and those that gave way. */
  takeSilent(nowMs: number): number[] {
    const silent: Owner[] = [];
    for (const owner of this.#byKey.values()) {
      if (nowMs - owner.lastMs > SILENT_MS) silent.push(owner);
      if (silent.length >= AT_ONCE) break;
    }
    for (const owner of silent) {
      this.#byKey.delete(owner.key);
      this.#drop(owner);
    }
    return this.#dropped.splice(0);
  }

  get state(): TableState {
    return { entries: this.#byKey.size, capacity: CAPACITY, evicted: this.#byKey.evicted };
  }

  #drop({ id }: Owner): void {
    this.#byId.delete(id);
    this.#dropped.push(id);
  }
}

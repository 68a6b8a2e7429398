import type { TableState } from '../table-state.ts';
import { SlotTable } from './slot-table.ts';
import { TcpFlow } from './tcp-flow.ts';

/**
 * In which list a pair of sockets stands. Each has a quota of its own, so that a flood of SYNs pushes out SYNs only, and
 * closed connections never push out open ones.
 */
/** Younger than a second and not established, in the order they began. */
export const FRESH = 0;
/** Not established after a second. */
export const WAITING = 1;
export const OPEN = 2;
/** One end has sent its FIN. */
export const HALF_CLOSED = 3;
/** Closed, or a probe that was counted. */
export const GONE = 4;

const QUOTAS: readonly number[] = [32_768, 16_384, 65_536, 8192, 32_768];

/** Pairs of sockets by their key (`pairKey`), each list ordered by when it was touched last. */
export class TcpTable {
  readonly #table = new SlotTable(9, QUOTAS.length);
  readonly #flows: TcpFlow[] = [];
  readonly #evict: (flow: TcpFlow, list: number) => void;
  readonly #evicted = new Float64Array(QUOTAS.length);
  #begun = 0;

  /** `evict` hears of each pair that makes room, before it is forgotten. */
  constructor(evict: (flow: TcpFlow, list: number) => void) {
    this.#evict = evict;
  }

  find(key: Int32Array): TcpFlow | undefined {
    const slot = this.#table.find(key);
    return slot < 0 ? undefined : this.#flows[slot];
  }

  /** A new pair, in FRESH. */
  add(key: Int32Array, timeMs: number): TcpFlow {
    this.#makeRoom(FRESH);
    const slot = this.#table.add(key, FRESH);
    this.#flows[slot] ??= new TcpFlow();
    const flow = this.#flows[slot]!;
    flow.reset(slot, ++this.#begun, timeMs);
    return flow;
  }

  /** The same two sockets begin anew. */
  restart(flow: TcpFlow, timeMs: number): void {
    this.move(flow, FRESH);
    flow.reset(flow.slot, ++this.#begun, timeMs);
  }

  touch(flow: TcpFlow): void {
    this.#table.touch(flow.slot);
  }

  move(flow: TcpFlow, list: number): void {
    if (this.#table.listOf(flow.slot) !== list) this.#makeRoom(list);
    this.#table.touch(flow.slot, list);
  }

  listOf(flow: TcpFlow): number {
    return this.#table.listOf(flow.slot);
  }

  oldest(list: number): TcpFlow | undefined {
    const slot = this.#table.oldest(list);
    return slot < 0 ? undefined : this.#flows[slot];
  }

  remove(flow: TcpFlow): void {
    this.#table.remove(flow.slot);
    flow.isDirty = false;
  }

  /** Pairs seen since the start. */
  get begun(): number {
    return this.#begun;
  }

  evicted(list: number): number {
    return this.#evicted[list]!;
  }

  get state(): TableState {
    const capacity = QUOTAS.reduce((sum, quota) => sum + quota, 0);
    const evicted = this.#evicted.reduce((sum, count, list) => (list === GONE ? sum : sum + count), 0);
    return { entries: this.#table.total, capacity, evicted };
  }

  #makeRoom(list: number): void {
    if (this.#table.size(list) < QUOTAS[list]!) return;
    const flow = this.oldest(list)!;
    this.#evicted[list]!++;
    this.#evict(flow, list);
    // Telling of it may have moved it on.
    this.remove(flow);
  }
}

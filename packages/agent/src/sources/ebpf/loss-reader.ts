import type { LossObservation } from '@netguard/core';
import * as abi from '@netguard/core/abi';
import type { BpfMap, BpfProgram } from '@netguard/libbpf';
import { MapBatch } from '@netguard/libbpf';
import { LossCounts } from '../loss-counts.ts';
import { u64 } from './layout.ts';

/** Label of netguard_lost_events_total by index of ng_lost: NG_LOST_SOCK_RING → sock_ring. */
const NAMES = new Map<number, string>();
for (const [name, index] of Object.entries(abi)) {
  if (typeof index !== 'number' || !name.startsWith('NG_LOST_') || name === 'NG_LOST_KINDS') continue;
  NAMES.set(index, name.slice('NG_LOST_'.length).toLowerCase());
}

/** Everything that was not delivered, from the kernel's counters and from those that user space reports with `add`. */
export class LossReader {
  readonly #map: BpfMap;
  readonly #programs: readonly BpfProgram[];
  readonly #batch = new MapBatch();
  readonly #counts = new LossCounts();
  readonly #missedBefore = new Map<string, number>();

  constructor(map: BpfMap, programs: readonly BpfProgram[]) {
    this.#map = map;
    this.#programs = programs;
  }

  add(source: string, count: number): void {
    this.#counts.add(source, count);
  }

  /** Cumulative, only what is not zero. */
  totals(): Record<string, number> {
    return this.#counts.totals();
  }

  read(timeMs: number, each: (observation: LossObservation) => void): void {
    this.#readMap();
    this.#readSkippedRuns();
    this.#counts.tell(timeMs, each);
  }

  #readMap(): void {
    const count = this.#map.readBatch(this.#batch);
    const keys = this.#batch.keysView;
    const values = this.#batch.valuesView;
    for (let i = 0; i < count; i++) {
      const name = NAMES.get(keys.getUint32(i * 4, true));
      if (name) this.#counts.set(name, u64(values, i * 8));
    }
  }

  /** A tracing program is skipped when it would interrupt itself: recursion_misses tells how often. */
  #readSkippedRuns(): void {
    for (const program of this.#programs) {
      const misses = program.info().recursionMisses;
      const before = this.#missedBefore.get(program.name) ?? 0;
      this.#missedBefore.set(program.name, misses);
      this.add(`skipped_${program.name}`, misses - before);
    }
  }
}

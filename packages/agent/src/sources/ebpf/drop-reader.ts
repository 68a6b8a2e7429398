import type { DropObservation } from '@netguard/core';
import { ngDropKey as K } from '@netguard/core/abi';
import type { BpfMap } from '@netguard/libbpf';
import { MapBatch } from '@netguard/libbpf';
import type { KernelClock } from './kernel-clock.ts';
import { u32, u64 } from './layout.ts';

/** An entry that did not move for this long is deleted: namespaces come and go, the map does not grow. */
const IDLE_MS = 900_000;

/** Reads dropped packets by network namespace and reason; names come from the running kernel's own enum. */
export class DropReader {
  readonly #map: BpfMap;
  readonly #clock: KernelClock;
  readonly #reasons: ReadonlyMap<number, string>;
  readonly #batch = new MapBatch();
  readonly #last = new Map<number, { packets: number; movedMs: number }>();

  constructor(map: BpfMap, clock: KernelClock, reasons: ReadonlyMap<number, string>) {
    this.#map = map;
    this.#clock = clock;
    this.#reasons = reasons;
  }

  get entries(): number {
    return this.#batch.count;
  }

  read(each: (observation: DropObservation) => void): void {
    const count = this.#map.readBatch(this.#batch);
    const keys = this.#batch.keysView;
    const values = this.#batch.valuesView;
    const timeMs = this.#clock.nowMs();
    for (let i = 0; i < count; i++) {
      const netns = u32(keys, i * K.SIZE + K.netns);
      const reason = u32(keys, i * K.SIZE + K.reason);
      const packets = u64(values, i * 8);
      const id = netns * 65536 + (reason & 0xffff);
      const last = this.#last.get(id);
      const before = last !== undefined && last.packets <= packets ? last.packets : 0;
      if (last !== undefined && packets === before) {
        if (timeMs - last.movedMs > IDLE_MS) {
          this.#map.deleteRaw(this.#batch.keys.subarray(i * K.SIZE, (i + 1) * K.SIZE));
          this.#last.delete(id);
        }
        continue;
      }
      this.#last.set(id, { packets, movedMs: timeMs });
      each({
        kind: 'drop',
        timeMs,
        netns,
        reason: this.#reasons.get(reason) ?? `reason ${reason}`,
        packets: packets - before,
      });
    }
  }
}

/** `SKB_DROP_REASON_NO_SOCKET` → `NO_SOCKET`, by value. */
export function dropReasonNames(values: Iterable<readonly [string, number | bigint]>): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, value] of values) names.set(Number(value), name.replace(/^SKB_(DROP_REASON_)?/, ''));
  return names;
}

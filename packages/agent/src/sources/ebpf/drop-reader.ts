import type { DropObservation } from '@netguard/core';
import { ngDrop as D, ngDropSet } from '@netguard/core/abi';
import type { BpfMap } from '@netguard/libbpf';
import type { KernelClock } from './kernel-clock.ts';

/** A counter that did not move for this long is freed: namespaces come and go. */
const IDLE_MS = 900_000;
const WAYS = ngDropSet.SIZE / D.SIZE;
const HALVES = D.SIZE / 4;
const WORDS = D.SIZE / 8;
/** Little-endian: the reason is the lower half of the owner, and never 0. */
const REASON = D.owner / 4;
const NETNS = REASON + 1;

interface Last {
  packets: number;
  movedMs: number;
}

/** Reads dropped packets by network namespace and reason; names come from the running kernel's own enum. */
export class DropReader {
  readonly #clock: KernelClock;
  readonly #reasons: ReadonlyMap<number, string>;
  readonly #halves: Uint32Array;
  /** The same memory: an aligned 64-bit load is never half of a number that is being counted up. */
  readonly #words: BigUint64Array;
  /** By counter; kept when it is freed, as its next owner counts on from there. */
  readonly #last = new Map<number, Last>();
  /** Counters there are. */
  readonly capacity: number;
  #entries = 0;

  constructor(map: Pick<BpfMap, 'mmap' | 'maxEntries'>, clock: KernelClock, reasons: ReadonlyMap<number, string>) {
    const bytes = map.mmap();
    this.capacity = map.maxEntries * WAYS;
    this.#halves = new Uint32Array(bytes.buffer, bytes.byteOffset, this.capacity * HALVES);
    this.#words = new BigUint64Array(bytes.buffer, bytes.byteOffset, this.capacity * WORDS);
    this.#clock = clock;
    this.#reasons = reasons;
  }

  /** Counters with an owner at the last reading. */
  get entries(): number {
    return this.#entries;
  }

  read(each: (observation: DropObservation) => void): void {
    const timeMs = this.#clock.nowMs();
    const halves = this.#halves;
    this.#entries = 0;
    for (let n = 0, at = 0; n < this.capacity; n++, at += HALVES) {
      const reason = halves[at + REASON] as number;
      if (reason === 0) continue;
      this.#entries++;
      const netns = halves[at + NETNS] as number;
      const packets = Number(this.#words[n * WORDS + D.packets / 8]);
      const moved = this.#move(n, packets, timeMs);
      if (moved === 0) continue;
      each({ kind: 'drop', timeMs, netns, reason: this.#reasons.get(reason) ?? `reason ${reason}`, packets: moved });
    }
  }

  /** Packets since the last reading; frees the counter when there have been none for long. */
  #move(n: number, packets: number, timeMs: number): number {
    const last = this.#last.get(n);
    if (last === undefined) {
      this.#last.set(n, { packets, movedMs: timeMs });
      return packets;
    }
    const moved = packets - last.packets;
    last.packets = packets;
    if (moved > 0) last.movedMs = timeMs;
    else if (timeMs - last.movedMs > IDLE_MS) this.#words[n * WORDS + D.owner / 8] = 0n;
    return moved;
  }
}

/** `SKB_DROP_REASON_NO_SOCKET` → `NO_SOCKET`, by value. */
export function dropReasonNames(values: Iterable<readonly [string, number | bigint]>): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, value] of values) names.set(Number(value), name.replace(/^SKB_(DROP_REASON_)?/, ''));
  return names;
}

import type { ListenerObservation } from '../observation.ts';

/** What moved at a listener between two moments. */
export interface Movement {
  readonly fromMs: number;
  readonly toMs: number;
  readonly syns: number;
  readonly synRetransmits: number;
  readonly queueFullSyns: number;
  readonly completed: number;
  readonly acks: number;
}

/** 3 s of points: a tick a second plus the threshold events, no closer than 100 ms each second one. */
const POINTS = 48;
const CLOSE_MS = 100;
/** Events of two kernel paths may come in the wrong order by about this; more is a clock that was set. */
const REORDER_MS = 5000;
const STRIDE = 6;
const TIME = 0;
const SYNS = 1;
const RETRANSMITS = 2;
const QUEUE_FULL = 3;
const COMPLETED = 4;
const ACKS = 5;

/** A listener's cumulative counters over the last seconds, as a ring of points. Holds numbers only: no allocation a point. */
export class ListenerWindow {
  readonly #points = new Float64Array(POINTS * STRIDE);
  /** Index of the newest point, and how many there are. */
  #newest = -1;
  #size = 0;

  /**
   * Adds a reading. `late`: it is older than the newest and tells nothing new. `anew`: counters or clock went backwards, so
   * what was known is dropped and this reading is the new base.
   * @param assumedSyns first SYNs of the current window, used for a base before the very first reading of a threshold event.
   */
  push(reading: ListenerObservation, windowMs: number, assumedSyns: number): 'first' | 'next' | 'late' | 'anew' {
    if (this.#size === 0) {
      this.#begin(reading, windowMs, assumedSyns);
      return 'first';
    }
    const at = this.#newest * STRIDE;
    const behindMs = this.#points[at + TIME]! - reading.timeMs;
    if (behindMs >= 0 && behindMs <= REORDER_MS) {
      if (behindMs === 0 && reading.syns > this.#points[at + SYNS]!) this.#write(this.#newest, reading);
      return 'late';
    }
    const fell = reading.syns < this.#points[at + SYNS]! || reading.completed < this.#points[at + COMPLETED]!;
    if (behindMs > 0 || fell) {
      this.#begin(reading, windowMs, assumedSyns);
      return 'anew';
    }
    if (this.#size > 1 && reading.timeMs - this.#points[this.#back(1) * STRIDE + TIME]! < CLOSE_MS) {
      this.#write(this.#newest, reading);
      return 'next';
    }
    this.#append(reading);
    return 'next';
  }

  get newestMs(): number {
    return this.#size === 0 ? Number.NEGATIVE_INFINITY : this.#points[this.#newest * STRIDE + TIME]!;
  }

  /** First SYNs counted up to the newest reading. */
  get syns(): number {
    return this.#size === 0 ? 0 : this.#points[this.#newest * STRIDE + SYNS]!;
  }

  /**
   * What moved from the newest reading at or before `fromMs` (else the oldest one held) to the newest at or before `toMs`.
   * A group that does not move gives no readings, so the older one's counters still held at `fromMs`.
   */
  between(fromMs: number, toMs: number): Movement {
    const from = this.#indexAt(fromMs) * STRIDE;
    const to = this.#indexAt(toMs) * STRIDE;
    const points = this.#points;
    return {
      fromMs: points[from + TIME]!,
      toMs: points[to + TIME]!,
      syns: points[to + SYNS]! - points[from + SYNS]!,
      synRetransmits: points[to + RETRANSMITS]! - points[from + RETRANSMITS]!,
      queueFullSyns: points[to + QUEUE_FULL]! - points[from + QUEUE_FULL]!,
      completed: points[to + COMPLETED]! - points[from + COMPLETED]!,
      acks: points[to + ACKS]! - points[from + ACKS]!,
    };
  }

  /** First SYNs of the same time, when nothing else is asked. */
  synsBetween(fromMs: number, toMs: number): number {
    return this.#moved(SYNS, fromMs, toMs);
  }

  /** First SYNs that met a full accept queue in the same time. */
  queueFullBetween(fromMs: number, toMs: number): number {
    return this.#moved(QUEUE_FULL, fromMs, toMs);
  }

  /** SYNs of the same time that came again. */
  retransmitsBetween(fromMs: number, toMs: number): number {
    return this.#moved(RETRANSMITS, fromMs, toMs);
  }

  #moved(column: number, fromMs: number, toMs: number): number {
    const points = this.#points;
    return points[this.#indexAt(toMs) * STRIDE + column]! - points[this.#indexAt(fromMs) * STRIDE + column]!;
  }

  #begin(reading: ListenerObservation, windowMs: number, assumedSyns: number): void {
    this.#size = 0;
    this.#newest = -1;
    if (reading.trigger === 'threshold') {
      // The kernel says that these SYNs came within its window. Whatever may have completed in it, is taken to have.
      const syns = Math.min(reading.syns, assumedSyns);
      this.#append({
        ...reading,
        timeMs: reading.timeMs - windowMs,
        syns: reading.syns - syns,
        completed: Math.max(0, reading.completed - syns),
        queueFullSyns: Math.max(0, reading.queueFullSyns - syns),
        acks: Math.max(0, reading.acks - syns),
      });
    }
    this.#append(reading);
  }

  #append(reading: ListenerObservation): void {
    this.#newest = (this.#newest + 1) % POINTS;
    this.#size = Math.min(this.#size + 1, POINTS);
    this.#write(this.#newest, reading);
  }

  #write(index: number, reading: ListenerObservation): void {
    const at = index * STRIDE;
    this.#points[at + TIME] = reading.timeMs;
    this.#points[at + SYNS] = reading.syns;
    this.#points[at + RETRANSMITS] = reading.synRetransmits;
    this.#points[at + QUEUE_FULL] = reading.queueFullSyns;
    this.#points[at + COMPLETED] = reading.completed;
    this.#points[at + ACKS] = reading.acks;
  }

  #back(steps: number): number {
    return (this.#newest - steps + POINTS) % POINTS;
  }

  #indexAt(timeMs: number): number {
    for (let steps = 0; steps < this.#size; steps++) {
      const index = this.#back(steps);
      if (this.#points[index * STRIDE + TIME]! <= timeMs) return index;
    }
    return this.#back(this.#size - 1);
  }
}

/** Events in one window of `windowMs`, of `count` that came in `elapsedMs`. Short spans are not extrapolated; long ones lack ticks only because nothing moved. */
export function perWindow(count: number, elapsedMs: number, windowMs: number): number {
  const spanMs = Math.min(Math.max(elapsedMs, windowMs), Math.max(2 * windowMs, 2000));
  return (count * windowMs) / spanMs;
}

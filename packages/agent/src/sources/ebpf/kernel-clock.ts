/**
 * Kernel clocks → epoch milliseconds. Boot time goes on in suspend, monotonic does not; both are anchored to the wall
 * clock at start and each minute, so a stepped wall clock is followed within a minute and never bends a duration.
 */
export class KernelClock {
  readonly #readBootNs: () => number;
  readonly #readMonotonicNs: () => number;
  #bootToEpochMs = 0;
  #monotonicToEpochMs = 0;
  #anchoredMs = Number.NEGATIVE_INFINITY;

  constructor(readBootNs: () => number, readMonotonicNs: () => number) {
    this.#readBootNs = readBootNs;
    this.#readMonotonicNs = readMonotonicNs;
    this.anchor();
  }

  /** Anchors again when the last time is a minute ago. */
  keep(): void {
    if (this.#readMonotonicNs() / 1e6 - this.#anchoredMs >= 60_000) this.anchor();
  }

  anchor(): void {
    const wallMs = performance.timeOrigin + performance.now();
    const driftMs = Date.now() - wallMs;
    const nowMs = Math.abs(driftMs) > 2 ? Date.now() : wallMs;
    this.#bootToEpochMs = nowMs - this.#readBootNs() / 1e6;
    this.#anchoredMs = this.#readMonotonicNs() / 1e6;
    this.#monotonicToEpochMs = nowMs - this.#anchoredMs;
  }

  fromBoot(ns: number): number {
    return ns / 1e6 + this.#bootToEpochMs;
  }

  fromMonotonic(ns: number): number {
    return ns / 1e6 + this.#monotonicToEpochMs;
  }

  /** Now, on the same scale as event times. */
  nowMs(): number {
    return this.#readBootNs() / 1e6 + this.#bootToEpochMs;
  }
}

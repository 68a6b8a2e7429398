import type { Pipeline } from './pipeline.ts';

/** What the thread that detects takes, and what it loses by itself: the same whatever its source is. */
export class WorkerMeter {
  #cpuBefore = process.threadCpuUsage();
  #stallMs = 0;
  #flowsLost = 0;
  #errorsLost = 0;

  /** @param beganMs `performance.now()` when a round of work began. */
  noteRound(beganMs: number): void {
    this.#stallMs = Math.max(this.#stallMs, performance.now() - beganMs);
  }

  /** Processor time of this thread, and the longest round of work, since the last call. */
  take(): { readonly cpuSeconds: number; readonly stallMs: number } {
    const now = process.threadCpuUsage();
    const usedUs = now.user - this.#cpuBefore.user + now.system - this.#cpuBefore.system;
    const stallMs = this.#stallMs;
    this.#cpuBefore = now;
    this.#stallMs = 0;
    return { cpuSeconds: usedUs / 1e6, stallMs };
  }

  /** Tells what the pipeline has lost since the last call. */
  countLosses({ outbox, detection }: Pipeline, countLost: (source: string, count: number) => void): void {
    const flows = outbox.dropped;
    countLost('flow_records', flows - this.#flowsLost);
    this.#flowsLost = flows;
    const errors = detection.errors();
    countLost('detector_errors', errors - this.#errorsLost);
    this.#errorsLost = errors;
  }
}

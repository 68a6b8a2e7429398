import type { ReplayProgress } from '@netguard/agent';
import { formatBytes, formatCount } from '../text/quantity.ts';

/** A replay that takes no longer shows nothing. */
const FIRST_MS = 1000;
const EVERY_MS = 250;

/** One line on a terminal that says how far the reading is. */
export class ProgressLine {
  readonly #output: NodeJS.WriteStream;
  readonly #beganMs = performance.now();
  #shownMs = Number.NEGATIVE_INFINITY;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
  }

  show(progress: ReplayProgress): void {
    if (!this.#output.isTTY) return;
    const nowMs = performance.now();
    if (nowMs - this.#beganMs < FIRST_MS || nowMs - this.#shownMs < EVERY_MS) return;
    this.#shownMs = nowMs;
    this.#output.write(`\r\x1b[K${progressText(progress, nowMs - this.#beganMs)}`);
  }

  clear(): void {
    if (this.#shownMs > 0) this.#output.write('\r\x1b[K');
    this.#shownMs = Number.NEGATIVE_INFINITY;
  }
}

/** `12 %  1.2 GB of 10 GB  8.1M packets  430k/s`; without a size no share. */
export function progressText({ bytes, sizeBytes, packets }: ReplayProgress, elapsedMs: number): string {
  const rate = `${formatCount((packets * 1000) / Math.max(1, elapsedMs))}/s`;
  if (sizeBytes === undefined || sizeBytes === 0)
    return `${formatBytes(bytes)}  ${formatCount(packets)} packets  ${rate}`;
  const share = Math.min(100, Math.floor((bytes * 100) / sizeBytes));
  return `${share} %  ${formatBytes(bytes)} of ${formatBytes(sizeBytes)}  ${formatCount(packets)} packets  ${rate}`;
}

import { FloodLane } from './flood-lane.ts';

const SPANS_HELD = 60;

/** A lane that remembers the rates of its last spans. */
export class AveragedLane extends FloodLane {
  readonly #spans: number[] = [];

  /** A second, over the last `spans` spans; those that lie before the first count as empty. */
  average(spans: number): number {
    let sum = 0;
    for (const rate of this.#spans.slice(-spans)) sum += rate;
    return Math.max(0, sum) / spans;
  }

  /** How many of the last `spans` spans had at least `rate`. */
  spansAbove(rate: number, spans: number): number {
    let above = 0;
    for (const one of this.#spans.slice(-spans)) if (one >= rate) above++;
    return above;
  }

  override roll(spanMs: number): void {
    // Below 0 where more was vouched for than came: it may come in the next span.
    const perSecond = (this.packets * 1000) / spanMs;
    super.roll(spanMs);
    this.#spans.push(perSecond);
    if (this.#spans.length > SPANS_HELD) this.#spans.shift();
  }

  override get isIdle(): boolean {
    return super.isIdle && this.#spans.every((rate) => rate === 0);
  }
}

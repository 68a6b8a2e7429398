/** Sums over the last spans of about a second each, in fixed memory. */
export class SpanCount {
  readonly #spans: Float64Array;
  #at = 0;
  /** Of the span that goes on. */
  current = 0;
  #sum = 0;

  constructor(spans: number) {
    this.#spans = new Float64Array(spans);
  }

  /** Ends the span that goes on. */
  roll(): void {
    this.#at = (this.#at + 1) % this.#spans.length;
    this.#sum += this.current - this.#spans[this.#at]!;
    this.#spans[this.#at] = this.current;
    this.current = 0;
  }

  /** Of the ended spans. Not below 0: what was vouched for in advance makes up for nothing else. */
  get sum(): number {
    return Math.max(0, Math.round(this.#sum));
  }

  /** Of the newest `spans` ended ones. */
  last(spans: number): number {
    const length = this.#spans.length;
    let sum = 0;
    for (let back = 0; back < Math.min(spans, length); back++) sum += this.#spans[(this.#at - back + length) % length]!;
    return Math.max(0, sum);
  }
}

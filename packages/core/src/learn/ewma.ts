import type { Baseline } from './learning.ts';

/**
 * Samples over which the past fades: the plain mean until there are as many, an exponential one after. 4096 samples of 5 s are
 * 5.7 hours.
 */
export const EWMA_HORIZON = 4096;

/** What an `Ewma` is made of; it can be written down and merged. */
export interface EwmaState {
  readonly mean: number;
  readonly variance: number;
  readonly samples: number;
  readonly largest: number;
}

/** Exponentially weighted mean and variance (West 1979), unbiased from the first sample on. */
export class Ewma {
  #mean: number;
  #variance: number;
  #samples: number;
  #largest: number;

  constructor(state: EwmaState = { mean: 0, variance: 0, samples: 0, largest: 0 }) {
    this.#mean = state.mean;
    this.#variance = state.variance;
    this.#samples = state.samples;
    this.#largest = state.largest;
  }

  /** Negative and non-finite values are ignored. */
  add(value: number): void {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) return;
    this.#samples++;
    const weight = 1 / Math.min(this.#samples, EWMA_HORIZON);
    const difference = value - this.#mean;
    const step = difference * weight;
    this.#mean += step;
    this.#variance = (1 - weight) * (this.#variance + difference * step);
    if (value > this.#largest) this.#largest = value;
  }

  get samples(): number {
    return this.#samples;
  }

  /** With the mean that is usual at this time of the week, when that is known. */
  baseline(usual: number | undefined): Baseline {
    return {
      mean: usual ?? this.#mean,
      deviation: Math.sqrt(this.#variance),
      samples: this.#samples,
      largest: this.#largest,
    };
  }

  get state(): EwmaState {
    return { mean: this.#mean, variance: this.#variance, samples: this.#samples, largest: this.#largest };
  }
}

/** The state of both streams together (Chan, Golub, LeVeque 1979): associative and commutative but for rounding. */
export function mergeEwma(a: EwmaState, b: EwmaState): EwmaState {
  const samples = a.samples + b.samples;
  if (samples === 0) return { mean: 0, variance: 0, samples: 0, largest: 0 };
  const shareB = b.samples / samples;
  const difference = b.mean - a.mean;
  return {
    mean: a.mean + difference * shareB,
    variance: a.variance * (1 - shareB) + b.variance * shareB + difference * difference * shareB * (1 - shareB),
    samples,
    largest: Math.max(a.largest, b.largest),
  };
}

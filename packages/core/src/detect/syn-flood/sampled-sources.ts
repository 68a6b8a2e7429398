import type { ListenerObservation } from '../../observation.ts';
import { type Heavy, SpaceSaving } from '../../sketch/space-saving.ts';

/** The kernel keeps the newest eight. */
const HELD = 8;

/** SYN sources by how often they were among the kernel's samples: an estimate of everybody's share. */
export class SampledSources {
  readonly #counts = new SpaceSaving(32);
  #samples = 0;
  #syns = Number.NaN;

  /** Takes the samples of a reading that are newer than those of the one before: one SYN is sampled once. */
  add({ sampleSources, syns }: ListenerObservation): void {
    const isFurther = !(syns < this.#syns);
    const fresh = Number.isNaN(this.#syns) || !isFurther ? HELD : syns - this.#syns;
    this.#syns = syns;
    if (fresh <= 0) return;
    for (const ip of sampleSources.slice(-Math.min(HELD, fresh))) {
      this.#counts.add(ip);
      this.#samples++;
    }
  }

  get samples(): number {
    return this.#samples;
  }

  top(limit: number): Heavy[] {
    return this.#counts.top(limit);
  }

  clear(): void {
    this.#counts.clear();
    this.#samples = 0;
    this.#syns = Number.NaN;
  }
}

import type { Endpoint, Ends, PayloadObservation } from '@netguard/core';
import type { Config } from '../config/schema.ts';

/** Whoever looks into samples. A sample's bytes are valid during the call only. */
export interface SampleReader {
  observe(sample: PayloadObservation, who: Ends): void;
}

/** What became of samples that the source told, since the start. */
export interface PayloadCounts {
  readonly inspected: number;
  /** Of a namespace that is excluded: dropped unseen. */
  readonly excluded: number;
  /** Of a pod without a name yet, while namespaces are excluded: dropped unseen. */
  readonly unnamed: number;
}

/** Stands before the inspector: what is excluded passes nobody's eyes, whatever the source told. */
export class PayloadGate {
  inspector: SampleReader | undefined;
  /** Told of the same samples in mode `evidence`. */
  keeper: ((sample: PayloadObservation, who: Ends) => void) | undefined;
  #namespaces: ReadonlySet<string> = new Set();
  #isOff = true;
  #isEvidence = false;
  #excludedCgroups = new Set<number>();
  #inspected = 0;
  #excluded = 0;
  #unnamed = 0;

  constructor(settings: Config['payload']) {
    this.configure(settings);
  }

  configure({ mode, excludeNamespaces }: Config['payload']): void {
    this.#isOff = mode === 'off';
    this.#isEvidence = mode === 'evidence';
    this.#namespaces = new Set(excludeNamespaces);
  }

  /** `isNamed`: the watched end is as well known as it will be. */
  observe(sample: PayloadObservation, who: Ends, isNamed: boolean): void {
    if (this.#isOff) return;
    if (this.#namespaces.size > 0) {
      if (this.#isExcluded(who.local)) this.#excludedCgroups.add(sample.cgroupId);
      if (this.#isExcluded(who.local) || this.#isExcluded(who.remote)) {
        this.#excluded++;
        return;
      }
      if (!isNamed) {
        this.#unnamed++;
        return;
      }
    }
    this.#inspected++;
    this.inspector?.observe(sample, who);
    if (this.#isEvidence) this.keeper?.(sample, who);
  }

  /** Cgroups met since the last call of which nothing need be sampled. */
  takeExcludedCgroups(): ReadonlySet<number> {
    const taken = this.#excludedCgroups;
    if (taken.size > 0) this.#excludedCgroups = new Set();
    return taken;
  }

  get counts(): PayloadCounts {
    return { inspected: this.#inspected, excluded: this.#excluded, unnamed: this.#unnamed };
  }

  #isExcluded({ namespace }: Endpoint): boolean {
    return namespace !== undefined && this.#namespaces.has(namespace);
  }
}

import { type Ends, type EvidenceSample, evidenceOf, type PayloadObservation } from '@netguard/core';

/** Bytes of samples that wait for the next flush; what comes beyond is counted. */
const MOST_BYTES = 2 * 1024 * 1024;

/** Copies of samples on their way to the main thread, which keeps them on disk. */
export class EvidenceOutbox {
  readonly #post: (samples: readonly EvidenceSample[], dropped: number) => void;
  #samples: EvidenceSample[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(post: (samples: readonly EvidenceSample[], dropped: number) => void) {
    this.#post = post;
  }

  add(sample: PayloadObservation, who: Ends): void {
    if (this.#bytes + sample.bytes.length > MOST_BYTES) {
      this.#dropped++;
      return;
    }
    this.#bytes += sample.bytes.length;
    this.#samples.push(evidenceOf(sample, who));
  }

  /** Posts what there is. */
  flush(): void {
    if (this.#samples.length === 0 && this.#dropped === 0) return;
    this.#post(this.#samples, this.#dropped);
    this.#samples = [];
    this.#bytes = 0;
    this.#dropped = 0;
  }
}

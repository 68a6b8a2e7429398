import {
  type ApplicationObservation,
  type Ends,
  PayloadInspector,
  type PayloadObservation,
  type SampleRules,
  type SignatureObservation,
  type TableState,
} from '@netguard/core';
import { DnsCounts } from './dns-counts.ts';
import type { DnsRow } from './messages.ts';

type Found = ApplicationObservation | SignatureObservation;

/** Looks into samples: what they say goes to the detectors, with the names that were found for the sample. */
export class PayloadInspection {
  readonly #inspector: PayloadInspector;
  readonly #dns = new DnsCounts();

  constructor(detect: (found: Found, who: Ends) => void) {
    this.#inspector = new PayloadInspector({
      observe: (found, ends) => {
        if (ends === undefined) return;
        if (found.kind === 'application') this.#dns.observe(found, ends.local);
        detect(found, ends);
      },
    });
  }

  observe(sample: PayloadObservation, who: Ends): void {
    this.#inspector.sample(sample, who);
  }

  /** Rules that samples are held against from now on. */
  setRules(rules: SampleRules | undefined): void {
    this.#inspector.rules = rules;
  }

  advance(nowMs: number): void {
    this.#inspector.advance(nowMs);
  }

  dns(nowMs: number): readonly DnsRow[] {
    return this.#dns.list(nowMs);
  }

  get state(): TableState {
    return this.#inspector.state;
  }

  /** Beginnings that were looked at before they were whole, for lack of room. */
  get cutShort(): number {
    return this.#inspector.counts.cutShort;
  }
}

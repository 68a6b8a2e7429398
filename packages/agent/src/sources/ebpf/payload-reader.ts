import type { ConnectionObservation, PayloadObservation } from '@netguard/core';
import { ngPayloadEvent as E } from '@netguard/core/abi';
import type { RingView } from '@netguard/libbpf';
import type { KernelClock } from './kernel-clock.ts';
import { u16 } from './layout.ts';
import { PayloadEnds } from './payload-ends.ts';
import { eachSegment, PayloadRecord } from './payload-record.ts';
import { PayloadUnclaimed } from './payload-unclaimed.ts';

/** Reads the ring of samples in place: what it tells has views of the ring, valid during the call only. */
export class PayloadReader {
  readonly #record: PayloadRecord;
  readonly #ends = new PayloadEnds();
  readonly #unclaimed = new PayloadUnclaimed();
  readonly #each: (sample: PayloadObservation) => void;

  constructor(clock: KernelClock, each: (sample: PayloadObservation) => void) {
    this.#record = new PayloadRecord(clock);
    this.#each = each;
  }

  /** A record of ng_payload. */
  record({ u8, view }: RingView, at: number): void {
    const { sample, isUnclaimed } = this.#record.read(u8, view, at);
    if (isUnclaimed) {
      this.#unclaimed.hold(sample);
      return;
    }
    const earlier = this.#unclaimed.claim(sample, sample.id);
    /* The kernel did not take what came with a SYN, and the client has sent it again. */
    const isAgain = !sample.sent && sample.offset === 0;
    if (earlier !== undefined && !isAgain) this.#tell(earlier);
    if (this.#ends.isTold(sample)) eachSegment(sample, u16(view, at + E.segment_bytes), this.#each);
  }

  /** A connection was told of: samples may wait for it. */
  connection(seen: ConnectionObservation): void {
    const earlier = this.#unclaimed.claim(seen, seen.id);
    if (earlier !== undefined) this.#tell(earlier);
  }

  tick(nowMs: number): void {
    this.#unclaimed.tick(nowMs);
  }

  tables(): { name: string; entries: number; capacity: number; evicted: number }[] {
    return [{ name: 'payload_unclaimed', ...this.#unclaimed.state }];
  }

  #tell(sample: PayloadObservation): void {
    if (this.#ends.isTold(sample)) this.#each(sample);
  }
}

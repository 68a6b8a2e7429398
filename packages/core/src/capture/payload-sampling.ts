/** What of payload is told, as the kernel programs do (bpf/include/netguard/payload_segment.h). */

/** The first packets each way of a conversation. */
export const SAMPLED_PACKETS = 2;
/** TCP to a DNS port: the first segments each way, as many as the kernel's early exit lets through. */
export const DNS_SEGMENTS = 32;
/** Bytes of a packet. */
export const SAMPLED_BYTES = 1500;

/** Of which services payload is told. */
export interface PayloadSampling {
  /** Every message is told. */
  readonly dnsPorts: readonly number[];
  /** Nothing is told. */
  readonly excludePorts: readonly number[];
}

/** How many packets each way are told of a conversation between such ports. */
export class SampledPorts {
  readonly #dns: ReadonlySet<number>;
  readonly #excluded: ReadonlySet<number>;

  constructor({ dnsPorts, excludePorts }: PayloadSampling) {
    this.#dns = new Set(dnsPorts);
    this.#excluded = new Set(excludePorts);
  }

  /** Of a TCP connection, whose server is known. */
  segments(serverPort: number): number {
    if (this.#excluded.has(serverPort)) return 0;
    return this.#dns.has(serverPort) ? DNS_SEGMENTS : SAMPLED_PACKETS;
  }

  /** Of datagrams; either end may be the service. */
  datagrams(port: number, otherPort: number): number {
    if (this.#excluded.has(port) || this.#excluded.has(otherPort)) return 0;
    return this.#dns.has(port) || this.#dns.has(otherPort) ? Number.POSITIVE_INFINITY : SAMPLED_PACKETS;
  }
}

/** An address as four words in host order, IPv4 mapped into IPv6: the first word is the most significant. */
export type AddressWords = Int32Array;

/** The first words of what an ICMP error quotes: which packet it is about. */
export class QuotedPacket {
  readonly source: AddressWords = new Int32Array(4);
  readonly target: AddressWords = new Int32Array(4);
  protocol = 0;
  sourcePort = 0;
  targetPort = 0;
}

/** What the trackers need of a packet. One object is used for all of them; what it holds is valid during one call. */
export class Packet {
  timeMs = 0;
  readonly source: AddressWords = new Int32Array(4);
  readonly target: AddressWords = new Int32Array(4);
  /** IPPROTO_* of the innermost IP header. */
  protocol = 0;
  hops = 0;
  /** 0 for protocols without ports; type and code for ICMP and ICMPv6. */
  sourcePort = 0;
  targetPort = 0;
  /** Datagrams or segments that the frame stands for: later fragments are part of the first, offload unites several. */
  packets = 1;
  /** Transport payload by the IP header's length, whatever part of it was captured. */
  payloadBytes = 0;
  /** TCP: the low six flag bits (RFC 9293), sequence numbers as signed words, maximum segment size of a SYN (0: none). */
  flags = 0;
  sequence = 0;
  acknowledgement = 0;
  segmentSize = 0;
  /** A first SYN as scanners and flooders make it by hand; a socket's looks otherwise. */
  isRawSyn = false;
  /** The packet that an ICMP error answers; undefined for anything else. */
  quoted: QuotedPacket | undefined = undefined;
  /** Where the payload of TCP or UDP was captured: from `payloadStart` of the frame's bytes, as far as it was. */
  #frame: Uint8Array = NOTHING;
  #payloadStart = 0;
  #payloadEnd = 0;

  /** The payload is in `bytes` from `start` to `end`; nothing of it was captured where that is not behind `start`. */
  setPayload(bytes: Uint8Array, start: number, end: number): void {
    this.#frame = bytes;
    this.#payloadStart = start;
    this.#payloadEnd = Math.max(start, end);
  }

  clearPayload(): void {
    this.setPayload(NOTHING, 0, 0);
  }

  /** A view of the payload's bytes `from` to `to`, as far as they were captured. */
  payload(from: number, to: number): Uint8Array {
    const start = Math.min(this.#payloadStart + from, this.#payloadEnd);
    return this.#frame.subarray(start, Math.min(this.#payloadStart + to, this.#payloadEnd));
  }
}

const NOTHING = new Uint8Array(0);

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;
export const URG = 32;

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMPV6 = 58;
export const SCTP = 132;

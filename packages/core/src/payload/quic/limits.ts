/** What the QUIC parser reads at most. */
export const QUIC_LIMITS = {
  /** Bytes of a connection id (RFC 9000, section 17.2). */
  connectionIdBytes: 20,
  /** Packets of one datagram that are looked at: an Initial, a 0-RTT and one more each is what clients send. */
  packets: 4,
  /** Frames of one packet; Chrome cuts a hello into some 20 and mixes PING and PADDING in. */
  frames: 256,
  /** Pieces of one hello that wait to be put in order. */
  pieces: 128,
  /** Bytes of a hello: with post-quantum key shares some 2,000. */
  cryptoBytes: 16_384,
  /** Versions listed in a version negotiation. */
  versions: 64,
} as const;

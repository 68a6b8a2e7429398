/**
 * What parsers of payloads stop at. Samples come from anybody, so each loop that a sample drives has a bound here, or is over
 * its bytes once. Beyond a limit a parser gives what it read so far.
 */
export const PAYLOAD_LIMITS = {
  /** DNS: octets of a name on the wire with its lengths (RFC 1035, section 2.3.4). */
  dnsNameBytes: 255,
  /** DNS: compression pointers followed within one name; each must point before the one that led to it. */
  dnsPointers: 32,
  /** DNS: octets of all names of one message after decompression. 13 bytes can stand for 255, so a message of 64 KB for 1 MB. */
  dnsNameBytesOfMessage: 16_384,
  /** DNS: questions of one message. Resolvers ask one; mDNS asks dozens. */
  dnsQuestions: 64,
  /** DNS: records of one message, all sections. */
  dnsRecords: 512,
  /** DNS: parameters of one SVCB or HTTPS record. */
  dnsServiceParameters: 32,
  /** DNS over TCP: messages read from the beginning of one stream. */
  dnsMessagesOfStream: 64,
  /** Bytes of a first line (request line, status line, command) that are looked at. Servers refuse URLs beyond 8 KB. */
  lineBytes: 16_384,
  /** HTTP/1: bytes of a head. */
  httpHeadBytes: 65_536,
  /** HTTP/1: header fields that are kept; Apache takes 100, nginx 1,000. */
  httpHeaders: 256,
  /** HTTP/1: empty lines before a request line (RFC 9112, section 2.2 tells servers to ignore at least one). */
  httpEmptyLines: 4,
  /** HTTP/1: requests or responses read from the beginning of one stream. */
  httpMessagesOfStream: 16,
  /** HTTP/2: frames read from the beginning of one stream. */
  http2Frames: 256,
  /** HTTP/2: bytes of one header block, its continuations joined. */
  http2BlockBytes: 65_536,
  /** HPACK: size of the dynamic table (RFC 7541, section 4.1 counts 32 bytes an entry). Browsers allow 64 KB. */
  hpackTableBytes: 65_536,
  /** HPACK: fields of one header block. */
  hpackFields: 256,
  /** HPACK: bytes of the text of all fields of one direction: one byte can stand for a whole entry of the table. */
  hpackTextBytes: 65_536,
  /** SSH: bytes of a banner line with its end (RFC 4253, section 4.2), and lines that a server may send before it. */
  sshLineBytes: 255,
  sshLines: 16,
  /** SSH: bytes of the key exchange packet (RFC 4253, section 6.1), and names of one of its lists. */
  sshPacketBytes: 35_000,
  sshNames: 512,
  /** Characters of `detail` in facts of other protocols. */
  detailLength: 256,
} as const;

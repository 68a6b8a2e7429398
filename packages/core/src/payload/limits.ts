/**
 * What parsers of payloads stop at. Samples come from anybody, so each loop that a sample drives has a bound here, or is over
 * its bytes once. Beyond a limit a parser gives what it read so far.
 */
export const PAYLOAD_LIMITS = {
  /** Bytes within which every binary protocol has shown itself: of a shorter beginning nobody says that it is unknown. */
  signatureBytes: 24,
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
  /** TLS: bytes of handshake messages put together from records: more than any sample holds, so that `stream` may be longer. */
  tlsHandshakeBytes: 65_536,
  /** TLS: records looked at for them: a peer may send records of one byte. */
  tlsRecords: 64,
  /** TLS: entries of a list (ciphers, groups, names…); browsers offer below 60, scanners some 370 ciphers. */
  tlsListEntries: 1024,
  /** TLS: extensions of a hello; browsers send below 25. */
  tlsExtensions: 256,
  /** TLS: bytes of a server name (RFC 1035: 255). */
  tlsNameBytes: 255,
  /** TLS: certificates of a chain. */
  tlsCertificates: 10,
  /** TLS: alternative names of a certificate; content networks put 100 into one. */
  tlsAlternativeNames: 256,
  /** TLS: parts of a subject or issuer. */
  tlsNameParts: 64,
  /** TLS: values of one part of a subject or issuer. */
  tlsNameValues: 8,
  /** TLS: characters of one value of a subject or issuer. */
  tlsValueCharacters: 256,
  /** TLS: bytes of a serial number (RFC 5280, section 4.1.2.2: 20). */
  tlsSerialBytes: 64,
  /** QUIC: bytes of a connection id (RFC 9000, section 17.2). */
  quicConnectionIdBytes: 20,
  /** QUIC: packets of one datagram that are looked at: an Initial, a 0-RTT and one more each is what clients send. */
  quicPackets: 4,
  /** QUIC: frames of one packet; Chrome cuts a hello into some 20 and mixes PING and PADDING in. */
  quicFrames: 256,
  /** QUIC: pieces of one hello that wait to be put in order. */
  quicPieces: 128,
  /** QUIC: bytes of a hello: with post-quantum key shares some 2,000. */
  quicCryptoBytes: 16_384,
  /** QUIC: versions listed in a version negotiation. */
  quicVersions: 64,
  /** Stratum: lines read from the beginning of one stream. */
  stratumLines: 64,
  /** Stratum: characters of a login or an agent. */
  stratumTextCharacters: 256,
  /** SMB: messages of a stream that are told, those of a compound each for itself. */
  smbMessages: 64,
  /** SMB: dialects of a negotiation; Windows offers 6. */
  smbDialects: 64,
  /** SMB: characters of a dialect's name. */
  smbDialectBytes: 64,
  /** DCE/RPC: fragments of a stream that are told. */
  dceRpcFragments: 64,
  /** DCE/RPC: presentation contexts of a bind; Windows offers 3, discovery tools up to some 20. */
  dceRpcContexts: 64,
  /** Data stores: commands or messages of one stream that are told. */
  storeMessages: 16,
  /** Data stores: characters of a name, a version or an error in `detail`. */
  storeTextBytes: 128,
  /** Data stores: bytes of a Redis answer that are searched for the version. */
  redisInfoBytes: 512,
  /** Data stores: bytes of a number in a RESP header: 19 digits and a sign are what a signed word of 64 bits takes. */
  redisNumberBytes: 20,
  /** Data stores: key and value pairs of a PostgreSQL startup message. */
  postgresParameters: 64,
  /** Data stores: bytes of a Kafka request on the wire (socket.request.max.bytes of brokers). */
  kafkaRequestBytes: 104_857_600,
  /** Data stores: bytes of a MongoDB message on the wire (maxMessageSizeBytes). */
  mongoMessageBytes: 48_000_000,
  /** Data stores: bytes of a MySQL packet of the login. */
  mysqlLoginBytes: 65_536,
  /** Characters of `detail` in facts of other protocols. */
  detailLength: 256,
} as const;

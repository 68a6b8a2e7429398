/** What the TLS and QUIC parsers read at most: a message that has more of something is cut there. */
export const TLS_LIMITS = {
  /** Bytes of handshake messages put together from records: more than any sample holds, so that `stream` may be longer. */
  handshakeBytes: 65_536,
  /** Records looked at for them: a peer may send records of one byte. */
  records: 64,
  /** Entries of a list (ciphers, groups, names…); browsers offer below 60, scanners some 370 ciphers. */
  listEntries: 1024,
  /** Extensions of a hello; browsers send below 25. */
  extensions: 256,
  /** Bytes of a server name (RFC 1035: 255). */
  nameBytes: 255,
  /** Certificates of a chain. */
  certificates: 10,
  /** Alternative names of a certificate; content networks put 100 into one. */
  alternativeNames: 256,
  /** Parts of a subject or issuer. */
  nameParts: 64,
  /** Characters of one value of a subject or issuer. */
  valueCharacters: 256,
  /** Bytes of a serial number (RFC 5280, section 4.1.2.2: 20). */
  serialBytes: 64,
} as const;

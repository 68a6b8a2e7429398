export const SMB_LIMITS = {
  /** Messages of a stream that are told, those of a compound each for itself. */
  messages: 64,
  /** Dialects of a negotiation; Windows offers 6. */
  dialects: 64,
  /** Characters of a dialect's name. */
  dialectBytes: 64,
} as const;

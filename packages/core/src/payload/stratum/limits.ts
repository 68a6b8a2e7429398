export const STRATUM_LIMITS = {
  /** Stratum: lines read from the beginning of one stream. */
  lines: 64,
  /** Characters of a login or an agent. */
  textCharacters: 256,
} as const;

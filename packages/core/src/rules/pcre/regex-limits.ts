/** What one expression may be and cost. */
export const REGEX_LIMITS = {
  /** Bytes of the expression. Longest of Emerging Threats: about 700. */
  sourceBytes: 8_192,
  /** Elements it is parsed to. */
  nodes: 4_096,
  /** Elements one after the other on the way through it: each is a stack frame while it matches. */
  path: 800,
  /** Stack frames that turns of repeated groups may add. PCRE's recursion limit in Suricata: 1,500. */
  frames: 2_000,
  /** Steps of one search, all its starting places together. Suricata's match limit is 3,500 calls of PCRE's matcher. */
  steps: 30_000,
} as const;

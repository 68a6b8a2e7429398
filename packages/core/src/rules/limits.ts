/** What rule files may be and cost. A rule beyond a limit is refused; nothing after a whole-set limit is loaded. */
export const RULE_LIMITS = {
  /** Rules of one set. All of Emerging Threats has about 45,000. */
  rules: 100_000,
  /** Bytes of one rule. Suricata's own limit is 8,192 a line; continued lines may be longer. */
  ruleBytes: 32_768,
  /** Options of one rule. */
  options: 256,
  /** `content` keywords of one rule, and bytes of one. */
  contents: 64,
  contentBytes: 4_096,
  /** Transformations of one buffer (Suricata's limit). */
  transforms: 16,
  /** Values that one rule extracts. */
  byteValues: 32,
  /** Elements of one address or port expression, variables resolved, and how deep its lists may stand in one another. */
  listItems: 4_096,
  listDepth: 16,
  /** Counted work of compiling a whole set: a byte of rule text, an element of an expression and an element of a list cost 1. */
  work: 400_000_000,
  /** Problems that are kept with their place; all are counted. */
  problems: 10_000,
} as const;

/** What evaluating rules may cost and remember. */
export const RULE_RUN_LIMITS = {
  /** Keywords looked at for one rule and one buffer (Suricata's inspection recursion limit). */
  keywords: 3_000,
  /** Entries of thresholds, of xbits, of a data set that rules add to. */
  thresholds: 16_384,
  xbits: 16_384,
  datasetAdditions: 65_536,
  /** Rules of a conversation that wait for their other buffers, and flow bits of one. */
  partial: 64,
  flowBits: 256,
  /** Bytes of a body that are decompressed for `file.data`. */
  bodyBytes: 262_144,
  /** Matches of one sample. */
  matches: 64,
} as const;

export const DCERPC_LIMITS = {
  /** Fragments of a stream that are told. */
  fragments: 64,
  /** Presentation contexts of a bind; Windows offers 3, discovery tools up to some 20. */
  contexts: 64,
} as const;

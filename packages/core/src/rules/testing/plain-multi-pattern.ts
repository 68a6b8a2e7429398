import type { MakeMultiPattern } from '../inspection.ts';
import { findBytes, LOWER } from '../match/find-bytes.ts';

/** Looks for each pattern by itself: what the fast ones must agree with. */
export const plainMultiPattern: MakeMultiPattern = (patterns) => {
  const prepared = patterns.map(({ bytes, noCase }) => ({
    noCase,
    bytes: noCase ? bytes.map((byte) => LOWER[byte]!) : bytes,
  }));
  return {
    scan: (bytes, found) => {
      for (const [index, pattern] of prepared.entries()) {
        if (findBytes(bytes, pattern.bytes, pattern.noCase, 0, bytes.length) >= 0) found(index);
      }
    },
    close: () => {},
  };
};

import type { BytePattern, MultiPattern } from '../inspection.ts';
import { ByteAutomaton } from './byte-automaton.ts';

const SAME = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

/** Patterns of one automaton, and the numbers they have outside. */
interface Part {
  readonly automaton: ByteAutomaton;
  readonly numbers: Uint32Array;
}

/**
 * Multi-pattern search in TypeScript alone, for machines without Vectorscan. Case-sensitive patterns and the others have an
 * automaton each: with one for both, every occurrence would have to be compared again, and time would not be linear.
 */
export class AutomatonPatterns implements MultiPattern {
  #parts: readonly Part[];

  /** Throws RangeError for an empty pattern and for more than MAX_PATTERN_BYTES of them. */
  constructor(patterns: readonly BytePattern[]) {
    this.#parts = [part(patterns, false), part(patterns, true)].filter((made) => made !== undefined);
  }

  scan(bytes: Uint8Array, found: (index: number) => void): void {
    for (const { automaton, numbers } of this.#parts) automaton.scan(bytes, (index) => found(numbers[index]!));
  }

  get memoryBytes(): number {
    return this.#parts.reduce((sum, { automaton, numbers }) => sum + automaton.memoryBytes + numbers.byteLength, 0);
  }

  /** Finds nothing afterwards. */
  close(): void {
    this.#parts = [];
  }
}

/** A MakeMultiPattern that needs nothing but this package. */
export function makeAutomatonPatterns(patterns: readonly BytePattern[]): AutomatonPatterns {
  return new AutomatonPatterns(patterns);
}

function part(patterns: readonly BytePattern[], noCase: boolean): Part | undefined {
  const numbers: number[] = [];
  const strings: Uint8Array[] = [];
  for (const [index, pattern] of patterns.entries()) {
    if (pattern.noCase !== noCase) continue;
    numbers.push(index);
    strings.push(noCase ? pattern.bytes.map((byte) => LOWER[byte]!) : pattern.bytes);
  }
  if (numbers.length === 0) return undefined;
  return { automaton: new ByteAutomaton(strings, noCase ? LOWER : SAME), numbers: Uint32Array.from(numbers) };
}

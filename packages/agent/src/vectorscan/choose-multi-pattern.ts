import { type MakeMultiPattern, makeAutomatonPatterns } from '@netguard/core';
import { vectorscanLibrary } from './library.ts';
import { VectorscanPatterns } from './vectorscan-patterns.ts';

/** Which multi-pattern search this thread uses. */
export interface PatternSearch {
  readonly make: MakeMultiPattern;
  readonly engine: 'vectorscan' | 'built-in';
  /** `vectorscan 5.4.11 …`, or why the built-in search is used and what to install. */
  readonly note: string;
}

/**
 * Vectorscan where it is installed and runs on this processor, else the search of core. A set that Vectorscan refuses is
 * searched by core too; `onRefused` hears of it.
 */
export function chooseMultiPattern(onRefused: (error: unknown) => void = () => {}): PatternSearch {
  const library = vectorscanLibrary();
  if (library instanceof Error) {
    return { make: makeAutomatonPatterns, engine: 'built-in', note: builtInNote(library) };
  }
  const make: MakeMultiPattern = (patterns) => {
    try {
      return new VectorscanPatterns(library, patterns);
    } catch (error) {
      onRefused(error);
      return makeAutomatonPatterns(patterns);
    }
  };
  return { make, engine: 'vectorscan', note: `Vectorscan ${library.version}` };
}

function builtInNote(error: Error): string {
  const reason = /cannot open shared object/.test(error.message) ? 'libhs.so.5 is not installed' : error.message;
  return `built-in search: ${reason}`;
}

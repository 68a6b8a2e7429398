import { WORD } from './byte-set.ts';
import type { Continuation, MatchState } from './match-state.ts';
import type { Assertion } from './nodes.ts';

const NEWLINE = 10;

/** A place, not a byte. */
export function assertion(state: MatchState, what: Assertion, next: Continuation): Continuation {
  const holds = testOf(state, what);
  const run = (at: number): number => (++state.steps <= state.stepLimit && holds(at) ? next.run(at) : -1);
  return { run, first: next.first };
}

function testOf(state: MatchState, what: Assertion): (at: number) => boolean {
  switch (what) {
    case 'start':
      return (at) => at === state.base;
    case 'match-start':
      return (at) => at === state.from;
    case 'very-end':
      return (at) => at === state.end;
    case 'end':
      return (at) => at === state.end || (at === state.end - 1 && state.bytes[at] === NEWLINE);
    case 'line-start':
      // PCRE: not after a newline that is the last byte.
      return (at) => at === state.base || (state.bytes[at - 1] === NEWLINE && at < state.end);
    case 'line-end':
      return (at) => at === state.end || state.bytes[at] === NEWLINE;
    case 'word':
      return (at) => isWord(state, at - 1) !== isWord(state, at);
    case 'not-word':
      return (at) => isWord(state, at - 1) === isWord(state, at);
    case 'fail':
      return () => false;
    default:
      return what satisfies never;
  }
}

function isWord(state: MatchState, at: number): boolean {
  return at >= state.base && at < state.end && WORD[state.bytes[at]!] === 1;
}

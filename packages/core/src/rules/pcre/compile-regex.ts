import { addAll, emptySet } from './byte-set.ts';
import { assertion } from './compile-assert.ts';
import { atomic, condition, group, look, reference } from './compile-group.ts';
import { type Loops, repeatItem, repeatSet, singleSet } from './compile-repeat.ts';
import type { Continuation, MatchState } from './match-state.ts';
import type { RegexNode } from './nodes.ts';

/** What compiling an expression needs at every node. */
export interface RegexCompiler {
  readonly state: MatchState;
  readonly loops: Loops;
  /** Something refers to groups: otherwise nobody needs to know what they matched. */
  readonly keepsGroups: boolean;
}

/** The steps that match `node` and go on with `next`: continuations, so that backtracking is returning. */
export function compileNode(compiler: RegexCompiler, node: RegexNode, next: Continuation): Continuation {
  switch (node.kind) {
    case 'bytes':
      return matchBytes(compiler.state, Uint8Array.from(node.bytes), next);
    case 'set':
      return matchSet(compiler.state, node.set, next);
    case 'sequence':
      return node.items.reduceRight<Continuation>((rest, item) => compileNode(compiler, item, rest), next);
    case 'choice':
      return choose(
        compiler.state,
        node.items.map((item) => compileNode(compiler, item, next)),
      );
    case 'repeat': {
      const set = singleSet(node.item);
      return set === undefined ? repeatItem(compiler, node, next) : repeatSet(compiler.state, node, set, next);
    }
    case 'group':
      return compiler.keepsGroups ? group(compiler, node, next) : compileNode(compiler, node.item, next);
    case 'atomic':
      return atomic(compiler, node.item, next);
    case 'look':
      return look(compiler, node, next);
    case 'reference':
      return reference(compiler.state, node, next);
    case 'condition':
      return condition(compiler, node, next);
    case 'assert':
      return assertion(compiler.state, node.what, next);
    case 'keep':
      return next;
    default:
      return node satisfies never;
  }
}

function matchBytes(state: MatchState, expected: Uint8Array, next: Continuation): Continuation {
  const length = expected.length;
  const first = emptySet();
  first[expected[0]!] = 1;
  const run = (at: number): number => {
    if (++state.steps > state.stepLimit || at + length > state.end) return -1;
    const bytes = state.bytes;
    for (let index = 0; index < length; index++) if (bytes[at + index] !== expected[index]) return -1;
    return next.run(at + length);
  };
  return { run, first };
}

function matchSet(state: MatchState, set: Uint8Array, next: Continuation): Continuation {
  const run = (at: number): number => {
    if (++state.steps > state.stepLimit || at >= state.end || set[state.bytes[at]!] === 0) return -1;
    return next.run(at + 1);
  };
  return { run, first: set };
}

function choose(state: MatchState, branches: readonly Continuation[]): Continuation {
  const run = (at: number): number => {
    if (++state.steps > state.stepLimit) return -1;
    for (const branch of branches) {
      if (!canBegin(state, branch.first, at)) continue;
      const end = branch.run(at);
      if (end >= 0) return end;
    }
    return -1;
  };
  return { run, first: union(branches.map(({ first }) => first)) };
}

/** Whether something that begins with `first` can begin at `at`. */
function canBegin(state: MatchState, first: Uint8Array | undefined, at: number): boolean {
  return first === undefined || (at < state.end && first[state.bytes[at]!] === 1);
}

function union(sets: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  const all = emptySet();
  for (const set of sets) {
    if (set === undefined) return undefined;
    addAll(all, set);
  }
  return all;
}

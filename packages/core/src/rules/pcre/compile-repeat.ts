import { type ByteSet, setOf } from './byte-set.ts';
import { atomic } from './compile-group.ts';
import { compileNode, type RegexCompiler } from './compile-regex.ts';
import type { Continuation, MatchState } from './match-state.ts';
import { pathLength, type RegexNode, type RepeatNode } from './nodes.ts';
import { REGEX_LIMITS } from './regex-limits.ts';

/** Loops over groups have a counter each. */
export interface Loops {
  next: number;
}

/** The set of a node that is one byte. */
export function singleSet(node: RegexNode): ByteSet | undefined {
  if (node.kind === 'set') return node.set;
  if (node.kind === 'bytes' && node.bytes.length === 1) return setOf(node.bytes[0]!, node.bytes[0]!);
  return undefined;
}

/** A repeated byte: a loop, no stack. */
export function repeatSet(state: MatchState, node: RepeatNode, set: ByteSet, next: Continuation): Continuation {
  const { min, max, mode } = node;
  const run =
    mode === 'lazy'
      ? (at: number): number => lazySet(state, set, min, max, next, at)
      : (at: number): number => greedySet(state, set, min, max, next, at, mode === 'possessive');
  return { run, first: min > 0 ? set : undefined };
}

function greedySet(
  state: MatchState,
  set: ByteSet,
  min: number,
  max: number,
  next: Continuation,
  at: number,
  isPossessive: boolean,
): number {
  const { bytes, end } = state;
  const furthest = Math.min(end, at + max);
  let to = at;
  while (to < furthest && set[bytes[to]!] === 1) to++;
  // A byte that is only passed over, on the way there and back, costs a fraction of a step that calls.
  state.steps += 1 + ((to - at) >>> 2);
  if (to - at < min) return -1;
  const least = isPossessive ? to : at + min;
  const { first, run } = next;
  for (; to >= least; to--) {
    if (first !== undefined && (to >= end || first[bytes[to]!] === 0)) continue;
    const result = run(to);
    if (result >= 0) return result;
    if (state.isOver) return -1;
  }
  return -1;
}

function lazySet(state: MatchState, set: ByteSet, min: number, max: number, next: Continuation, at: number): number {
  const { bytes, end } = state;
  const { first, run } = next;
  const furthest = Math.min(end, at + max);
  state.steps++;
  for (let to = at; ; to++) {
    if (to - at >= min && (first === undefined || (to < end && first[bytes[to]!] === 1))) {
      const result = run(to);
      if (result >= 0) return result;
    }
    if (to >= furthest || set[bytes[to]!] === 0 || state.isOver) return -1;
    if ((to & 7) === 0) state.steps++;
  }
}

/** A repeated group: a counter and the place where its turn began, both put back when what follows does not match. */
export function repeatItem(compiler: RegexCompiler, node: RepeatNode, next: Continuation): Continuation {
  if (node.mode === 'possessive') return atomic(compiler, { ...node, mode: 'greedy' }, next);
  const { state } = compiler;
  const { min, max } = node;
  const slot = compiler.loops.next++;
  const frames = pathLength(node.item) + 1;
  const isLazy = node.mode === 'lazy';
  const again = (at: number, count: number): number => {
    const start = state.starts[slot]!;
    if (count >= max) return -1;
    if (state.frames + frames > REGEX_LIMITS.frames) return state.giveUp();
    state.frames += frames;
    state.counts[slot] = count + 1;
    state.starts[slot] = at;
    const result = body.run(at);
    state.counts[slot] = count;
    state.starts[slot] = start;
    state.frames -= frames;
    return result;
  };
  const leave = (at: number, count: number): number => {
    const start = state.starts[slot]!;
    const result = next.run(at);
    state.counts[slot] = count;
    state.starts[slot] = start;
    return result;
  };
  const turn = (at: number): number => {
    if (++state.steps > state.stepLimit) return -1;
    const count = state.counts[slot]!;
    // A turn that took nothing would go on for ever.
    if (count > 0 && at === state.starts[slot] && count >= min) return leave(at, count);
    if (count < min) return again(at, count);
    const result = isLazy ? leave(at, count) : again(at, count);
    if (result >= 0 || state.isOver) return result;
    return isLazy ? again(at, count) : leave(at, count);
  };
  const body = compileNode(compiler, node.item, { run: turn, first: undefined });
  const run = (at: number): number => {
    const count = state.counts[slot]!;
    const start = state.starts[slot]!;
    state.counts[slot] = 0;
    state.starts[slot] = -1;
    const result = turn(at);
    state.counts[slot] = count;
    state.starts[slot] = start;
    return result;
  };
  return { run, first: min > 0 ? body.first : undefined };
}

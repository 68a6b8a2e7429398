import { compileNode, type RegexCompiler } from './compile-regex.ts';
import type { Continuation, MatchState } from './match-state.ts';
import { fixedWidth, type LookNode, type RegexNode } from './nodes.ts';
import { RegexSyntaxError } from './syntax-error.ts';

const ACCEPT: Continuation = { run: (at) => at, first: undefined };

/** A group whose text something refers to. What it matched is forgotten again when the rest does not match. */
export function group(
  compiler: RegexCompiler,
  { index, item }: { readonly index: number; readonly item: RegexNode },
  next: Continuation,
): Continuation {
  const { captures, opens } = compiler.state;
  const close = (at: number): number => {
    const start = captures[index * 2]!;
    const end = captures[index * 2 + 1]!;
    captures[index * 2] = opens[index]!;
    captures[index * 2 + 1] = at;
    const result = next.run(at);
    if (result < 0) {
      captures[index * 2] = start;
      captures[index * 2 + 1] = end;
    }
    return result;
  };
  const body = compileNode(compiler, item, { run: close, first: next.first });
  const run = (at: number): number => {
    const open = opens[index]!;
    opens[index] = at;
    const result = body.run(at);
    if (result < 0) opens[index] = open;
    return result;
  };
  return { run, first: body.first };
}

/** Once it matched it is not tried in another way. */
export function atomic(compiler: RegexCompiler, item: RegexNode, next: Continuation): Continuation {
  const inner = alone(compiler, item);
  const { state } = compiler;
  const run = (at: number): number => {
    const kept = snapshot(compiler);
    const end = inner.run(at);
    if (end < 0 || state.isOver) return -1;
    return restoredOnFailure(state, kept, next.run(end));
  };
  return { run, first: inner.first };
}

/** Lookahead and lookbehind. Each alternative of a lookbehind has one length, as in PCRE. */
export function look(compiler: RegexCompiler, node: LookNode, next: Continuation): Continuation {
  const matches = node.behind ? behind(compiler, node.item) : ahead(compiler, node.item);
  const { state } = compiler;
  const run = (at: number): number => {
    if (++state.steps > state.stepLimit) return -1;
    const kept = snapshot(compiler);
    const found = matches(at);
    if (state.isOver) return -1;
    if (found === node.negated) return restoredOnFailure(state, kept, -1);
    return restoredOnFailure(state, kept, next.run(at));
  };
  return { run, first: next.first };
}

function ahead(compiler: RegexCompiler, item: RegexNode): (at: number) => boolean {
  const inner = alone(compiler, item);
  return (at) => inner.run(at) >= 0;
}

function behind(compiler: RegexCompiler, item: RegexNode): (at: number) => boolean {
  const branches = (item.kind === 'choice' ? item.items : [item]).map((branch) => {
    const width = fixedWidth(branch);
    if (width === undefined) throw new RegexSyntaxError('a lookbehind of no fixed length', 0);
    return { width, inner: alone(compiler, branch) };
  });
  const { state } = compiler;
  return (at) => branches.some(({ width, inner }) => at - width >= state.base && inner.run(at - width) === at);
}

/** Groups of it by number, or the letters again. A group that did not take part matches nothing, as in PCRE. */
export function reference(
  state: MatchState,
  { index, noCase }: { readonly index: number; readonly noCase: boolean },
  next: Continuation,
): Continuation {
  const run = (at: number): number => {
    const start = state.captures[index * 2] ?? -1;
    const length = (state.captures[index * 2 + 1] ?? -1) - start;
    state.steps += 1 + Math.max(length, 0);
    if (state.isOver || start < 0 || at + length > state.end) return -1;
    for (let offset = 0; offset < length; offset++) {
      if (!isSame(state.bytes[start + offset]!, state.bytes[at + offset]!, noCase)) return -1;
    }
    return next.run(at + length);
  };
  return { run, first: undefined };
}

function isSame(a: number, b: number, noCase: boolean): boolean {
  return a === b || (noCase && (a ^ b) === 32 && (a | 32) >= 97 && (a | 32) <= 122);
}

/** One of two ways, by whether a group took part. */
export function condition(
  compiler: RegexCompiler,
  node: { readonly index: number; readonly yes: RegexNode; readonly no: RegexNode },
  next: Continuation,
): Continuation {
  const yes = compileNode(compiler, node.yes, next);
  const no = compileNode(compiler, node.no, next);
  const { captures } = compiler.state;
  return { run: (at) => ((captures[node.index * 2 + 1] ?? -1) >= 0 ? yes : no).run(at), first: undefined };
}

function alone(compiler: RegexCompiler, item: RegexNode): Continuation {
  return compileNode(compiler, item, ACCEPT);
}

function snapshot({ state, keepsGroups }: RegexCompiler): Int32Array | undefined {
  return keepsGroups ? state.captures.slice() : undefined;
}

function restoredOnFailure(state: MatchState, kept: Int32Array | undefined, result: number): number {
  if (result < 0 && kept !== undefined) state.captures.set(kept);
  return result;
}

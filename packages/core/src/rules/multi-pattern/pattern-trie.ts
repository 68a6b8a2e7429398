/** Bytes of one pattern set that an automaton holds at most: 13 bytes of memory each. */
export const MAX_PATTERN_BYTES = 1 << 24;

/**
 * A trie of byte strings, numbered breadth first: the root is 0, a state's children follow one another in the order of their
 * bytes, and no child has a lower number than its parent. So two arrays hold all edges.
 */
export interface PatternTrie {
  readonly states: number;
  /** The children of `state` are `firstChild[state]` up to, without, `firstChild[state + 1]`. */
  readonly firstChild: Uint32Array;
  /** The byte that leads to a state. */
  readonly label: Uint8Array;
  /** Number of the strings that end in a state, from 1; 0 where none ends. Ascending with the state. */
  readonly ending: Uint32Array;
  /** String number n (from 1) is that of the patterns `order[endOf[n - 1]]` up to, without, `order[endOf[n]]`. */
  readonly endOf: Uint32Array;
  readonly order: Uint32Array;
}

/** Ranges of the sorted patterns, one a state, in the order of their numbers. */
interface Ranges {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

/** Builds the trie in time of sorting. Throws RangeError for an empty pattern or more than MAX_PATTERN_BYTES. */
export function buildTrie(patterns: readonly Uint8Array[]): PatternTrie {
  let bytes = 0;
  for (const pattern of patterns) {
    if (pattern.length === 0) throw new RangeError('a pattern is empty');
    bytes += pattern.length;
  }
  if (bytes > MAX_PATTERN_BYTES) throw new RangeError(`patterns have ${bytes} bytes, more than ${MAX_PATTERN_BYTES}`);
  const order = Uint32Array.from(sortedIndices(patterns));
  const ranges: Ranges = { low: new Uint32Array(bytes + 1), high: new Uint32Array(bytes + 1) };
  const firstChild = new Uint32Array(bytes + 2);
  const label = new Uint8Array(bytes + 1);
  const ending = new Uint32Array(bytes + 1);
  const endOf: number[] = [0];
  ranges.high[0] = order.length;
  let states = 1;
  let depth = 0;
  /* The states of one depth are `state` up to `nextDepth`. */
  for (let state = 0, nextDepth = 1; state < states; state++) {
    if (state === nextDepth) {
      depth++;
      nextDepth = states;
    }
    firstChild[state] = states;
    let at = ranges.low[state]!;
    const high = ranges.high[state]!;
    while (at < high && patterns[order[at]!]!.length === depth) at++;
    if (at > ranges.low[state]!) {
      ending[state] = endOf.length;
      endOf.push(at - ranges.low[state]! + endOf[endOf.length - 1]!);
    }
    states = addChildren(patterns, order, ranges, label, { at, high, depth, states });
  }
  firstChild[states] = states;
  return {
    states,
    firstChild: firstChild.slice(0, states + 1),
    label: label.slice(0, states),
    ending: ending.slice(0, states),
    endOf: Uint32Array.from(endOf),
    order: byEnding(order, ranges, ending, states, endOf),
  };
}

function addChildren(
  patterns: readonly Uint8Array[],
  order: Uint32Array,
  ranges: Ranges,
  label: Uint8Array,
  from: { at: number; high: number; depth: number; states: number },
): number {
  let { at, states } = from;
  while (at < from.high) {
    const byte = patterns[order[at]!]![from.depth]!;
    let end = at + 1;
    while (end < from.high && patterns[order[end]!]![from.depth] === byte) end++;
    label[states] = byte;
    ranges.low[states] = at;
    ranges.high[states] = end;
    states++;
    at = end;
  }
  return states;
}

/** The patterns in the order of the states they end in. */
function byEnding(
  order: Uint32Array,
  ranges: Ranges,
  ending: Uint32Array,
  states: number,
  endOf: readonly number[],
): Uint32Array {
  const result = new Uint32Array(order.length);
  for (let state = 0; state < states; state++) {
    const string = ending[state]!;
    if (string === 0) continue;
    const from = endOf[string - 1]!;
    const low = ranges.low[state]!;
    result.set(order.subarray(low, low + endOf[string]! - from), from);
  }
  return result;
}

function sortedIndices(patterns: readonly Uint8Array[]): number[] {
  return patterns.map((_, index) => index).sort((a, b) => compareBytes(patterns[a]!, patterns[b]!));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const difference = a[at]! - b[at]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

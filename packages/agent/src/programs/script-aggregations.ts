/** What a bpftrace script keeps in its maps, read from its text: what it prints does not tell a count from a maximum. */

const FUNCTIONS = ['count', 'sum', 'min', 'max', 'avg', 'stats', 'hist', 'lhist'] as const;
type AggregationName = (typeof FUNCTIONS)[number];

export interface Aggregation {
  readonly by: AggregationName;
  /** Of a histogram: upper bounds, inclusive, of all buckets but the last. Undefined where its numbers are not written out. */
  readonly bounds?: readonly number[] | undefined;
}

/** Buckets of one series; finer histograms are made coarser, at bounds that they have. */
const MOST_BOUNDS = 128;
/** Beyond 2^53 numbers are not exact. */
const LARGEST_POWER = 52;
/** Longest key, and longest arguments, that are looked through. */
const LONGEST_PART = 1024;
const MOST_MAPS = 64;
const MOST_ASSIGNMENTS = 4096;

/** Comments and texts, which may hold anything; an unfinished one goes on to the end. */
const OPAQUE = /"(?:[^"\\]|\\[\s\S])*(?:"|$)|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
const ASSIGNMENT = new RegExp(`=\\s*(${FUNCTIONS.join('|')})\\s*\\(`, 'g');
const WHOLE_NUMBER = /^(?:0x[\da-f]+|\d[\d_]*)$/i;

/** By the map's name without its `@`. Linear in the length of the script. */
export function aggregationsOf(script: string): ReadonlyMap<string, Aggregation> {
  const text = script.replaceAll(OPAQUE, (part) => (part.startsWith('"') ? '""' : ' '));
  const found = new Map<string, Aggregation>();
  let left = MOST_ASSIGNMENTS;
  for (const match of text.matchAll(ASSIGNMENT)) {
    if (left-- === 0) break;
    const name = mapBefore(text, match.index);
    if (name === undefined || found.has(name) || found.size >= MOST_MAPS) continue;
    const by = match[1] as AggregationName;
    found.set(name, { by, ...boundsOf(by, text, match.index + match[0].length) });
  }
  return found;
}

function boundsOf(by: AggregationName, text: string, at: number): Pick<Aggregation, 'bounds'> {
  if (by === 'hist') return { bounds: LOG2_BOUNDS };
  return by === 'lhist' ? { bounds: linearBounds(argumentsFrom(text, at)) } : {};
}

/** bpftrace counts 0 by itself, then from each power of two to the next; `hist(n, k)` divides these further. */
const LOG2_BOUNDS: readonly number[] = Array.from({ length: LARGEST_POWER + 1 }, (_, power) => 2 ** power - 1);

/** Of `lhist(n, min, max, step)`; what is below `min` has a bucket, but none where that is 0. */
function linearBounds(args: readonly string[]): readonly number[] | undefined {
  const [min, max, step] = args.slice(-3).map(wholeNumber);
  if (args.length !== 4 || min === undefined || max === undefined || !step || max <= min) return undefined;
  const stride = step * Math.ceil((max - min) / step / MOST_BOUNDS);
  const inner = Array.from({ length: Math.ceil((max - min) / stride) }, (_, at) => min + at * stride - 1);
  return [...inner.filter((bound) => bound >= 0), max - 1];
}

function wholeNumber(text: string): number | undefined {
  const number = WHOLE_NUMBER.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The map whose assignment begins at `end`: `@name`, or `@name[…]`. */
function mapBefore(text: string, end: number): string | undefined {
  let at = spaceBefore(text, end, end - LONGEST_PART);
  if (text[at - 1] === ']') {
    const first = at - LONGEST_PART;
    for (let open = 0; at > first && at > 0; at--) {
      if (text[at - 1] === ']') open++;
      else if (text[at - 1] === '[' && --open === 0) break;
    }
    at = spaceBefore(text, at - 1, first);
  }
  return /@(\w*)$/.exec(text.slice(Math.max(0, at - 128), at))?.[1];
}

function spaceBefore(text: string, end: number, first: number): number {
  let at = end;
  while (at > first && /\s/.test(text[at - 1] ?? '')) at--;
  return at;
}

/** The arguments of a call, from behind its parenthesis; none where it does not end soon. */
function argumentsFrom(text: string, from: number): string[] {
  const args: string[] = [];
  let begin = from;
  for (let at = from, open = 0; at < from + LONGEST_PART && at < text.length; at++) {
    const character = text[at]!;
    if (open === 0 && (character === ',' || character === ')')) {
      args.push(text.slice(begin, at).trim());
      begin = at + 1;
      if (character === ')') return args;
    } else if ('([{'.includes(character)) open++;
    else if (')]}'.includes(character)) open--;
  }
  return [];
}

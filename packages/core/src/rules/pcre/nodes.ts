import type { ByteSet } from './byte-set.ts';

/** What an expression was parsed to. Flags are resolved while parsing, so that no node depends on a mode. */
export type RegexNode =
  | { readonly kind: 'bytes'; readonly bytes: readonly number[] }
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly items: readonly RegexNode[] }
  | RepeatNode
  | { readonly kind: 'group'; readonly index: number; readonly item: RegexNode }
  | { readonly kind: 'atomic'; readonly item: RegexNode }
  | LookNode
  | { readonly kind: 'reference'; readonly index: number; readonly noCase: boolean }
  | { readonly kind: 'condition'; readonly index: number; readonly yes: RegexNode; readonly no: RegexNode }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'keep' };

export interface RepeatNode {
  readonly kind: 'repeat';
  readonly item: RegexNode;
  readonly min: number;
  /** Infinity: no bound. */
  readonly max: number;
  readonly mode: 'greedy' | 'lazy' | 'possessive';
}

export interface LookNode {
  readonly kind: 'look';
  readonly behind: boolean;
  readonly negated: boolean;
  readonly item: RegexNode;
}

/** `line-*` are `^` and `$` with /m, `end` is `$` without it (before a last newline too), `match-start` is `\G`. */
export type Assertion =
  | 'start'
  | 'end'
  | 'very-end'
  | 'line-start'
  | 'line-end'
  | 'word'
  | 'not-word'
  | 'match-start'
  | 'fail';

/** Bytes that every match of it has, or undefined where matches differ in length. */
export function fixedWidth(node: RegexNode): number | undefined {
  switch (node.kind) {
    case 'bytes':
      return node.bytes.length;
    case 'set':
      return 1;
    case 'sequence':
      return sum(node.items.map(fixedWidth));
    case 'choice':
      return same(node.items.map(fixedWidth));
    case 'repeat': {
      const width = fixedWidth(node.item);
      return width === undefined || node.min !== node.max ? undefined : width * node.min;
    }
    case 'group':
    case 'atomic':
      return fixedWidth(node.item);
    case 'condition':
      return same([fixedWidth(node.yes), fixedWidth(node.no)]);
    case 'reference':
      return undefined;
    case 'look':
    case 'assert':
    case 'keep':
      return 0;
    default:
      return node satisfies never;
  }
}

function sum(widths: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const width of widths) {
    if (width === undefined) return undefined;
    total += width;
  }
  return total;
}

function same(widths: readonly (number | undefined)[]): number | undefined {
  return widths.every((width) => width === widths[0]) ? widths[0] : undefined;
}

/** Elements on the longest way through it: what a match needs of the stack without its repeated groups. */
export function pathLength(node: RegexNode): number {
  switch (node.kind) {
    case 'sequence':
      return node.items.reduce((total, item) => total + pathLength(item), 0);
    case 'choice':
      return 1 + node.items.reduce((most, item) => Math.max(most, pathLength(item)), 0);
    case 'condition':
      return 1 + Math.max(pathLength(node.yes), pathLength(node.no));
    case 'group':
      return 2 + pathLength(node.item);
    case 'repeat':
    case 'atomic':
    case 'look':
      return 3 + pathLength(node.item);
    default:
      return 1;
  }
}

/** Whether something in it asks what a group matched. */
export function refersToGroups(node: RegexNode): boolean {
  switch (node.kind) {
    case 'reference':
    case 'condition':
      return true;
    case 'sequence':
    case 'choice':
      return node.items.some(refersToGroups);
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return refersToGroups(node.item);
    default:
      return false;
  }
}

/** Whether it can match at the start of the subject only. */
export function isAnchored(node: RegexNode): boolean {
  switch (node.kind) {
    case 'assert':
      return node.what === 'start';
    case 'sequence':
      return node.items.length > 0 && isAnchored(node.items[0]!);
    case 'choice':
      return node.items.every(isAnchored);
    case 'group':
    case 'atomic':
      return isAnchored(node.item);
    default:
      return false;
  }
}

import { refuse } from '../problem.ts';
import type { ListExpression } from './list-expression.ts';

type Range = readonly [first: number, last: number];

/** Ports as ranges in order, no two of them touching. */
export class PortSet {
  readonly ranges: readonly Range[];
  readonly isAny: boolean;

  private constructor(ranges: readonly Range[]) {
    this.ranges = ranges;
    this.isAny = ranges.length === 1 && ranges[0]![0] === 0 && ranges[0]![1] === 65_535;
  }

  /** `any`, `80`, `1024:`, `:1023`, `80:90`, lists and negations of them. @throws RuleRefusal */
  static of(expression: ListExpression): PortSet {
    const ranges = rangesOf(expression);
    return ranges.length === 0 ? refuse('header', 'no port is left') : new PortSet(ranges);
  }

  has(port: number): boolean {
    if (this.isAny) return true;
    for (const [first, last] of this.ranges) {
      if (port < first) return false;
      if (port <= last) return true;
    }
    return false;
  }
}

const ALL: readonly Range[] = [[0, 65_535]];

function rangesOf(expression: ListExpression): readonly Range[] {
  switch (expression.kind) {
    case 'any':
      return ALL;
    case 'item':
      return [parseRange(expression.text)];
    case 'list': {
      const wanted = expression.items.filter(({ negated, item }) => !negated && !isOnlyNegated(item));
      const excluded = expression.items.filter(({ negated }) => negated).flatMap(({ item }) => rangesOf(item));
      const narrowed = expression.items.filter(({ negated, item }) => !negated && isOnlyNegated(item));
      const kept = wanted.length === 0 ? ALL : merge(wanted.flatMap(({ item }) => rangesOf(item)));
      return narrowed.reduce<readonly Range[]>(
        (ranges, { item }) => subtract(ranges, complement(rangesOf(item))),
        subtract(kept, merge(excluded)),
      );
    }
    default:
      return expression satisfies never;
  }
}

/** A list of exceptions: among others it takes away, it adds nothing. */
export function isOnlyNegated(expression: ListExpression): boolean {
  return expression.kind === 'list' && expression.items.every(({ negated, item }) => negated || isOnlyNegated(item));
}

function parseRange(text: string): Range {
  const found = /^(\d{1,5})?(:)?(\d{1,5})?$/.exec(text);
  if (found === null || (found[1] === undefined && found[3] === undefined)) {
    return refuse('header', `${text.slice(0, 40)} is no port`);
  }
  const first = Number(found[1] ?? 0);
  const last = found[2] === undefined ? first : Number(found[3] ?? 65_535);
  return last > 65_535 || first > last ? refuse('header', `${text} is no range of ports`) : [first, last];
}

function merge(ranges: readonly Range[]): Range[] {
  const merged: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

function complement(ranges: readonly Range[]): Range[] {
  const gaps: Range[] = [];
  let next = 0;
  for (const [first, last] of merge(ranges)) {
    if (first > next) gaps.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= 65_535) gaps.push([next, 65_535]);
  return gaps;
}

function subtract(ranges: readonly Range[], taken: readonly Range[]): Range[] {
  return complement([...complement(ranges), ...taken]);
}

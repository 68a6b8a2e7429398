import { nearestName } from '@netguard/core';
import type { Cell, FamilyCells } from '../family-cells.ts';
import type { Expression, Operator, SampleName } from './parse.ts';
import { ExpressionError } from './tokens.ts';
import { type Element, type LabelSet, type Vector, VectorSum } from './vector.ts';

/** The families of a program's maps, by map and field. */
export type FamilyTable = ReadonlyMap<string, ReadonlyMap<string, FamilyCells>>;

export interface Compiled {
  readonly labels: LabelSet;
  readonly unit: string;
  /** The longest window of its rates; 0 without one. */
  readonly windowMs: number;
  /** A number, or one for each set of labels. Divisions by zero leave their element out. */
  evaluate(nowMs: number): number | Vector;
}

/** Finds samples and labels. Throws ExpressionError, naming the nearest of what there is. */
export function compileExpression(expression: Expression, families: FamilyTable, text: string): Compiled {
  return new Compiler(families, text).compile(expression);
}

class Compiler {
  readonly #families: FamilyTable;
  readonly #text: string;

  constructor(families: FamilyTable, text: string) {
    this.#families = families;
    this.#text = text;
  }

  compile(node: Expression): Compiled {
    switch (node.kind) {
      case 'number':
        return { labels: undefined, unit: '', windowMs: 0, evaluate: () => node.value };
      case 'sample':
        return this.#sample(node.sample, node.at);
      case 'rate':
        return this.#rate(node.sample, node.windowMs, node.at);
      case 'sum':
        return this.#sum(this.compile(node.of), node.by, node.at);
      case 'negate':
        return this.#binary(
          '*',
          this.compile({ kind: 'number', value: -1, at: node.at }),
          this.compile(node.of),
          node.at,
        );
      case 'binary':
        return this.#binary(node.operator, this.compile(node.left), this.compile(node.right), node.at);
    }
  }

  #sample(name: SampleName, at: number): Compiled {
    const { family, part } = this.#find(name, at);
    const of = (cell: Cell): number => (part === 'sum' ? cell.sum : cell.value);
    return { ...vectorOf(family, of), unit: part === 'count' ? '' : family.plan.unit, windowMs: 0 };
  }

  #rate(name: SampleName, windowMs: number, at: number): Compiled {
    const { family, part } = this.#find(name, at);
    if (family.plan.type === 'gauge' || part === 'sum') {
      const what = part === 'sum' ? 'the sum of a histogram' : 'a gauge';
      throw this.#error(`rate() needs a counter, ${spelled(name)} is ${what}`, at);
    }
    family.rateWindowMs = Math.max(family.rateWindowMs, windowMs);
    const of = (cell: Cell, nowMs: number): number => cell.history?.rate(windowMs, nowMs) ?? 0;
    const unit = part === 'count' || family.plan.unit === '' ? '1/s' : `${family.plan.unit}/s`;
    return { ...vectorOf(family, of), unit, windowMs };
  }

  #sum(of: Compiled, by: readonly string[], at: number): Compiled {
    const inner = of.labels ?? [];
    const names = inner.map(({ name }) => name);
    for (const label of by) {
      if (names.includes(label)) continue;
      const nearest = nearestName(label, names);
      const meant = nearest === undefined ? `there are ${names.join(', ') || 'none'}` : `did you mean ${nearest}?`;
      throw this.#error(`there is no label ${label}, ${meant}`, at);
    }
    const kept = inner.flatMap(({ name }, index) => (by.includes(name) ? [index] : []));
    const evaluate = (nowMs: number): Vector => {
      const sum = new VectorSum();
      const value = of.evaluate(nowMs);
      if (typeof value === 'number') sum.add([], value);
      else
        for (const element of value.values())
          sum.add(
            kept.map((index) => element.labels[index] ?? ''),
            element.value,
          );
      return sum.vector;
    };
    return { ...of, labels: kept.map((index) => inner[index]!), evaluate };
  }

  #binary(operator: Operator, left: Compiled, right: Compiled, at: number): Compiled {
    const [ours, theirs] = [left.labels, right.labels].map((labels) => labels?.map(({ name }) => name).join(', '));
    if (ours !== undefined && theirs !== undefined && ours !== theirs) {
      throw this.#error(`the labels differ: ${ours || 'none'} and ${theirs || 'none'}; use sum by (…)`, at);
    }
    const windowMs = Math.max(left.windowMs, right.windowMs);
    const unit = operator === '/' && right.unit !== '' ? '' : left.unit || right.unit;
    const evaluate = (nowMs: number): number | Vector => joined(operator, left.evaluate(nowMs), right.evaluate(nowMs));
    return { labels: left.labels ?? right.labels, unit, windowMs, evaluate };
  }

  #find(name: SampleName, at: number): { readonly family: FamilyCells; readonly part: 'value' | 'count' | 'sum' } {
    const fields = this.#families.get(name.map);
    if (fields === undefined) throw this.#unknown('map', name.map, [...this.#families.keys()], at);
    const [only] = fields.values();
    const family = fields.get(name.field) ?? (fields.size === 1 && name.field === '' ? only : undefined);
    if (family?.plan.type === 'histogram') {
      const parts = family.plan.histogram?.hasSum ? 'count or .sum' : 'count';
      throw this.#error(`${spelled(name)} is a histogram: write ${spelled(name)}.${parts}`, at);
    }
    if (family !== undefined) return this.#asked(family, 'value');
    const histogram = [...fields.values()].find(({ plan }) => plan.type === 'histogram');
    if (histogram && (name.field === 'count' || name.field === 'sum')) {
      if (name.field === 'sum' && !histogram.plan.histogram?.hasSum)
        throw this.#error(`nobody knows the sum of ${name.map}: write ${name.map}.count`, at);
      return this.#asked(histogram, name.field);
    }
    throw this.#unknown(`sample of the map ${name.map}`, name.field, [...fields.keys()], at);
  }

  #asked<T>(family: FamilyCells, part: T): { readonly family: FamilyCells; readonly part: T } {
    family.isAsked = true;
    return { family, part };
  }

  #unknown(what: string, name: string, known: readonly string[], at: number): ExpressionError {
    const nearest = nearestName(name, known);
    const choice = nearest === undefined ? `there are ${known.join(', ') || 'none'}` : `did you mean ${nearest}?`;
    const found = name === '' ? `name a ${what}` : `there is no ${what} called ${name}`;
    return this.#error(`${found}, ${choice}`, at);
  }

  #error(message: string, at: number): ExpressionError {
    return new ExpressionError(message, this.#text, at);
  }
}

function vectorOf(
  family: FamilyCells,
  of: (cell: Cell, nowMs: number) => number,
): Pick<Compiled, 'labels' | 'evaluate'> {
  const { labelNames, roles } = family.plan;
  const order = [...labelNames.keys()].sort((a, b) => (labelNames[a]! < labelNames[b]! ? -1 : 1));
  const evaluate = (nowMs: number): Vector => {
    const sum = new VectorSum();
    for (const [values, cell] of family.shown())
      sum.add(
        order.map((index) => values[index] ?? ''),
        of(cell, nowMs),
      );
    return sum.vector;
  };
  return { labels: order.map((index) => ({ name: labelNames[index]!, role: roles[index] })), evaluate };
}

function joined(operator: Operator, left: number | Vector, right: number | Vector): number | Vector {
  if (typeof left === 'number' && typeof right === 'number') return applied(operator, left, right);
  const result = new Map<string, Element>();
  const keys = typeof left === 'number' ? (right as Vector) : left;
  for (const [key, { labels }] of keys) {
    const a = typeof left === 'number' ? left : left.get(key)?.value;
    const b = typeof right === 'number' ? right : right.get(key)?.value;
    if (a === undefined || b === undefined) continue;
    const value = applied(operator, a, b);
    if (Number.isFinite(value)) result.set(key, { labels, value });
  }
  return result;
}

function applied(operator: Operator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
  }
}

function spelled({ map, field }: SampleName): string {
  return field === '' ? map : `${map}.${field}`;
}

import { ProblemError } from './problem.ts';

/** How one parameter of a query is read: `parse` returns undefined for text that is not one. */
export interface Parameter<T> {
  /** What is accepted, as the end of the sentence "limit must be …". */
  readonly accepts: string;
  parse(text: string, nowMs: number): T | undefined;
}

export type QuerySpec = Readonly<Record<string, Parameter<unknown>>>;
export type Query<S extends QuerySpec> = {
  readonly [K in keyof S]: (S[K] extends Parameter<infer T> ? T : never) | undefined;
};

const MAX_TEXT = 253;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads the query of a request. Throws a 400 problem that names the parameter and what is accepted: an unknown one too,
 * since a misspelt filter that is ignored shows the wrong thing.
 */
export function parseQuery<S extends QuerySpec>(raw: unknown, spec: S, nowMs: number): Query<S> {
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries((raw ?? {}) as Record<string, unknown>)) {
    const parameter = Object.hasOwn(spec, name) ? spec[name] : undefined;
    if (parameter === undefined) {
      const known = Object.keys(spec).join(', ');
      throw new ProblemError(400, `unknown parameter ${shown(name)}; accepted are ${known || 'none'}`);
    }
    if (typeof text !== 'string') throw new ProblemError(400, `parameter ${name} may be given once`);
    const value = parameter.parse(text, nowMs);
    if (value === undefined) {
      throw new ProblemError(400, `parameter ${name} must be ${parameter.accepts}, not ${shown(text)}`);
    }
    values[name] = value;
  }
  return values as Query<S>;
}

/** Somebody's input, safe and short enough to stand in a message. */
function shown(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(short.toWellFormed());
}

/** A point in time as epoch milliseconds: RFC 3339, or a duration (`90s`, `1h30m`) before now. */
export const time: Parameter<number> = {
  accepts: 'an RFC 3339 time such as 2026-01-31T12:00:00Z, or a duration before now such as 30s, 5m, 2h or 1d',
  parse(text, nowMs) {
    const duration = parseDuration(text);
    if (duration !== undefined) return nowMs - duration;
    if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(text)) return undefined;
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? undefined : ms;
  },
};

function parseDuration(text: string): number | undefined {
  if (!/^(\d{1,9}(ms|s|m|h|d)){1,5}$/.test(text)) return undefined;
  let sum = 0;
  for (const [, count, unit = ''] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) sum += Number(count) * (UNIT_MS[unit] ?? 0);
  return sum;
}

export function integer(minimum: number, maximum: number): Parameter<number> {
  return {
    accepts: `a whole number from ${minimum} to ${maximum}`,
    parse(text) {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= minimum && value <= maximum ? value : undefined;
    },
  };
}

export function oneOf<const T extends string>(words: readonly T[]): Parameter<T> {
  return {
    accepts: `one of ${words.join(', ')}`,
    parse: (text) => words.find((word) => word.toLowerCase() === text.toLowerCase()),
  };
}

/** A set of words divided by commas. */
export function someOf<const T extends string>(words: readonly T[]): Parameter<ReadonlySet<T>> {
  const one = oneOf(words);
  return {
    accepts: `one or more of ${words.join(', ')}, divided by commas`,
    parse(text, nowMs) {
      const found = text.split(',', words.length + 1).map((word) => one.parse(word, nowMs));
      return found.every((word) => word !== undefined) ? new Set(found) : undefined;
    },
  };
}

/** A name to be matched exactly. */
export const name: Parameter<string> = {
  accepts: `a name of 1 to ${MAX_TEXT} characters`,
  parse: (text) => (text.length >= 1 && text.length <= MAX_TEXT ? text : undefined),
};

import type { List } from './api-types.ts';
import { ProblemError } from './problem.ts';
import { integer, name, type Parameter } from './query.ts';

export const DEFAULT_LIMIT = 100;
/** As many as Hubble's UI asks for at once. */
export const MAX_LIMIT = 10_000;

/** The parameters that every list takes. */
export const PAGE_PARAMETERS = { limit: integer(1, MAX_LIMIT), cursor: name } satisfies Record<
  string,
  Parameter<unknown>
>;

export interface Keyed<K extends number | string, T> {
  readonly key: K;
  readonly item: T;
}

/**
 * One page of entries that are already in order and begin after the cursor. `key` is what the next page begins after:
 * it belongs to the entry, so pages neither repeat nor skip one when entries come and go in between.
 */
export function pageOf<K extends number | string, T>(
  list: string,
  entries: Iterable<Keyed<K, T>>,
  limit = DEFAULT_LIMIT,
): List<T> {
  const items: T[] = [];
  let last: K | undefined;
  for (const { key, item } of entries) {
    if (items.length === limit && last !== undefined) return { items, nextCursor: encodeCursor(list, last) };
    items.push(item);
    last = key;
  }
  return { items };
}

/** Entries ordered by their text key, only those after `after`. */
export function inKeyOrder<T>(entries: Iterable<Keyed<string, T>>, after: string | undefined): Keyed<string, T>[] {
  const rest = [...entries].filter(({ key }) => after === undefined || key > after);
  return rest.sort((a, b) => (a.key < b.key ? -1 : 1));
}

export function encodeCursor(list: string, key: number | string): string {
  return Buffer.from(JSON.stringify([list, key])).toString('base64url');
}

/** The number in a cursor of `list`; throws a 400 problem when it is not one. */
export function numberCursor(list: string, cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const key = decodeCursor(list, cursor);
  if (typeof key !== 'number') throw badCursor(list);
  return key;
}

export function textCursor(list: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const key = decodeCursor(list, cursor);
  if (typeof key !== 'string') throw badCursor(list);
  return key;
}

function decodeCursor(list: string, cursor: string): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && value.length === 2 && value[0] === list) return value[1];
  } catch {
    /* said below */
  }
  throw badCursor(list);
}

function badCursor(list: string): ProblemError {
  return new ProblemError(400, `parameter cursor must be the nextCursor of an earlier answer of ${list}`);
}

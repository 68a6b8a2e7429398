import type { IntelListView, IntelTestView } from '../client/api-types.ts';
import { formatDuration } from '../text/duration.ts';
import type { Palette } from '../text/palette.ts';
import { safeText } from '../text/safe-text.ts';
import { table } from '../text/table.ts';

/** A line a list, and below them what is wrong with any. */
export function intelTable(lists: readonly IntelListView[], palette: Palette, nowMs: number): string[] {
  const rows = table<IntelListView>(
    [
      { title: 'LIST', value: ({ name }) => name },
      { title: 'CATEGORY', value: ({ category }) => category },
      { title: 'FORMAT', value: ({ format }) => format },
      { title: 'ENTRIES', align: 'right', value: ({ entries }) => entries.toLocaleString('en') },
      { title: 'BAD', align: 'right', value: ({ bad, own, tooMany }) => (bad + own + tooMany).toLocaleString('en') },
      { title: 'AGE', align: 'right', value: (list) => since(list.madeAt, nowMs) },
      { title: 'CHECKED', align: 'right', value: (list) => since(list.lastSuccess, nowMs) },
      {
        title: 'STATE',
        value: stateOf,
        paint: (cell, list) => (stateOf(list) === 'ok' ? palette.green(cell) : palette.yellow(cell)),
      },
      { title: 'SOURCE', value: ({ source }) => source },
    ],
    lists,
  );
  return [
    ...rows,
    ...lists.flatMap((list) => remarks(list).map((text) => palette.dim(`${safeText(list.name)}: ${text}`))),
  ];
}

/** What is to be said of a value, list by list. */
export function testLines({ value, kind, verdict, hits }: IntelTestView, palette: Palette): string[] {
  const name = `${safeText(value)} (${kind})`;
  if (hits.length === 0) return [`${name} is in no list`];
  const head =
    verdict === undefined ? palette.green(`${name} is not alerted of`) : palette.red(`${name} is alerted of`);
  return [
    head,
    ...hits.map(({ list, category, severity, entry, reference, expiresMs }) =>
      [
        `  ${safeText(list)}: ${safeText(entry)}, ${safeText(category)}`,
        ...(severity === undefined ? [] : [severity]),
        ...(reference === undefined ? [] : [safeText(reference)]),
        ...(expiresMs === undefined ? [] : [`until ${new Date(expiresMs).toISOString()}`]),
      ].join(', '),
    ),
  ];
}

function stateOf({ problem, madeAt, isExpired }: IntelListView): string {
  if (madeAt === undefined) return problem === undefined ? 'waiting' : 'missing';
  if (isExpired) return 'expired';
  return problem === undefined ? 'ok' : 'stale';
}

function remarks({ problem, firstBad, bad, own, tooMany }: IntelListView): string[] {
  const [first] = firstBad;
  return [
    ...(problem === undefined ? [] : [safeText(problem)]),
    ...(first === undefined
      ? []
      : [`${bad} bad, first in line ${first.line}: ${safeText(first.text)} ${safeText(first.problem)}`]),
    ...(own === 0 ? [] : [`${own} private, loopback or reserved addresses were not taken (allowOwn)`]),
    ...(tooMany === 0 ? [] : [`${tooMany} entries had no room`]),
  ];
}

function since(time: string | undefined, nowMs: number): string {
  return time === undefined ? '–' : formatDuration(Math.max(0, nowMs - Date.parse(time)));
}

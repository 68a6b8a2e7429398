import { EDGE_COLUMNS, LISTENER_COLUMNS, POD_COLUMNS, type TopColumn } from './columns.ts';
import type { Snapshot, Sort, TopState, TopView } from './top-state.ts';

/** A view: its columns and where its rows are. `any` of three row types, told apart once here. */
interface ViewTable<Row> {
  readonly columns: readonly TopColumn<Row>[];
  readonly rows: (snapshot: Snapshot) => readonly Row[];
}

/** Calls `use` with the table of the view, whatever its rows are. */
export function withView<Result>(view: TopView, use: <Row>(table: ViewTable<Row>) => Result): Result {
  switch (view) {
    case 'pods':
      return use({ columns: POD_COLUMNS, rows: (snapshot) => snapshot.pods });
    case 'edges':
      // Seen from both ends an edge is there twice: the server's record is shown where there is one.
      return use({ columns: EDGE_COLUMNS, rows: (snapshot) => latestEdges(snapshot) });
    case 'listeners':
      return use({ columns: LISTENER_COLUMNS, rows: (snapshot) => snapshot.listeners });
  }
}

/** Rows that pass the filter, in the chosen order; equal ones by name, so that they do not jump. */
export function arrange<Row>(
  columns: readonly TopColumn<Row>[],
  rows: readonly Row[],
  sort: Sort,
  filter: string,
): Row[] {
  const by = columns.find((column) => column.id === sort.column)?.sortBy ?? columns[0]?.sortBy ?? (() => 0);
  const name = columns[0]?.sortBy ?? (() => '');
  const wanted = filter.toLowerCase();
  const texts = columns.filter((column) => column.align === 'left' && column.sortBy);
  const passing = wanted
    ? rows.filter((row) =>
        texts.some((column) =>
          String(column.sortBy?.(row) ?? '')
            .toLowerCase()
            .includes(wanted),
        ),
      )
    : [...rows];
  const direction = sort.descending ? -1 : 1;
  return passing.sort((a, b) => compare(by(a), by(b)) * direction || compare(name(a), name(b)));
}

/** How many rows of the current view pass the filter. */
export function rowCount(state: TopState): number {
  const { snapshot } = state;
  if (!snapshot) return 0;
  return withView(
    state.view,
    ({ columns, rows }) => arrange(columns, rows(snapshot), state.sort[state.view], state.filter).length,
  );
}

/** Columns by which the view can be sorted, in the order of the screen. */
export function sortableColumns(view: TopView): readonly string[] {
  return withView(view, ({ columns }) => columns.filter((column) => column.sortBy).map((column) => column.id));
}

/** Numbers are first shown largest first, names from A. */
export function startsDescending(view: TopView, id: string): boolean {
  return withView(view, ({ columns }) => {
    const column = columns.find((candidate) => candidate.id === id);
    return column?.align === 'right' || id === 'total';
  });
}

function latestEdges({ edges }: Snapshot): Snapshot['edges'] {
  let latest = '';
  for (const edge of edges) if (edge.windowStart > latest) latest = edge.windowStart;
  const best = new Map<string, Snapshot['edges'][number]>();
  for (const edge of edges) {
    if (edge.windowStart !== latest) continue;
    const key = JSON.stringify([names(edge.source), names(edge.destination), edge.port, edge.protocol]);
    if (edge.reporter === 'server' || !best.has(key)) best.set(key, edge);
  }
  return [...best.values()];
}

function names({
  namespace,
  workload,
  pod,
  service,
  container,
  process,
  ip,
}: Snapshot['edges'][number]['source']): unknown {
  return [namespace, workload?.name ?? pod ?? service ?? container ?? process?.comm ?? ip];
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

/** Keeps `selected` within the rows and the window of `height` lines around it. */
export function scroll(
  selected: number,
  offset: number,
  count: number,
  height: number,
): { selected: number; offset: number } {
  const chosen = Math.max(0, Math.min(selected, count - 1));
  const room = Math.max(1, height);
  let first = Math.min(offset, Math.max(0, count - room));
  if (chosen < first) first = chosen;
  if (chosen >= first + room) first = chosen - room + 1;
  return { selected: chosen, offset: Math.max(0, first) };
}

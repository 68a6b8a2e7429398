import { countLostEvents } from '../status/lost-events.ts';
import { safeText } from '../text/safe-text.ts';
import { type TableColumn, table } from '../text/table.ts';
import type { TopColumn } from './columns.ts';
import { arrange, withView } from './rows.ts';
import type { Snapshot, Sort, TopView } from './top-state.ts';

/** One look as a plain table, for a pipe or a log: a line of context, then the rows. */
export function renderPlain(snapshot: Snapshot, view: TopView, sort: Sort): string[] {
  const { status, alerts } = snapshot;
  const lost = countLostEvents(status);
  const time = new Date(snapshot.timeMs).toISOString();
  const head = `${time}  ${safeText(status.node)}  ${status.liveConnections} connections  ${lost} events lost  ${alerts.length} open alert${alerts.length === 1 ? '' : 's'}`;
  return withView(view, ({ columns, rows }) => [
    head,
    ...table(columns.map(plainColumn), arrange(columns, rows(snapshot), sort, '')),
  ]);
}

function plainColumn<Row>(column: TopColumn<Row>): TableColumn<Row> {
  return { title: column.title, align: column.align, value: (row) => column.cell(row, 20).trimStart() };
}

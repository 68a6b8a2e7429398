import { displayWidth, fit } from './display-width.ts';
import { safeText } from './safe-text.ts';

export interface TableColumn<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly value: (row: Row) => string;
  /** Applied after fitting: colours take no columns. */
  readonly paint?: (cell: string, row: Row) => string;
}

/** A plain table, columns as wide as their longest value, three spaces apart, the last one not filled up. */
export function table<Row>(columns: readonly TableColumn<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map((column) => safeText(column.value(row))));
  const widths = columns.map((column, i) =>
    Math.max(displayWidth(column.title), ...cells.map((line) => displayWidth(line[i] ?? ''))),
  );
  const line = (values: readonly string[], row?: Row): string =>
    columns
      .map((column, i) => {
        const last = i === columns.length - 1 && column.align !== 'right';
        const cell = last ? (values[i] ?? '') : fit(values[i] ?? '', widths[i] ?? 0, column.align);
        return row !== undefined && column.paint ? column.paint(cell, row) : cell;
      })
      .join('   ')
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...cells.map((values, i) => line(values, rows[i]))];
}

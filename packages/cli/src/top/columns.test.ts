import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EDGE_COLUMNS, LISTENER_COLUMNS, layout, POD_COLUMNS, SORT_KEYS, type TopColumn } from './columns.ts';
import { sortableColumns } from './rows.ts';
import { TOP_VIEWS } from './top-state.ts';

function widthOf<Row>(columns: readonly TopColumn<Row>[], available: number): number {
  return layout(columns, available).reduce((sum, { width }) => sum + width + 1, -1);
}

test('on no screen are the columns wider than it', () => {
  for (let available = 20; available <= 300; available++) {
    for (const width of [
      widthOf(POD_COLUMNS, available),
      widthOf(EDGE_COLUMNS, available),
      widthOf(LISTENER_COLUMNS, available),
    ]) {
      assert.ok(width <= available, `${width} in ${available}`);
    }
  }
});

test('a narrow screen keeps the name and the rates, a wide one shows everything', () => {
  const ids = (available: number): string[] => layout(POD_COLUMNS, available).map(({ column }) => column.id);
  assert.deepEqual(ids(60), ['name', 'receive', 'transmit', 'packets', 'alerts']);
  assert.deepEqual(
    ids(200),
    POD_COLUMNS.map(({ id }) => id),
  );
  assert.equal(ids(20)[0], 'name');
});

test('every sort key names a column that its view can be sorted by', () => {
  for (const [key, columns] of Object.entries(SORT_KEYS)) {
    for (const view of TOP_VIEWS) assert.ok(sortableColumns(view).includes(columns[view]), `${key} in ${view}`);
  }
});

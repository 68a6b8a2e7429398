import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from './table.ts';

test('columns are as wide as their longest value and nothing trails', () => {
  const lines = table(
    [
      { title: 'NAME', value: (row: { name: string; n: number }) => row.name },
      { title: 'N', align: 'right', value: (row) => String(row.n) },
    ],
    [
      { name: 'web', n: 7 },
      { name: 'database', n: 1234 },
    ],
  );
  assert.deepEqual(lines, ['NAME          N', 'web           7', 'database   1234']);
});

test('hostile values cannot reach the terminal through a table', () => {
  const lines = table([{ title: 'NAME', value: (row: string) => row }], ['\x1b[2J']);
  assert.equal(lines[1], '\\x1b[2J');
});

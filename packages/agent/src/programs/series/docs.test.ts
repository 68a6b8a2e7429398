/** docs/reference/programs.md against the code. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { z } from 'zod';
import { childSchema, keysOf, type Schema } from '../../config/schema-walk.ts';
import { CONVENTIONS } from './conventions.ts';
import { SERIES_LIMITS } from './limits.ts';
import { parseProgramSpec } from './parse-spec.ts';
import { programSpecSchema } from './spec-schema.ts';

const page = readFileSync(`${import.meta.dirname}/../../../../../docs/reference/programs.md`, 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('|'));

function keys(...path: readonly PropertyKey[]): string[] {
  const at = path.reduce<Schema | undefined>((schema, key) => schema && childSchema(schema, key), programSpecSchema);
  return at === undefined ? [] : keysOf(at as z.core.$ZodType);
}

test('the page has a row for every convention and every key of the YAML', () => {
  const names = [
    ...CONVENTIONS,
    ...keys('maps', 'm').filter((key) => key !== 'labels' && key !== 'samples'),
    ...keys('maps', 'm', 'labels', 'f').map((key) => `labels.<field>.${key}`),
    ...keys('maps', 'm', 'samples', 'f').map((key) => `samples.<field>.${key}`),
    ...keys('events', 'm'),
    ...keys('alerts', 0),
  ];
  assert.ok(names.length > 40, names.join());
  const missing = names.filter((name) => !rows.some((row) => row.split('|')[1]?.includes(`\`${name}\``)));
  assert.deepEqual(missing, []);
});

test('the page has every limit', () => {
  const table = page.slice(page.indexOf('## Limits'));
  const missing = Object.entries(SERIES_LIMITS).filter(([name, value]) => {
    const isElsewhere = name === 'defaultSeries' || name === 'titleLength';
    return !isElsewhere && !new RegExp(`\\b${value}\\b`).test(table);
  });
  assert.deepEqual(missing, []);
});

test('the example of the page can be read', () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const spec = parseProgramSpec(example, 'programs.md');
  assert.deepEqual(
    spec.alerts.map(({ name, for: forMs }) => [name, forMs]),
    [['syn-rate', 2000]],
  );
});

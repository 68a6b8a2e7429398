import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PAYLOAD_LIMITS } from './limits.ts';

const PAGE = join(import.meta.dirname, '../../../../docs/reference/payload.md');

describe('limits of parsers', () => {
  it('are those that the documents name', () => {
    const rows = [...readFileSync(PAGE, 'utf8').matchAll(/^\| `(\w+)` \| (\d+) \|/gm)];
    assert.ok(rows.length > 10);
    const limits: Readonly<Record<string, number>> = PAYLOAD_LIMITS;
    for (const [, name, value] of rows) assert.equal(Number(value), limits[name!], name);
  });
});

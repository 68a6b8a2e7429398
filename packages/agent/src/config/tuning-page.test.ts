import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { entryBytes } from '../../../../tools/chart/program-facts.ts';
import { defaultConfig } from './schema.ts';

const page = readFileSync(new URL('../../../../docs/guide/tuning.md', import.meta.url), 'utf8');

function valueAt(path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], defaultConfig());
}

test('the defaults on the page about tuning are those of the schema', () => {
  const rows = [...page.matchAll(/^\| `([a-z][\w.]+)` \| (\d+) \|/gim)];
  assert.ok(rows.length >= 18, `${rows.length} rows`);
  for (const [, path = '', value] of rows) assert.equal(String(valueAt(path)), value, path);
});

test('the bytes of an entry are those of the program', () => {
  const { live, liveNew, listener, conversation4, conversation6, cgroup, probe4, probe6 } = entryBytes();
  const cell = (key: string) => new RegExp(`\\| \`sources\\.ebpf\\.${key}\` \\| \\d+ \\| ([^|]+) \\|`).exec(page)?.[1];
  assert.equal(cell('maxLiveRecords'), `${live}, and ${liveNew} for an eighth of them`);
  assert.equal(cell('maxListeners'), `${listener}`);
  assert.equal(cell('maxConversations'), `${conversation4} (IPv6: ${conversation6})`);
  assert.equal(cell('maxCgroups'), `${cgroup}`);
  assert.equal(cell('maxProbes'), `${probe4} (IPv6: ${probe6})`);
});

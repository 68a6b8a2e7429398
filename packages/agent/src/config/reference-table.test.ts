import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseIdentities } from '../identify/load-identities.ts';
import { loadConfig } from './load.ts';
import { configReferenceTable } from './reference-table.ts';

const page = (name: string) => fileURLToPath(new URL(`../../../../docs/reference/${name}`, import.meta.url));
const BEGIN = '<!-- begin keys -->\n';
const END = '\n<!-- end keys -->';

/** The YAML examples of a page. */
function examples(name: string): string[] {
  return [...readFileSync(page(name), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
}

test('the table of the configuration page says what the schema says', () => {
  const text = readFileSync(page('configuration.md'), 'utf8');
  const [head = '', rest = ''] = text.split(BEGIN);
  const tail = rest.slice(rest.indexOf(END.trimStart()));
  const wanted = `${head}${BEGIN}${configReferenceTable()}\n${tail}`;
  if (process.env.UPDATE_DOCS === '1') writeFileSync(page('configuration.md'), wanted);
  assert.equal(
    readFileSync(page('configuration.md'), 'utf8'),
    wanted,
    'run this test with UPDATE_DOCS=1 to write the table',
  );
});

test('every key is explained', () => {
  const unexplained = configReferenceTable()
    .split('\n')
    .filter((row) => row.endsWith('|  |') && !row.includes('.namespaces.'));
  assert.deepEqual(unexplained, []);
});

test('the example of the configuration page loads', () => {
  const [example = ''] = examples('configuration.md');
  const directory = mkdtempSync(join(tmpdir(), 'netguard-docs-'));
  try {
    const file = join(directory, 'netguard.yaml');
    writeFileSync(file, example);
    assert.equal(loadConfig({ file }).config.cluster, 'prod-eu');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('the example of the identity page loads', () => {
  const [example = ''] = examples('identity.md');
  assert.equal(parseIdentities(example, 'example.yaml').pods.length, 2);
});

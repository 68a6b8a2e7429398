/**
 * Runs test files in groups with Node's own runner and ends with one line, `N passed, N failed`.
 * Groups run one after the other: unit tests on both cores, kernel tests alone, so that nothing loads the machine they measure.
 */
import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

interface Group {
  readonly title: string;
  readonly patterns: readonly string[];
  readonly exclude?: readonly string[];
  readonly concurrency: number;
}

/** Needs no root: it reads what was recorded. */
const CAPTURES = 'test/scenarios/captures.test.ts';

const GROUPS: readonly Group[] = [
  { title: 'unit', patterns: ['packages/*/src/**/*.test.ts', CAPTURES], concurrency: 2 },
  {
    title: 'kernel',
    patterns: ['packages/libbpf/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [CAPTURES],
    concurrency: 1,
  },
];

let passed = 0;
let failed = 0;
let skipped = 0;

async function runGroup({ title, patterns, exclude = [], concurrency }: Group): Promise<void> {
  const files = globSync([...patterns], { exclude: [...exclude] }).sort();
  console.log(`\n== ${title}: ${files.length} files`);
  const stream = run({ files, concurrency, forceExit: false });
  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite') return;
    if (event.skip !== undefined || event.todo !== undefined) skipped++;
    else passed++;
  });
  stream.on('test:fail', (event) => {
    if (event.details.type !== 'suite') failed++;
  });
  const lines = stream.compose(spec);
  lines.pipe(process.stdout, { end: false });
  await new Promise((resolve, reject) => lines.on('end', resolve).on('error', reject));
}

const wanted = process.argv.slice(2);
for (const group of GROUPS) if (wanted.length === 0 || wanted.includes(group.title)) await runGroup(group);
const skips = skipped > 0 ? `, ${skipped} skipped` : '';
console.log(`\n${passed} passed, ${failed} failed${skips}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

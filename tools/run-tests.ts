/**
 * Runs test files in groups with Node's own runner and ends with one line, `N passed, N failed`.
 * Groups run one after the other: unit tests on both cores, kernel tests and loud scenarios alone, so that nothing loads the
 * machine they measure. `node tools/run-tests.ts [GROUP…]`: unit, kernel, soak, scenarios.
 */
import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

interface Group {
  readonly title: string;
  /** Files in this order: the longest first, where others go on beside it. */
  readonly patterns: readonly string[];
  readonly exclude?: readonly string[];
  readonly concurrency: number;
}

const CAPTURES = 'test/scenarios/captures.test.ts';
/** What needs neither root nor a network: helm renders without a cluster, captures are read. */
const UNIT = ['packages/*/src/**/*.test.ts', '{tools,deploy}/**/*.test.ts', 'test/chart/*.test.ts', CAPTURES];

const GROUPS: readonly Group[] = [
  { title: 'unit', patterns: UNIT, concurrency: 2 },
  {
    title: 'kernel',
    patterns: ['packages/libbpf/test/**/*.test.ts', 'test/{e2e,kernel}/**/*.test.ts'],
    concurrency: 1,
  },
  {
    title: 'soak, and what can be beside it',
    patterns: ['test/soak/soak.test.ts', 'test/{lab,soak}/**/*.test.ts', 'test/scenarios/{access,slow-scans}.test.ts'],
    concurrency: 2,
  },
  {
    title: 'scenarios',
    patterns: ['test/scenarios/*.test.ts'],
    exclude: [CAPTURES, 'test/scenarios/{access,slow-scans}.test.ts'],
    concurrency: 1,
  },
];

/** Files named at the end, to see where the time goes. */
const SLOWEST = 12;

let passed = 0;
let failed = 0;
let skipped = 0;

/** Milliseconds of a file's tests. */
const spent = new Map<string, number>();

async function runGroup({ title, patterns, exclude = [], concurrency }: Group): Promise<void> {
  const files = [...new Set(patterns.flatMap((pattern) => globSync(pattern, { exclude: [...exclude] }).sort()))];
  console.log(`\n== ${title}: ${files.length} files`);
  const stream = run({ files, concurrency, forceExit: false });
  stream.on('test:pass', (event) => {
    note(event);
    if (event.details.type === 'suite') return;
    if (event.skip !== undefined || event.todo !== undefined) skipped++;
    else passed++;
  });
  stream.on('test:fail', (event) => {
    note(event);
    if (event.details.type !== 'suite') failed++;
  });
  const lines = stream.compose(spec);
  lines.pipe(process.stdout, { end: false });
  await new Promise((resolve, reject) => lines.on('end', resolve).on('error', reject));
}

function note({ nesting, file, details }: { nesting: number; file?: string; details: { duration_ms: number } }): void {
  if (nesting === 0 && file !== undefined) spent.set(file, (spent.get(file) ?? 0) + details.duration_ms);
}

const began = Date.now();
const wanted = process.argv.slice(2);
const groups = GROUPS.filter(({ title }) => wanted.length === 0 || wanted.some((name) => title.startsWith(name)));
for (const group of groups) await runGroup(group);
console.log(`\nslowest files, of ${Math.round((Date.now() - began) / 1000)} s in all:`);
for (const [file, ms] of [...spent].sort((a, b) => b[1] - a[1]).slice(0, SLOWEST)) {
  console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${relative(process.cwd(), file)}`);
}
const skips = skipped > 0 ? `, ${skipped} skipped` : '';
console.log(`\n${passed} passed, ${failed} failed${skips}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

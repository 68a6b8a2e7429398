/**
 * Runs test files in groups with Node's own runner and ends with one line, `N passed, N failed`.
 * Groups run one after the other: unit tests on both cores, kernel tests and loud scenarios alone, so that nothing loads the
 * machine they measure. `node tools/run-tests.ts [GROUP…]`: unit, kernel, soak, scenarios, guest.
 */
import { globSync } from 'node:fs';
import { type Result, runFiles } from './test-files.ts';

interface Group {
  readonly title: string;
  /** Files in this order: the longest first, where others go on beside it. */
  readonly patterns: readonly string[];
  readonly exclude?: readonly string[];
  readonly concurrency: number;
  /** Of real traffic on a machine that others may load: a file that fails is run once more, and named at the end. */
  readonly isLoud?: boolean;
}

const CAPTURES = 'test/scenarios/{captures,hubble-captures}.test.ts';
/** What needs neither root nor a network: helm renders without a cluster, captures are read. */
const UNIT = ['packages/*/src/**/*.test.ts', '{tools,deploy}/**/*.test.ts', 'test/chart/*.test.ts', CAPTURES];

const GROUPS: readonly Group[] = [
  { title: 'unit', patterns: UNIT, concurrency: 2 },
  {
    title: 'kernel',
    patterns: ['packages/libbpf/test/**/*.test.ts', 'test/{e2e,kernel}/**/*.test.ts'],
    concurrency: 1,
    isLoud: true,
  },
  {
    title: 'soak, and what can be beside it',
    patterns: ['test/soak/soak.test.ts', 'test/{lab,soak}/**/*.test.ts', 'test/scenarios/{access,slow-scans}.test.ts'],
    concurrency: 2,
    isLoud: true,
  },
  {
    title: 'scenarios',
    patterns: ['test/scenarios/*.test.ts'],
    exclude: [CAPTURES, 'test/scenarios/{access,slow-scans}.test.ts'],
    concurrency: 1,
    isLoud: true,
  },
  { title: 'guest kernels', patterns: ['test/kernels/*.test.ts'], concurrency: 1, isLoud: true },
];

/** Files named at the end, to see where the time goes. */
const SLOWEST = 20;

const results = new Map<string, Result>();
/** Tests that failed, and passed when their file was run once more by itself. */
const unsteady: string[] = [];

async function runGroup({ title, patterns, exclude = [], concurrency, isLoud = false }: Group): Promise<void> {
  const files = [...new Set(patterns.flatMap((pattern) => globSync(pattern, { exclude: [...exclude] }).sort()))];
  console.log(`\n== ${title}: ${files.length} files`);
  await collect(files, concurrency);
  const again = isLoud ? files.filter((file) => results.get(file)?.failed.length) : [];
  if (again.length === 0) return;
  console.log(`\n== once more, alone: ${again.join(', ')}`);
  const before = new Map(again.map((file) => [file, results.get(file)?.failed ?? []]));
  await collect(again, 1);
  for (const file of again) {
    const still = new Set(results.get(file)?.failed);
    for (const name of before.get(file) ?? []) if (!still.has(name)) unsteady.push(`${file}: ${name}`);
  }
}

async function collect(files: readonly string[], concurrency: number): Promise<void> {
  for (const [file, result] of await runFiles(files, concurrency)) results.set(file, result);
}

const began = Date.now();
const wanted = process.argv.slice(2);
const groups = GROUPS.filter(({ title }) => wanted.length === 0 || wanted.some((name) => title.startsWith(name)));
for (const group of groups) await runGroup(group);
console.log(`\nslowest files, of ${Math.round((Date.now() - began) / 1000)} s in all:`);
for (const [file, { ms }] of [...results].sort((a, b) => b[1].ms - a[1].ms).slice(0, SLOWEST)) {
  console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${file}`);
}
if (unsteady.length > 0) {
  console.log(`\nfailed at first, passed when run once more (look at why): ${unsteady.length}`);
  for (const line of unsteady) console.log(`  ${line}`);
}
const all = [...results.values()];
const sum = (of: (result: Result) => number): number => all.reduce((total, result) => total + of(result), 0);
const [passed, failed, skipped] = [
  sum((result) => result.passed),
  sum((result) => result.failed.length),
  sum((result) => result.skipped),
];
const skips = skipped > 0 ? `, ${skipped} skipped` : '';
console.log(`\n${passed} passed, ${failed} failed${skips}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

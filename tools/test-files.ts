/** Runs test files with Node's own runner, one call a file, so that what each came to is known. */
import type { Writable } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** What a file's tests came to. */
export interface Result {
  passed: number;
  failed: string[];
  skipped: number;
  readonly ms: number;
}

/** What the runner tells. */
type TestEvent =
  | { readonly type: 'test:pass' | 'test:fail'; readonly data: Told }
  | { readonly type: 'test:diagnostic' | 'test:summary'; readonly data: Told };

interface Told {
  readonly name: string;
  readonly nesting: number;
  readonly message: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: { readonly type?: string };
}

/** Runs test files, `concurrency` at once, and prints what they tell; the results by file, in the order they ended. */
export async function runFiles(files: readonly string[], concurrency: number): Promise<Map<string, Result>> {
  const results = new Map<string, Result>();
  const reporter = new spec();
  reporter.pipe(process.stdout, { end: false });
  const waiting = [...files];
  const next = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      results.set(file, await runFile(file, reporter, concurrency === 1));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, next));
  const ended = new Promise((resolve, reject) => reporter.on('end', resolve).on('error', reject));
  reporter.end();
  await ended;
  return results;
}

/** Runs one file. Where others run beside it, what it tells is printed in one piece at its end. */
async function runFile(file: string, reporter: Writable, isLive: boolean): Promise<Result> {
  const startMs = Date.now();
  const count = { passed: 0, failed: [] as string[], skipped: 0 };
  const held: TestEvent[] = [];
  for await (const event of run({ files: [file], forceExit: false }) as AsyncIterable<TestEvent>) {
    note(event, count);
    if (isSummary(event)) continue;
    if (isLive) reporter.write(event);
    else held.push(event);
  }
  for (const event of held) reporter.write(event);
  return { ...count, ms: Date.now() - startMs };
}

function note(event: TestEvent, count: Omit<Result, 'ms'>): void {
  if (event.type !== 'test:pass' && event.type !== 'test:fail') return;
  const { details, name, skip, todo } = event.data;
  if (details.type === 'suite') return;
  if (event.type === 'test:fail') count.failed.push(name);
  else if (skip !== undefined || todo !== undefined) count.skipped++;
  else count.passed++;
}

/** The runner's own count of one file. */
function isSummary({ type, data }: TestEvent): boolean {
  return type === 'test:summary' || (type === 'test:diagnostic' && data.nesting === 0 && SUMMARY.test(data.message));
}

const SUMMARY = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

/**
 * `npm run test:kernels [-- KERNEL… | --again]`: boots Debian's kernels one after the other under qemu, tries every program in
 * each, and compares what it counts of traffic with what was sent. All of them: the tables of docs/reference/kernels.md are
 * written anew. Status 1 when something is not as it must be. `--again` fetches kernels that are in the cache already.
 */
import { parseArgs } from 'node:util';
import type { GuestLine } from '../test/kernels/report.ts';
import { debianKernel } from './kernels/debian-kernel.ts';
import { KERNELS } from './kernels/list.ts';
import { problemsOf } from './kernels/problems.ts';
import { kernelTables, type Tried } from './kernels/tables.ts';
import { tryKernel } from './kernels/try-kernel.ts';
import { writePage } from './kernels/write-page.ts';

const { values, positionals } = parseArgs({ options: { again: { type: 'boolean' } }, allowPositionals: true });
const chosen = positionals.length === 0 ? KERNELS : KERNELS.filter(({ name }) => positionals.includes(name));
if (chosen.length < positionals.length) {
  console.error(
    `error: there are ${KERNELS.map(({ name }) => name).join(', ')}, and not all of ${positionals.join(', ')}`,
  );
  process.exit(2);
}

const tried: Tried[] = [];
const problems: string[] = [];
for (const choice of chosen) {
  console.error(`== Linux ${choice.name}`);
  try {
    const { version, suite } = { ...(await debianKernel(choice, values.again)), suite: choice.suite };
    const report = await tryKernel(choice, { onLine: progress, bpftrace: choice.expects === 'served' });
    tried.push({ report, version, suite });
    problems.push(...problemsOf(report, choice.expects).map((problem) => `${report.release}: ${problem}`));
    console.error(`   ${report.release}: ${Math.round(report.seconds)} s`);
  } catch (error) {
    problems.push(`${choice.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const lines = kernelTables(tried);
if (tried.length > 0) console.log(lines.join('\n'));
if (tried.length === KERNELS.length && problems.length === 0) console.error(`wrote ${writePage(lines)}`);
for (const problem of problems) console.error(`error: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

function progress(line: GuestLine): void {
  if (line.kind === 'trial') {
    const result = line.attaches ? 'loads, attaches' : `${line.loads ? 'loads' : 'refused'}: ${line.reason}`;
    console.error(`   ${line.program}: ${result}`);
  } else if (line.kind === 'count') {
    console.error(`   ${line.program}, ${line.what}: sent ${line.sent}, counted ${line.counted}`);
  }
}

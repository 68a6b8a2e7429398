/**
 * `npm run soak [-- --minutes N]`: a fake cluster with every benign twin at once, for an hour unless set, and what NetGuard
 * says of it: alerts per workload-day by detector and severity. Status 1 for any of severity medium or above. Ctrl-C ends it
 * with the report so far. Needs root and hping3. What is at work: test/soak/twins.
 */
import { parseArgs } from 'node:util';
import { failures, reportLines } from '../test/soak/report.ts';
import { runSoak } from '../test/soak/soak.ts';
import { allTwins } from '../test/soak/twins/all-twins.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    only: { type: 'string', multiple: true },
  },
});
const minutes = Number(values.minutes);
if (!(minutes >= 1 && minutes <= 10_080)) {
  console.error('--minutes takes a number from 1 to 10080.');
  process.exit(2);
}
const twins = allTwins.filter(({ id }) => values.only === undefined || values.only.includes(id));
if (twins.length === 0) {
  console.error(`--only takes one of: ${allTwins.map(({ id }) => id).join(', ')}.`);
  process.exit(2);
}

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!interrupted.signal.aborted) console.error('Ending; the report follows.');
    interrupted.abort();
  });
}
const report = await runSoak({
  minutes,
  twins,
  signal: interrupted.signal,
  onProgress: (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`),
});
console.log(reportLines(report).join('\n'));
const wrong = failures(report);
for (const reason of wrong) console.error(`failed: ${reason}`);
process.exitCode = wrong.length > 0 ? 1 : interrupted.signal.aborted ? 130 : 0;

import { isEqual, type KernelReport } from '../../test/kernels/report.ts';

/** NetGuard loads the one that the running kernel's tracepoint fits: since 6.11 it tells the socket. */
const EITHER = ['ng_drop', 'ng_drop_sk'];

/** What of a report is not as it must be on a kernel that is served, or refused; none when all is well. */
export function problemsOf(report: KernelReport, expects: 'served' | 'refused'): string[] {
  return expects === 'served' ? problemsOfServed(report) : problemsOfRefused(report);
}

function problemsOfServed({ trials, counts, daemon }: KernelReport): string[] {
  const problems = trials
    .filter(({ program, loads, attaches }) => !EITHER.includes(program) && !(loads && attaches))
    .map(({ program, loads, reason }) => `${program} ${loads ? 'does not attach' : 'does not load'}: ${reason}`);
  const drops = trials.filter(({ program, attaches }) => EITHER.includes(program) && attaches);
  if (drops.length === 0) problems.push(`neither of ${EITHER.join(' and ')} attaches`);
  const counted = new Set(counts.map(({ program }) => program));
  const uncounted = trials.filter(({ program, loads }) => loads && !EITHER.includes(program) && !counted.has(program));
  problems.push(...uncounted.map(({ program }) => `nothing was counted by ${program}`));
  for (const count of counts) {
    if (isEqual(count)) continue;
    const { program, what, sent, counted, differences } = count;
    problems.push(
      `${program}, ${what}: sent ${sent}, counted ${counted}${differences.map((each) => `; ${each}`).join('')}`,
    );
  }
  if (daemon?.result !== 'served' || daemon.status !== 0 || daemon.detail !== '')
    problems.push(`netguard run: ${JSON.stringify(daemon)}`);
  return problems;
}

const REFUSAL = ['NG_ERR_KERNEL_OLD', 'older than 5.15', 'Use a kernel of 6.1 or newer'];

/** The sentence says that the kernel is too old, and what to do; `netguard doctor` fails by the same. */
function problemsOfRefused({ daemon }: KernelReport): string[] {
  const isClear = daemon?.result === 'refused' && daemon.status === 1;
  const isSaid = REFUSAL.every((part) => daemon?.detail.includes(part));
  const isDoctor = daemon?.doctor?.status === 1 && daemon.doctor.said.includes('older than 5.15');
  if (isClear && isSaid && isDoctor) return [];
  return [`netguard run and doctor are to refuse this kernel by name: ${JSON.stringify(daemon)}`];
}

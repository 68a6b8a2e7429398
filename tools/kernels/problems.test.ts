import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Count, KernelReport, Trial } from '../../test/kernels/report.ts';
import { problemsOf } from './problems.ts';

const trial = (program: string, result: Partial<Trial> = {}): Trial => ({
  kind: 'trial',
  object: 'some',
  program,
  loads: true,
  attaches: true,
  ...result,
});
const count = (program: string, result: Partial<Count> = {}): Count => ({
  kind: 'count',
  program,
  what: 'packets',
  sent: 10,
  counted: 10,
  differences: [],
  ...result,
});
const served: KernelReport = {
  release: '6.1.0-1',
  trials: [
    trial('ng_tcp_state'),
    trial('ng_drop'),
    trial('ng_drop_sk', { loads: false, attaches: false, reason: 'no' }),
  ],
  counts: [count('ng_tcp_state'), count('ng_drop')],
  daemon: { kind: 'daemon', result: 'served', status: 0, detail: '' },
  seconds: 1,
};
const problems = (part: Partial<KernelReport>) => problemsOf({ ...served, ...part }, 'served').join('\n');

test('a kernel on which all is well has no problems, whichever of the two programs for drops it takes', () => {
  assert.equal(problems({}), '');
  const other = [trial('ng_drop', { loads: false, attaches: false }), trial('ng_drop_sk')];
  assert.equal(problems({ trials: [trial('ng_tcp_state'), ...other] }), '');
});

test('what is refused, does not attach or is counted by nothing is named with the reason', () => {
  const refused = trial('ng_packet_in', { loads: false, attaches: false, reason: 'the verifier' });
  assert.match(problems({ trials: [...served.trials, refused] }), /^ng_packet_in does not load: the verifier$/);
  const idle = trial('ng_packet_in', { attaches: false, reason: 'EPERM' });
  assert.match(problems({ trials: [...served.trials, idle] }), /^ng_packet_in does not attach: EPERM$/m);
  assert.match(problems({ trials: [...served.trials, trial('ng_new')] }), /^nothing was counted by ng_new$/);
  assert.match(problems({ trials: [trial('ng_tcp_state')] }), /^neither of ng_drop and ng_drop_sk attaches$/);
});

test('counts that differ are named with both numbers, and so are equal ones of which parts differ', () => {
  assert.match(
    problems({ counts: [count('ng_tcp_state', { counted: 9 }), count('ng_drop')] }),
    /^ng_tcp_state, packets: sent 10, counted 9$/,
  );
  assert.match(
    problems({ counts: [count('ng_tcp_state', { differences: ['bytes: 1, not 2'] }), count('ng_drop')] }),
    /sent 10, counted 10; bytes: 1, not 2$/,
  );
});

test('a daemon that did not serve, or with less than all of its programs, is a problem', () => {
  assert.match(problems({ daemon: undefined }), /^netguard run: /);
  for (const part of [{ status: 1 }, { detail: 'ng_drop: EPERM' }])
    assert.match(problems({ daemon: { ...served.daemon!, ...part } }), /^netguard run: /);
});

test('an old kernel must be refused by name and with what to do', () => {
  const detail =
    'error: starting on Linux 5.10.0, older than 5.15 (NG_ERR_KERNEL_OLD)\n  Use a kernel of 6.1 or newer.';
  const doctor = { status: 1, said: 'Linux kernel: 5.10.0, older than 5.15' };
  const of = (part: Partial<KernelReport['daemon'] & object>) =>
    problemsOf(
      { ...served, counts: [], daemon: { kind: 'daemon', result: 'refused', status: 1, detail, doctor, ...part } },
      'refused',
    );
  assert.deepEqual(of({}), []);
  for (const part of [
    { status: 0 },
    { result: 'served' as const },
    { detail: 'BPF_STX uses reserved fields' },
    { doctor: { ...doctor, status: 0 } },
  ])
    assert.equal(of(part).length, 1, JSON.stringify(part));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleAlert, sampleSilence } from '../testing/samples.ts';
import { palette } from '../text/palette.ts';
import { getSilence, silenceTable, when } from './silence-list.ts';
import { type SilenceOptions, silenceRequest } from './silence-request.ts';

const NOW = Date.parse('2026-11-25T00:12:00Z');
const plain = palette({ colour: false });
const said = { author: 'ann', comment: 'load test' };

function refusal(matchers: string[], options: Partial<SilenceOptions>): string {
  try {
    silenceRequest(matchers, { ...said, ...options }, NOW);
  } catch (error) {
    const { code, message, hint, exitStatus } = error as {
      code: string;
      message: string;
      hint: string;
      exitStatus: number;
    };
    assert.deepEqual([code, exitStatus], ['NG_ERR_CLI_USAGE', 2]);
    return `${message} ${hint}`;
  }
  return assert.fail('it was accepted');
}

test('matchers and times become what the server takes', () => {
  const body = silenceRequest(['port-scan', 'workload=~"web|api"'], { ...said, for: '2h', start: '10m' }, NOW);
  assert.deepEqual(body, {
    matchers: [
      { name: 'rule', value: 'port-scan', isRegex: false, isEqual: true },
      { name: 'workload', value: 'web|api', isRegex: true, isEqual: true },
    ],
    startsAt: '2026-11-25T00:22:00.000Z',
    endsAt: '2026-11-25T02:22:00.000Z',
    createdBy: 'ann',
    comment: 'load test',
  });
  assert.equal(silenceRequest(['x'], { ...said, end: '2026-11-25T18:00' }, NOW).endsAt, '2026-11-25T18:00:00.000Z');
});

test('a silence without an end, or with two, or that says nothing of why is refused with what to write', () => {
  assert.match(refusal(['rule=x'], {}), /it has no end .*--for 2h/);
  assert.match(refusal(['rule=x'], { for: '2h', end: '2026-12-01' }), /two ends .*either --for or --end/);
  assert.match(refusal(['rule=x'], { for: '2h', comment: '' }), /does not say why/);
  assert.match(refusal(['rule=x'], { for: 'long' }), /not a duration/);
  assert.match(refusal(['rule=x'], { end: '2026-11-01' }), /ends before it starts|end has passed/);
});

test('a matcher that is wrong, or matches everything, is refused before the server is asked', () => {
  assert.match(refusal(['nmespace=shop'], { for: '2h' }), /did you mean namespace\?/);
  assert.match(refusal(['pod=~('], { for: '2h' }), /cannot be used/);
  assert.match(refusal(['rule=~.*'], { for: '2h' }), /matches every alert/);
});

test('a list says until when, what for, by whom and how many alerts are held back', () => {
  const silence = sampleSilence({ comment: 'a\x1b[2Jb' });
  const alerts = [sampleAlert({ suppressedBy: silence.id }), sampleAlert({ id: 'other' })];
  const [titles = '', line = ''] = silenceTable([silence], alerts, plain, NOW);
  assert.match(titles, /^ID +STATE +WHEN +ALERTS +MATCHERS +AUTHOR +COMMENT$/);
  assert.match(line, /^01J8SILENCE +active +ends in 1h +1 +rule=port-scan namespace=shop +ann +a\\x1b\[2Jb$/);
});

test('when is said from now', () => {
  assert.equal(
    when(sampleSilence({ status: { state: 'pending' }, startsAt: '2026-11-25T00:17:00.000Z' }), NOW),
    'begins in 5m',
  );
  assert.equal(
    when(sampleSilence({ status: { state: 'expired' }, endsAt: '2026-11-25T00:11:30.000Z' }), NOW),
    'ended 30 s ago',
  );
});

test('an id may be cut short as long as it is the only one', () => {
  const silences = [sampleSilence({ id: '01A' }), sampleSilence({ id: '01B' })];
  assert.equal(getSilence(silences, '01B').id, '01B');
  assert.throws(() => getSilence(silences, '01'), { code: 'NG_ERR_CLI_NOT_FOUND', message: /2 ids begin so/ });
  assert.throws(() => getSilence(silences, 'x'), { hint: /silence list --all/ });
});

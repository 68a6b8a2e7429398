import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, Evidence } from '@netguard/core';
import { podEndpoint, sampleAlert, sampleDetector } from '../testing/samples.ts';
import { type TunedDetector, tuningFor } from './tuning.ts';

const detector = sampleDetector();

function raised(evidence: Partial<Evidence>, more: Partial<Alert> = {}): Alert {
  return sampleAlert({ evidence: { ...sampleAlert().evidence, ...evidence }, ...more });
}

const text = (alert: Alert, of: TunedDetector | undefined = detector): string => tuningFor(alert, of).lines.join('\n');

test('the exceeded parameter is set just above what was observed, in the namespace only', () => {
  assert.equal(
    text(raised({ observed: 412, threshold: 200 })),
    [
      'detectors:',
      '  syn-flood:',
      '    namespaces:',
      '      shop:',
      '        parameters:',
      '          listenerSynsPerWindow: 454',
    ].join('\n'),
  );
});

test('without a namespace it is the parameter for all', () => {
  const host = { ip: '10.0.0.9', kind: 'unit', container: 'nginx.service' } as const;
  assert.match(text(raised({ observed: 412 }, { target: host })), /^ {4}parameters:\n {6}listenerSynsPerWindow: 454$/m);
});

test('the value in force there is what is compared, also as a rate over the window and when it was raised', () => {
  const own = { shop: { mode: 'alert', parameters: { listenerSynsPerWindow: 900 }, isKnown: true } } as const;
  const inShop: TunedDetector = { ...detector, namespaces: own };
  assert.match(text(raised({ observed: 1000, threshold: 900 }), inShop), /listenerSynsPerWindow: 1100/);
  assert.match(text(raised({ observed: 2000, threshold: 1000, windowMs: 200 })), /listenerSynsPerWindow: 440$/);
  assert.match(text(raised({ observed: 3000, threshold: 2000, raised: 10 })), /listenerSynsPerWindow: 330$/);
});

test('a detector may name its parameter; of several with one value the unit decides, and else nothing is guessed', () => {
  const two = structuredClone(detector.parameters) as Record<string, (typeof detector.parameters)[string]>;
  const { listenerSynsPerWindow } = two;
  assert.ok(listenerSynsPerWindow);
  two.other = { ...listenerSynsPerWindow };
  assert.equal(tuningFor(raised({ observed: 412 }), { ...detector, parameters: two }).kind, 'silence');
  const named = tuningFor(raised({ observed: 412, parameter: 'other' }), { ...detector, parameters: two });
  assert.equal(named.parameter, 'other');
  two.other = { ...listenerSynsPerWindow, unit: 'ports' };
  assert.equal(
    tuningFor(raised({ observed: 412 }), { ...detector, parameters: two }).parameter,
    'listenerSynsPerWindow',
  );
});

test('a share stays a share', () => {
  const lines = text(raised({ observed: 0.62, threshold: 0.5, unit: 'share', windowMs: 1000 }));
  assert.match(lines, /completionRatio: 0\.682$/);
});

test('where no limit can do it, it is a silence that ends, ready for a shell', () => {
  assert.equal(
    text(raised({ observed: 5, threshold: 3, unit: 'things' })),
    'netguard silence add rule=syn-flood namespace=shop workload=web --for 7d --comment "false positive"',
  );
  assert.match(text(raised({ observed: 99_000_000 })), /^netguard silence add/, 'beyond what may be set');
  assert.match(tuningFor(raised({}), undefined).lines[0] ?? '', /^netguard silence add/, 'a rule that nobody knows');
  const source = podEndpoint('x', { namespace: 'dev', workload: { kind: 'Job', name: "it's $(x) \x1b[2J" } });
  const hostile = text(raised({ threshold: 3 }, { source, target: podEndpoint('web-1') }));
  assert.match(hostile, / 'source_workload="it'\\''s \$\(x\) [^']*"' --for/);
  assert.doesNotMatch(hostile, /\p{Cc}/u);
});

test('of a signature it is the rule that matched', () => {
  const signature = { gid: 1, sid: 2_024_792, rev: 4, msg: 'miner' };
  assert.equal(text(raised({ observed: 1, threshold: 1, signature })), 'rules:\n  disable: [2024792]');
});

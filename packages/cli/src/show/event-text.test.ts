import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleAlert } from '../testing/samples.ts';
import { alertEventText, demoEventText } from './event-text.ts';

test('what happens in the demo is told in words; pods one by one are too small to tell', () => {
  const attack = demoEventText({
    kind: 'attack-started',
    timeMs: 1,
    namespace: 'shop',
    pod: 'web-1',
    targetIp: '10.0.0.2',
    port: 80,
  });
  assert.equal(attack?.text, 'attack: a SYN flood from spoofed addresses on shop/web-1 (10.0.0.2:80)');
  assert.equal(attack?.tone, 'bad');
  assert.match(demoEventText({ kind: 'attack-ended', timeMs: 1, syns: 15_000 })?.text ?? '', /15,000 SYNs/);
  assert.equal(demoEventText({ kind: 'pod-ready', timeMs: 1, namespace: 'shop', pod: 'web-1' }), undefined);
});

test('an alert is told when it opens, with how long the attack had run, and when it resolves', () => {
  const alert = sampleAlert();
  assert.match(
    alertEventText({ type: 'open', alert }, 0, 320)?.text ?? '',
    /^alert, 320 ms after the attack began: high: SYN flood/,
  );
  assert.equal(alertEventText({ type: 'resolve', alert }, 0)?.tone, 'good');
  assert.equal(alertEventText({ type: 'update', alert }, 0), undefined);
});

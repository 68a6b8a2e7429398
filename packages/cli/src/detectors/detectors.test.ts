import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleDetector } from '../testing/samples.ts';
import { palette } from '../text/palette.ts';
import { detectorCard } from './detector-card.ts';
import { detectorTable, getDetector } from './detector-list.ts';

const plain = palette({ colour: false });

test('a list has a line a detector, a star where the mode is not its own', () => {
  const [titles = '', flood = '', beacon = ''] = detectorTable(
    [
      sampleDetector({ mode: 'observe', errors: 2 }),
      sampleDetector({ id: 'beacon', mode: 'observe', defaultMode: 'observe', entries: 1200, capacity: 4000 }),
    ],
    plain,
  );
  assert.match(titles, /^DETECTOR +MODE +CATEGORY +NAMESPACES +STATE +EVICTED +ERRORS +WHAT IT LOOKS FOR$/);
  assert.match(flood, /^syn-flood +observe\* +flood +– +3\/100 +– +2 +many SYNs$/);
  assert.match(beacon, /^beacon +observe +flood +– +1\.20k\/4\.00k /);
});

test('a card has each parameter with value, default, limits and source, and what differs by namespace', () => {
  const { parameters } = sampleDetector();
  const { listenerSynsPerWindow } = parameters;
  assert.ok(listenerSynsPerWindow);
  const detector = sampleDetector({
    parameters: { ...parameters, listenerSynsPerWindow: { ...listenerSynsPerWindow, value: 500 } },
    namespaces: {
      shpo: {
        mode: 'alert',
        parameters: { listenerSynsPerWindow: 900, completionRatio: 0.5 },
        raise: 10,
        isKnown: false,
        perhaps: 'shop',
      },
    },
    errors: 1,
    lastError: 'bad\x1b[2J',
    yieldsTo: ['port-scan'],
  });
  const text = detectorCard(detector, plain, 100).join('\n');
  assert.match(text, /^syn-flood {2}mode alert, category flood, T1499\.001$/m);
  assert.match(
    text,
    /listenerSynsPerWindow {2}500 SYN {2}default 200; 10 to 10,000,000\n {4}First SYNs.*\n {4}From: NetObserv/,
  );
  assert.match(text, /completionRatio {2}0\.5 share {2}the default; 0\.05 to 0\.95/);
  assert.match(text, /shpo {2}mode alert, alerts at 10 times the threshold, listenerSynsPerWindow 900\n/);
  assert.match(text, /no pod of this namespace is known here\. Did you mean shop\?/);
  assert.match(text, /Leaves what they see too to: port-scan/);
  assert.match(text, /1 errors, the last: bad\\x1b\[2J/);
  assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u);
});

test('a detector is found by its id, its beginning, and pointed out when misspelt', () => {
  const detectors = [sampleDetector(), sampleDetector({ id: 'port-scan' })];
  assert.equal(getDetector(detectors, 'port').id, 'port-scan');
  assert.throws(() => getDetector(detectors, 'prt-scan'), {
    code: 'NG_ERR_CLI_NOT_FOUND',
    hint: /Did you mean port-scan\?/,
  });
  assert.throws(() => getDetector(detectors, 'elephant'), { hint: /There are syn-flood, port-scan\./ });
});

test('a detector that cannot work on the source says so, each reason once below the list', () => {
  const unavailable = 'The source is Hubble, whose flows have no bytes.';
  const detectors = [
    sampleDetector({ id: 'beacon', unavailable }),
    sampleDetector({ id: 'exfiltration', unavailable }),
    sampleDetector(),
  ];
  const lines = detectorTable(detectors, plain);
  assert.match(lines[1] ?? '', /^beacon +unavailable +flood/);
  assert.match(lines[3] ?? '', /^syn-flood +alert /);
  assert.deepEqual(lines.slice(4), ['', `unavailable: beacon, exfiltration. ${unavailable}`]);
  const card = detectorCard(detectors[0] ?? sampleDetector(), plain, 100).join('\n');
  assert.match(card, /^beacon {2}mode unavailable, .*\n[\s\S]*Unavailable: The source is Hubble/);
});

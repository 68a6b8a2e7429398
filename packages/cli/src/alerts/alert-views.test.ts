import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podEndpoint, sampleAlert, sampleDetector } from '../testing/samples.ts';
import { palette } from '../text/palette.ts';
import { alertCard } from './alert-card.ts';
import { alertTable, sortAlerts, sourceText } from './alert-list.ts';
import { evidenceRows, observedText } from './evidence-text.ts';
import { explainAlert } from './explain-alert.ts';
import { getAlert } from './find-alert.ts';
import { findDetector } from './find-detector.ts';

const plain = palette({ colour: false });
const now = Date.parse('2026-11-25T00:12:00Z');

test('open alerts come first, the worst first, the latest first', () => {
  const alerts = [
    sampleAlert({ id: 'resolved', status: 'resolved', severity: 'critical' }),
    sampleAlert({ id: 'low', severity: 'low' }),
    sampleAlert({ id: 'old', severity: 'high', lastSeen: '2026-11-25T00:00:00.000Z' }),
    sampleAlert({ id: 'new', severity: 'high' }),
    sampleAlert({ id: 'critical', severity: 'critical' }),
  ];
  assert.deepEqual(
    sortAlerts(alerts).map(({ id }) => id),
    ['critical', 'new', 'old', 'low', 'resolved'],
  );
});

test('a list has a line an alert, with target, source and age', () => {
  const [titles = '', line = ''] = alertTable([sampleAlert()], plain, now);
  assert.match(titles, /^ID +SEVERITY +STATUS +RULE +TARGET +SOURCE +COUNT +SINCE +LAST$/);
  assert.match(line, /^01J8ALERT +high +open +syn-flood +shop\/web-1:8080 +~4\.10k addresses +24\.0k +1m0s +30s$/);
});

test('the source is a name where there is one', () => {
  assert.equal(sourceText(sampleAlert({ source: podEndpoint('bad') })), 'shop/bad');
});

test('a card fits on one screen and says what, who, how much and what to do', () => {
  const lines = alertCard(sampleAlert(), plain, 80, now);
  const text = lines.join('\n');
  assert.ok(lines.length <= 24, `${lines.length} lines`);
  assert.match(text, /HIGH {2}SYN flood on shop\/web-1:8080/);
  assert.match(text, /Target +shop\/web-1:8080 \(10\.0\.0\.2, deployment\/web\)/);
  assert.match(text, /198\.51\.100\.7 {1,2}×120/);
  assert.match(text, /Observed +2,412 SYN\/s over 1 s; the limit is 200 SYN\/s \(12 times\)/);
  assert.match(text, /Evidence +completion 3 %; half open 128/);
  assert.match(text, /Status +open for 1m0s/);
  assert.match(text, /What to do\n {2}Turn on SYN cookies/);
});

test('losses and shared sources are said to lower the confidence', () => {
  const { evidence } = sampleAlert();
  const text = alertCard(
    sampleAlert({ evidence: { ...evidence, lossRatio: 0.02, sharedSource: true } }),
    plain,
    200,
    now,
  ).join('\n');
  assert.match(text, /95 %: 2 % of the events were lost; the source address is shared/);
});

test('nothing of an alert can drive the terminal', () => {
  const evil = '\x1b[2J\r\x07';
  const alert = sampleAlert({
    id: `i${evil}`,
    rule: `r${evil}`,
    title: evil,
    description: evil,
    suggestion: evil,
    nodes: [evil],
    mitre: [{ tactic: evil, technique: evil }],
    target: podEndpoint(evil, { workload: { kind: evil, name: evil } }),
    source: { ip: evil, kind: 'world', process: { pid: 1, comm: evil } },
    sources: { distinctEstimate: 1, top: [{ ip: evil, name: evil, count: 1 }] },
    evidence: {
      observed: 1,
      threshold: 1,
      unit: evil,
      windowMs: 1,
      [`f${evil}`]: evil,
      list: [evil],
      object: { evil },
    },
    acknowledgedBy: evil,
  });
  const lines = [
    ...alertCard(alert, plain, 80, now),
    ...explainAlert(alert, undefined, plain, 80),
    ...alertTable([alert], plain, now),
  ];
  for (const line of lines) assert.doesNotMatch(line, /\p{Cc}/u);
});

test('evidence is written with its units, known fields apart', () => {
  const rows = evidenceRows({
    observed: 1,
    threshold: 2,
    unit: 'x',
    windowMs: 1000,
    quietMs: 5000,
    completionRatio: 0.333,
    list: [1, 2],
    yes: true,
  });
  assert.deepEqual(rows, [
    ['quiet', '5 s'],
    ['completion', '33.3 %'],
    ['list', '1, 2'],
    ['yes', 'yes'],
  ]);
  assert.equal(
    observedText({ observed: 5, threshold: 10, unit: 'SYN/s', windowMs: 1000 }),
    '5 SYN/s over 1 s; the limit is 10 SYN/s',
  );
});

test('peers, ports, techniques and estimates are written for people, each list cut where it gets long', () => {
  const rows = Object.fromEntries(
    evidenceRows({
      observed: 1,
      threshold: 2,
      unit: 'ports',
      windowMs: 1000,
      parameter: 'portLimit',
      ports: [80, 22, 23, 24, 25, 8080, 443],
      topPeers: [
        { ip: '10.0.0.7', name: 'shop/web-1', count: 1200, port: 8080 },
        { ip: '2001:db8::1', count: 3, port: 53 },
      ],
      topPorts: [{ port: 445, count: 7 }],
      techniques: ['SYN', 'FIN', 'NULL'],
      distinctTargets: 1234,
      sourceEstimate: 99,
      lastPort: 8080,
      sentBytes: 1_450_000,
      failedShare: 0.85,
      recent: Array.from({ length: 30 }, (_, index) => ({ ip: `10.0.0.${index}`, failed: true })),
      empty: [],
      deep: { a: { b: { c: { d: 1 } } } },
      alsoSeenAs: ['slow-scan'],
      raised: 10,
    }),
  );
  assert.deepEqual(rows, {
    ports: '22–25, 80, 443, 8080',
    'top peers': 'shop/web-1 (10.0.0.7):8080 ×1,200, [2001:db8::1]:53 ×3',
    'top ports': '445 ×7',
    techniques: 'SYN, FIN, NULL',
    'distinct targets': '~1,234',
    source: '~99',
    'last port': '8080',
    sent: '1.45 MB',
    failed: '85 %',
    recent: `${[0, 1, 2, 3, 4, 5, 6, 7].map((index) => `10.0.0.${index} (failed yes)`).join(', ')} and 22 more`,
    deep: 'a b c …',
    'also seen as': 'slow-scan',
  });
  assert.match(
    observedText({ observed: 300, threshold: 200, unit: 'ports', windowMs: 0, raised: 10 }),
    /^300 ports; the limit is 200 ports, raised 10 times \(1\.5 times\)$/,
  );
});

test('what people and silences made of an alert is said in list and card', () => {
  const alerts = [
    sampleAlert({ suppressedBy: '01S' }),
    sampleAlert({ acknowledgedBy: 'ann' }),
    sampleAlert({ status: 'resolved', resolvedAt: '2026-11-25T00:11:40.000Z', closedBy: 'bob', disposition: 'benign' }),
    sampleAlert({ status: 'resolved', resolvedAt: '2026-11-25T00:11:40.000Z', supersededBy: '01X' }),
    sampleAlert({ observed: true }),
  ];
  const statuses = alertTable(alerts, plain, now).map((line) => line.split(/ {2,}/)[2]);
  assert.deepEqual(statuses, ['STATUS', 'silenced', 'acked', 'benign', 'merged', 'open']);
  const status = alerts.map((alert) => /Status +(.*)/.exec(alertCard(alert, plain, 110, now).join('\n'))?.[1]);
  assert.deepEqual(status, [
    'open for 1m0s, silenced by 01S',
    'open for 1m0s, acknowledged by ann',
    'resolved 20s ago, closed by bob, benign',
    'resolved 20s ago, merged into alert 01X',
    'open for 1m0s, only observed: nobody was notified',
  ]);
});

test('an explanation shows the limits in force where it was raised, which one was exceeded, and how to tune', () => {
  const own = { shop: { mode: 'alert', parameters: { listenerSynsPerWindow: 1000 }, isKnown: true } } as const;
  const { evidence } = sampleAlert();
  const alert = sampleAlert({ evidence: { ...evidence, observed: 2000, threshold: 1000 } });
  const text = explainAlert(alert, sampleDetector({ namespaces: own }), plain, 100).join('\n');
  assert.match(text, /^The limits of syn-flood in namespace shop\n→ listenerSynsPerWindow +1,000 SYN \(default 200\)/m);
  assert.match(text, /^ {2}completionRatio +0\.5 share {2}Completed/m);
  assert.match(text, /The default of listenerSynsPerWindow comes from: NetObserv: 300\./);
  assert.match(text, /alerts close 01J8ALERT --disposition false-positive/);
  assert.match(text, /^ {8}namespaces:\n {10}shop:\n {12}parameters:\n {14}listenerSynsPerWindow: 2200$/m);
  assert.match(
    explainAlert(sampleAlert({ closedBy: 'ann', status: 'resolved' }), undefined, plain, 100).join('\n'),
    /ann closed it\..*for an hour at most/,
  );
});

test('an explanation has the rule in words, its limits and where to tune them', async () => {
  const text = explainAlert(sampleAlert(), await findDetector('syn-flood'), plain, 100).join('\n');
  assert.match(text, /What the rule syn-flood looks for\n {2}\S/);
  assert.match(text, /Why it was raised here/);
  assert.match(text, /https:\/\/attack\.mitre\.org\/techniques\/T1499\/001\//);
  assert.match(text, /detectors\.syn-flood\.parameters/);
  assert.doesNotMatch(text, /does not know the rule/);
});

test('a rule of a newer server is explained as far as the alert goes', async () => {
  assert.equal(await findDetector('not-yet'), undefined);
  assert.match(
    explainAlert(sampleAlert({ rule: 'not-yet' }), undefined, plain, 100).join('\n'),
    /does not know the rule/,
  );
});

test('an id may be cut short as long as it is the only one', () => {
  const alerts = [
    sampleAlert({ id: '01AAA', fingerprint: 'f1' }),
    sampleAlert({ id: '01AAB', fingerprint: 'f2' }),
    sampleAlert({ id: '01', fingerprint: 'f3' }),
  ];
  assert.equal(getAlert(alerts, '01AAB').id, '01AAB');
  assert.equal(getAlert(alerts, 'f1').id, '01AAA');
  assert.equal(getAlert(alerts, '01').id, '01');
  assert.throws(() => getAlert(alerts, '01A'), { code: 'NG_ERR_CLI_NOT_FOUND', hint: /01AAA, 01AAB/ });
  assert.throws(() => getAlert(alerts, '9'), { code: 'NG_ERR_CLI_NOT_FOUND', hint: /--status all/ });
});

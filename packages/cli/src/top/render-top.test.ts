import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { podEndpoint, sampleAlert, sampleEdge, sampleListener, samplePod, sampleStatus } from '../testing/samples.ts';
import { displayWidth } from '../text/display-width.ts';
import { palette } from '../text/palette.ts';
import { reduce } from './reduce.ts';
import { renderPlain } from './render-plain.ts';
import { renderTop } from './render-top.ts';
import { initialState, type Snapshot, TOP_VIEWS, type TopState, type TopView } from './top-state.ts';

const colours = palette({ colour: true });
const plain = palette({ colour: false });

function stateWith(
  fields: Partial<Snapshot> = {},
  options: { view?: TopView; columns?: number; lines?: number } = {},
): TopState {
  const snapshot: Snapshot = {
    timeMs: 0,
    status: sampleStatus(),
    alerts: [],
    pods: [samplePod('web-1'), samplePod('api-0', { receiveBytesPerSecond: 9_000_000 })],
    edges: [sampleEdge()],
    listeners: [sampleListener()],
    ...fields,
  };
  return reduce(initialState({ columns: 120, lines: 24, ...options }), { kind: 'snapshot', snapshot });
}

test('the frame is exactly as high as the screen and no line is wider, in every view and size', () => {
  const hostile = samplePod('日本語のとても長い名前\x1b[2J🚀🚀🚀');
  for (const view of TOP_VIEWS) {
    for (const columns of [20, 40, 80, 81, 130, 250]) {
      for (const lines of [3, 8, 24, 60]) {
        let state = stateWith({ pods: [hostile, samplePod('b')], alerts: [sampleAlert()] }, { view, columns, lines });
        for (const text of ['one', 'two\x1b[1m'])
          state = reduce(state, { kind: 'event', event: { timeMs: 0, text, tone: 'bad' } });
        const frame = renderTop(state, colours).map(stripVTControlCharacters);
        assert.equal(frame.length, lines, `${view} ${columns}×${lines}`);
        for (const line of frame) assert.ok(displayWidth(line) <= columns, `${view} ${columns}×${lines}: ${line}`);
      }
    }
  }
});

test('nothing hostile is left beside our own colours', () => {
  const evil = podEndpoint('web\x1b]0;x\x07', { namespace: 'shop\r' });
  const state = stateWith({
    status: sampleStatus({ node: 'n\x1b[2J', kernel: '6\x07' }),
    pods: [samplePod('x', { endpoint: evil })],
    alerts: [sampleAlert({ title: 'SYN\x1b[2Jflood' })],
  });
  for (const line of renderTop(state, plain)) assert.doesNotMatch(line, /\p{Cc}/u);
});

test('the busiest is first and its rates are there', () => {
  const [, , , titles = '', first = '', second = ''] = renderTop(stateWith(), plain);
  assert.match(titles, /^POD +WORKLOAD +RX\/S +TX\/S +PKT\/S LAST MINUTE▼/);
  assert.match(first, /^shop\/api-0 +deployment\/web +9\.00 MB\/s +2\.00 kB\/s +30 .*█/);
  assert.match(second, /^shop\/web-1 /);
});

test('the header tells node, kernel, connections, losses and open alerts by severity', () => {
  const state = stateWith({
    status: sampleStatus({ lostEvents: { ring: 7 }, degraded: ['x'] }),
    alerts: [
      sampleAlert({ severity: 'low', title: 'small' }),
      sampleAlert({ severity: 'critical', title: 'SYN flood on shop/web' }),
    ],
  });
  const [first = '', second = ''] = renderTop(state, plain);
  assert.match(first, /^NetGuard {2}node-a {2}Linux 6\.18\.0 {2}degraded/);
  assert.match(second, /42 connections {2}7 events lost {2}alerts: {2}1 critical {3}1 low {2}SYN flood on shop\/web$/);
  assert.match(renderTop(stateWith(), plain)[1] ?? '', /no open alerts/);
  const silenced = stateWith({ alerts: [sampleAlert({ suppressedBy: '01S' })] });
  assert.match(renderTop(silenced, plain)[1] ?? '', /no open alerts \(1 silenced\)$/);
});

test('a filter that matches nothing says so', () => {
  const state = { ...stateWith(), filter: 'nope' };
  assert.match(renderTop(state, plain)[4] ?? '', /nothing matches 'nope'/);
});

test('before the first numbers there is a word, and trouble has its reason', () => {
  const empty = initialState({ columns: 80, lines: 10 });
  assert.match(renderTop(empty, plain).join('\n'), /waiting for the first numbers/);
  assert.match(
    renderTop(reduce(empty, { kind: 'trouble', text: 'no NetGuard is listening' }), plain).join('\n'),
    /no NetGuard is listening/,
  );
});

test('an edge seen from both ends is shown once, by its server', () => {
  const server = sampleEdge({ reporter: 'server', requestBytes: 50_000 });
  const client = sampleEdge({ reporter: 'client', requestBytes: 40_000 });
  const older = sampleEdge({ windowStart: '2026-11-25T00:11:10.000Z', port: 9 });
  const frame = renderTop(stateWith({ edges: [client, server, older] }, { view: 'edges' }), plain).filter((line) =>
    line.startsWith('shop/web'),
  );
  assert.equal(frame.length, 1);
  assert.match(frame[0] ?? '', /shop\/api:8080 +TCP +5\.00 kB\/s +9\.00 kB\/s +14\.0 kB\/s +8 +1 /);
});

test('a pipe gets a line of context and a table with everything', () => {
  const { snapshot, sort } = stateWith({ alerts: [sampleAlert()] });
  assert.ok(snapshot);
  const lines = renderPlain(snapshot, 'pods', sort.pods);
  assert.match(
    lines[0] ?? '',
    /^1970-01-01T00:00:00\.000Z {2}node-a {2}42 connections {2}0 events lost {2}1 open alert$/,
  );
  assert.match(lines[1] ?? '', /^POD +WORKLOAD +RX\/S .* ALERTS$/);
  assert.equal(lines.length, 4);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleEdge, sampleListener, samplePod, sampleStatus } from '../testing/samples.ts';
import { parseKeys } from './keys.ts';
import { bodyHeight, reduce } from './reduce.ts';
import { initialState, type Snapshot, type TopState } from './top-state.ts';

function snapshot(fields: Partial<Snapshot> = {}): Snapshot {
  const pods = ['web-1', 'web-2', 'api-0', 'db-0'].map((name, i) =>
    samplePod(name, { receiveBytesPerSecond: i * 1000 }),
  );
  return {
    timeMs: 1,
    status: sampleStatus(),
    alerts: [],
    pods,
    edges: [sampleEdge()],
    listeners: [sampleListener()],
    ...fields,
  };
}

const start = (): TopState =>
  reduce(initialState({ columns: 100, lines: 20 }), { kind: 'snapshot', snapshot: snapshot() });
const press = (state: TopState, input: string): TopState =>
  parseKeys(input).reduce((now, key) => reduce(now, { kind: 'key', key }), state);

test('1, 2, 3 and Tab change the view and begin at its top', () => {
  const down = press(start(), '\x1b[B\x1b[B');
  assert.equal(down.selected, 2);
  assert.equal(press(down, '2').view, 'edges');
  assert.equal(press(down, '2').selected, 0);
  assert.equal(press(down, '\t\t\t').view, 'pods');
  assert.equal(press(down, '\x1b[Z').view, 'listeners');
});

test('the marked row never leaves the rows', () => {
  assert.equal(press(start(), '\x1b[A').selected, 0);
  assert.equal(press(start(), '\x1b[F').selected, 3);
  const fewer = reduce(press(start(), '\x1b[F'), {
    kind: 'snapshot',
    snapshot: snapshot({ pods: [samplePod('one')] }),
  });
  assert.equal(fewer.selected, 0);
});

test('the window follows the marked row on a screen that is too small', () => {
  const small = reduce(start(), { kind: 'resize', columns: 100, lines: 8 });
  const end = press(small, '\x1b[F');
  assert.equal(bodyHeight(end), 2);
  assert.equal(end.offset, 2);
  assert.equal(press(end, '\x1b[H').offset, 0);
  assert.equal(reduce(end, { kind: 'resize', columns: 100, lines: 30 }).offset, 0);
});

test('a sort key sorts by its column, again the other way round, and each view keeps its own', () => {
  const byName = press(start(), 'n');
  assert.deepEqual(byName.sort.pods, { column: 'name', descending: false });
  assert.deepEqual(press(byName, 'n').sort.pods, { column: 'name', descending: true });
  assert.deepEqual(press(byName, 'r').sort.pods, { column: 'receive', descending: true });
  assert.deepEqual(press(byName, '2r').sort.pods, byName.sort.pods);
});

test('s goes through all columns and comes back', () => {
  let state = press(start(), 's');
  const seen = new Set([state.sort.pods.column]);
  while (state.sort.pods.column !== 'total') {
    state = press(state, 's');
    seen.add(state.sort.pods.column);
  }
  assert.equal(seen.size, 9);
});

test('the filter takes every character, also q, until Enter keeps it or Escape drops it', () => {
  const typing = press(start(), '/qweb');
  assert.equal(typing.quit, false);
  assert.equal(typing.filter, 'qweb');
  assert.equal(press(typing, '\x7f').filter, 'qwe');
  assert.deepEqual([press(typing, '\r').filter, press(typing, '\r').editingFilter], ['qweb', false]);
  assert.equal(press(typing, '\x1b').filter, '');
});

test('while paused the numbers stay, and go on after it', () => {
  const paused = press(start(), ' ');
  const later = reduce(paused, { kind: 'snapshot', snapshot: snapshot({ timeMs: 2 }) });
  assert.equal(later.snapshot?.timeMs, 1);
  assert.equal(reduce(press(later, ' '), { kind: 'snapshot', snapshot: snapshot({ timeMs: 3 }) }).snapshot?.timeMs, 3);
});

test('trouble is shown until the next numbers come', () => {
  const troubled = reduce(start(), { kind: 'trouble', text: 'gone' });
  assert.equal(troubled.trouble, 'gone');
  assert.equal(reduce(troubled, { kind: 'snapshot', snapshot: snapshot() }).trouble, null);
});

test('q and Ctrl-C quit, Ctrl-C also from the filter and the help', () => {
  assert.equal(press(start(), 'q').quit, true);
  assert.equal(press(start(), '/\x03').quit, true);
  assert.equal(press(start(), '?\x03').quit, true);
});

test('any key leaves the help without doing anything else', () => {
  const help = press(start(), '?');
  assert.equal(help.help, true);
  const left = press(help, '2');
  assert.deepEqual([left.help, left.view], [false, 'pods']);
});

test('no more than twenty events are kept', () => {
  let state = start();
  for (let i = 0; i < 50; i++)
    state = reduce(state, { kind: 'event', event: { timeMs: i, text: `e${i}`, tone: 'info' } });
  assert.equal(state.events.length, 20);
  assert.equal(state.events.at(-1)?.text, 'e49');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  alert,
  flow,
  hubbleStatus,
  listenerRow,
  podEndpoint,
  START_MS,
  sourceStatus,
  tick,
  total,
} from '../testing/samples.ts';
import { testConfig } from '../testing/settings.ts';
import { type LoggedEvent, STREAM_TYPES } from './event-log.ts';
import { NodeState } from './node-state.ts';

function newState() {
  const clock = { ms: START_MS };
  const state = new NodeState({ config: testConfig(), version: '1.2.3', now: () => clock.ms });
  const events: LoggedEvent[] = [];
  state.events.subscribe(new Set(STREAM_TYPES), (event) => events.push(event));
  return { state, clock, events };
}

test('a node is ready once programs are attached, also when one of them is not', () => {
  const { state } = newState();
  assert.equal(state.ready, false);
  state.apply({
    type: 'started',
    status: { ...sourceStatus, programs: [{ name: 'ng_a', attached: false, reason: 'no BTF' }] },
  });
  assert.equal(state.ready, false);
  const programs = [
    ...sourceStatus.programs,
    { name: 'ng_egress', attached: false, reason: 'another program is exclusive' },
  ];
  state.apply({ type: 'tick', tick: tick(START_MS, { programs }) });
  assert.equal(state.ready, true);
  assert.match(
    state.degraded().join(),
    /ng_egress is not attached: another program is exclusive\. Run `netguard doctor`/,
  );
});

test('a healthy node has nothing to say under degraded', () => {
  const { state } = newState();
  state.apply({ type: 'started', status: sourceStatus });
  state.apply({ type: 'tick', tick: tick(START_MS) });
  assert.deepEqual(state.degraded(), []);
});

test('a watched subtree, unseen processes and a silent Worker are said', () => {
  const { state, clock } = newState();
  state.apply({ type: 'started', status: { ...sourceStatus, wholeHost: false, preexistingSockets: 'partial' } });
  clock.ms += 30_000;
  const said = state.degraded().join('\n');
  assert.match(said, /No reading from the kernel for 30 s/);
  assert.match(said, /Only the cgroup subtree \/sys\/fs\/cgroup is watched/);
  assert.match(said, /PID namespace/);
});

test('on Hubble it is ready once the relay was reached, and says what is wrong with it', () => {
  const { state } = newState();
  const problem = { code: 'NG_ERR_HUBBLE_TLS', message: 'reading flows: not trusted', hint: 'Set tlsCaFile.' };
  const hubble = hubbleStatus({ isConnected: false, problem });
  state.apply({ type: 'started', status: { ...sourceStatus, kind: 'hubble', hubble, programs: [] } });
  assert.equal(state.ready, false);
  assert.deepEqual(state.degraded(), [
    'Nothing is watched since 2026-11-26T10:00:00.000Z: no connection to the Hubble relay at relay:443: reading flows: not trusted (NG_ERR_HUBBLE_TLS). Set tlsCaFile.',
  ]);
  const connected = hubbleStatus({ unavailableNodes: ['n1'], tellsHandshakes: false });
  state.apply({ type: 'tick', tick: tick(START_MS, { programs: [], hubble: connected }) });
  assert.equal(state.ready, true);
  assert.match(
    state.degraded().join('\n'),
    /cannot reach n1: nothing of their pods.*\n.*monitor-aggregation-flags to all/,
  );
  state.apply({ type: 'tick', tick: tick(START_MS, { programs: [], hubble }) });
  assert.equal(state.ready, true, 'it goes on with what it knows');
  assert.deepEqual([state.status().source.kind, state.status().source.hubble], ['hubble', hubble]);
});

test('losses become events of what was added, and are forgotten under degraded after a minute', () => {
  const { state, clock, events } = newState();
  state.apply({ type: 'tick', tick: tick(START_MS, { lost: { sock_ring: 5 } }) });
  state.apply({ type: 'tick', tick: tick(START_MS + 1000, { lost: { sock_ring: 8, payload_rate: 900 } }) });
  state.apply({ type: 'tick', tick: tick(START_MS + 2000, { lost: { sock_ring: 8 } }) });
  const losses = events.filter(({ type }) => type === 'lost').map(({ text }) => JSON.parse(text));
  assert.deepEqual(losses, [
    { source: 'sock_ring', count: 5 },
    { source: 'sock_ring', count: 3 },
  ]);
  assert.match(state.degraded().join(), /8 events of sock_ring were lost in the last minute/);
  assert.doesNotMatch(state.degraded().join(), /payload/, 'as many samples as are wanted');
  assert.deepEqual(state.status().lostEvents, { sock_ring: 8, payload_rate: 900 });
  clock.ms += 60_001;
  assert.doesNotMatch(state.degraded().join(), /sock_ring/);
  assert.deepEqual(state.status().lostEvents, { sock_ring: 8, payload_rate: 900 });
});

test('flows and alerts go to the stream in the order they came', () => {
  const { state, events } = newState();
  state.apply({ type: 'flows', flows: [flow('1'), flow('2')], dropped: 0 });
  state.apply({ type: 'alert', event: { type: 'open', alert: alert('a') }, delayMs: 3 });
  assert.deepEqual(
    events.map(({ type }) => type),
    ['flow', 'flow', 'alert'],
  );
  assert.deepEqual(JSON.parse(events[2]?.text ?? ''), { type: 'open', alert: alert('a') });
});

test('a snapshot of the pods is made each tick, with the alerts that are open on them', () => {
  const { state, events } = newState();
  state.apply({ type: 'alert', event: { type: 'open', alert: alert('a') }, delayMs: 3 });
  state.apply({ type: 'tick', tick: tick(START_MS, { totals: [total(podEndpoint('web-1'), 10)] }) });
  const snapshot = JSON.parse(events.at(-1)?.text ?? '');
  assert.equal(snapshot.timeMs, START_MS);
  assert.equal(snapshot.pods[0].alertsOpen, 1);
});

test('listeners have rates, and those of one owner in two namespaces are one row', () => {
  const { state } = newState();
  const node = { ip: '', kind: 'node' } as const;
  const at = (second: number, syns: number) =>
    tick(START_MS + second * 1000, { listeners: [listenerRow(node, syns), listenerRow(node, 10 * syns)] });
  state.apply({ type: 'tick', tick: at(0, 1) });
  state.apply({ type: 'tick', tick: at(1, 11) });
  const views = [...state.listeners.views()];
  assert.equal(views.length, 1);
  assert.equal(views[0]?.view.syns, 121);
  assert.equal(views[0]?.view.synsPerSecond, 110);
  assert.deepEqual(views[0]?.view.history, [110]);
});

test('drops of one owner and reason are summed', () => {
  const { state } = newState();
  const endpoint = podEndpoint('web-1');
  const drops = [
    { endpoint, reason: 'NO_SOCKET', packets: 3 },
    { endpoint, reason: 'NO_SOCKET', packets: 4 },
    { endpoint, reason: 'TCP_RESET', packets: 1 },
  ];
  state.apply({ type: 'tick', tick: tick(START_MS, { drops }) });
  assert.deepEqual(
    Array.from(state.drops.rows(), ({ row }) => `${row.reason}=${row.packets}`),
    ['NO_SOCKET=7', 'TCP_RESET=1'],
  );
});

test('status is whole before the Worker said anything', () => {
  const { state } = newState();
  const status = state.status();
  assert.equal(status.ready, false);
  assert.equal(status.version, '1.2.3');
  assert.equal(status.startedAt, '2026-01-31T12:00:00.000Z');
  assert.equal(status.identityAgeSeconds, null);
});

test('open alerts are current after each tick, without an event; what is not open stays as it was', () => {
  const { state } = newState();
  state.apply({ type: 'alert', event: { type: 'open', alert: alert('a') }, delayMs: 0 });
  state.apply({ type: 'alert', event: { type: 'open', alert: alert('b') }, delayMs: 0 });
  state.apply({ type: 'alert', event: { type: 'resolve', alert: alert('b', { status: 'resolved' }) }, delayMs: 0 });
  let events = 0;
  state.changes.on('alert', () => events++);
  const alerts = [alert('a', { count: 7000 }), alert('b', { count: 7000 }), alert('c')];
  state.apply({ type: 'tick', tick: tick(START_MS, { alerts }) });
  assert.deepEqual(
    state.alerts.newestFirst().map(({ item }) => [item.id, item.status, item.count]),
    [
      ['b', 'resolved', 1000],
      ['a', 'open', 7000],
    ],
  );
  assert.equal(events, 0);
});

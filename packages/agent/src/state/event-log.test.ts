import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flow } from '@netguard/core';
import { EventLog, LoggedEvent, REPLAY_KEPT, STREAM_TYPES, type StreamType } from './event-log.ts';

const FLOWS_AND_LOSSES = new Set<StreamType>(['flow', 'lost']);

function flow(id: number): Flow {
  return { id: String(id) } as Flow;
}

function collect(log: EventLog): LoggedEvent[] {
  const events: LoggedEvent[] = [];
  log.subscribe(new Set(STREAM_TYPES), (event) => events.push(event));
  return events;
}

test('a client that comes back gets what came after its last event, in order', () => {
  const log = new EventLog('run1');
  const events = collect(log);
  log.publish('flow', flow(1));
  log.publish('lost', { source: 'ring', count: 3 });
  log.publish('flow', flow(2));
  const replay = log.replay(events[0]?.id ?? '', FLOWS_AND_LOSSES);
  assert.deepEqual(replay.events, events.slice(1));
  assert.equal(replay.missed, 0);
});

test('events that are gone are counted exactly, only those of the types asked for', () => {
  const log = new EventLog('run1');
  const events = collect(log);
  log.publish('flow', flow(0));
  for (let count = 0; count < REPLAY_KEPT.lost + 7; count++) log.publish('lost', { source: 'ring', count });
  for (let id = 1; id <= REPLAY_KEPT.flow + 5; id++) log.publish('flow', flow(id));
  const first = events[0]?.id ?? '';
  assert.equal(log.replay(first, new Set<StreamType>(['flow'])).missed, 5);
  assert.equal(log.replay(first, FLOWS_AND_LOSSES).missed, 12);
  assert.equal(log.replay(first, FLOWS_AND_LOSSES).events.length, REPLAY_KEPT.flow + REPLAY_KEPT.lost);
});

test('an id of an earlier run replays this run, and nonsense replays nothing', () => {
  const log = new EventLog('run2');
  log.publish('flow', flow(1));
  assert.equal(log.replay('run1-900-3-0', FLOWS_AND_LOSSES).events.length, 1);
  for (const id of ['', 'x', 'run2-1', 'run2-1-1-1-1', 'run2--1-0-0', `run2-${'9'.repeat(400)}-0-0`]) {
    assert.deepEqual(log.replay(id, FLOWS_AND_LOSSES), { events: [], missed: 0 }, id);
  }
});

test('an id from the future replays nothing and misses nothing', () => {
  const log = new EventLog('run1');
  log.publish('flow', flow(1));
  assert.deepEqual(log.replay('run1-99-99-99', FLOWS_AND_LOSSES), { events: [], missed: 0 });
});

test('nothing reaches a listener that went', () => {
  const log = new EventLog('run1');
  let heard = 0;
  const stop = log.subscribe(FLOWS_AND_LOSSES, () => heard++);
  log.publish('flow', flow(1));
  stop();
  log.publish('flow', flow(2));
  assert.equal(heard, 1);
});

test('an event is turned into text once, however many read it', () => {
  let made = 0;
  const data = { source: 'ring', count: 1, toJSON: () => ({ made: ++made }) };
  const event = new LoggedEvent(1, 'lost', 'x-0-0-1', data);
  assert.equal(event.text, '{"made":1}');
  assert.equal(event.text, '{"made":1}');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLog, STREAM_TYPES } from '../state/event-log.ts';
import { alert, flow } from '../testing/samples.ts';
import { until } from '../testing/until.ts';
import { STUCK_MS, StreamClient } from './stream-client.ts';

/** An output that says `false` to everything until it is drained. */
function slowOutput() {
  const drains: (() => void)[] = [];
  const output = {
    text: '',
    slow: true,
    destroyed: false,
    write(text: string) {
      output.text += text;
      return !output.slow;
    },
    end() {},
    destroy() {
      output.destroyed = true;
    },
    once(_event: 'drain', listener: () => void) {
      drains.push(listener);
    },
    drain() {
      for (const listener of drains.splice(0)) listener();
    },
  };
  return output;
}

function newClient() {
  const clock = { ms: 0 };
  const output = slowOutput();
  const client = new StreamClient(output, () => clock.ms);
  const log = new EventLog('run');
  log.subscribe(new Set(STREAM_TYPES), (event) => client.offer(event));
  return { clock, output, client, log };
}

test('ids only go forward, also where a loss is told between what was kept', async () => {
  const { output, client, log } = newClient();
  client.greet(log.currentId());
  log.publish('alert', { type: 'open', alert: alert('a') });
  for (let id = 0; id < 2500; id++) log.publish('flow', flow(String(id)));
  output.slow = false;
  output.drain();
  await until(() => output.text.includes('"id":"2499"'));
  const events = Array.from(output.text.matchAll(/^event: (\w+)$/gm), ([, event]) => event);
  assert.deepEqual(events.slice(0, 3), ['alert', 'lost', 'flow']);
  assert.match(output.text, /event: lost\ndata: \{"source":"stream","count":500\}/);
  const flows = Array.from(output.text.matchAll(/^id: run-(\d+)-/gm), ([, count]) => Number(count));
  assert.deepEqual(
    flows,
    flows.toSorted((a, b) => a - b),
  );
});

test('a snapshot that waits is replaced by the next, and that is no loss', async () => {
  const { output, client, log } = newClient();
  client.greet(log.currentId());
  for (let timeMs = 1; timeMs <= 5; timeMs++) log.publish('pods', { timeMs, pods: [] });
  output.slow = false;
  output.drain();
  await until(() => output.text.includes('"timeMs":5'));
  assert.equal(output.text.match(/event: pods/g)?.length, 1);
  assert.doesNotMatch(output.text, /event: lost/);
});

test('a client that takes nothing for a minute is let go', () => {
  const { clock, output, client } = newClient();
  client.greet('run-0-0-0');
  client.heartbeat();
  assert.equal(output.destroyed, false);
  clock.ms += STUCK_MS;
  client.heartbeat();
  assert.equal(output.destroyed, true);
});

test('a client that reads again is not let go', async () => {
  const { clock, output, client } = newClient();
  client.greet('run-0-0-0');
  output.slow = false;
  output.drain();
  clock.ms += 2 * STUCK_MS;
  client.heartbeat();
  assert.equal(output.destroyed, false);
  assert.match(output.text, /: heartbeat\n\n$/);
});

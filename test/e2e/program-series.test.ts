/** A program loaded into a running agent: its map in /metrics, and an alert while it is over its limit. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Alert } from '@netguard/core';
import { Agent } from './support/agent.ts';
import { repository, run, told } from './support/command.ts';
import { assertPromtool, sumOf } from './support/exposition.ts';
import { httpGet } from './support/http.ts';
import { until } from './support/until.ts';

const EXAMPLE = `${repository}examples/syn-count/syn-count`;
const METRIC = 'netguard_program_syn_count_syns_total';
const SOURCE = { source: '10.201.7.9' };

let agent: Agent;
before(async () => {
  agent = await Agent.start();
});
after(async () => {
  await agent[Symbol.asyncDispose]();
});

const metrics = async (accept = 'text/plain') => (await httpGet(`${agent.url}/metrics`, { accept })).body;

test('SYNs of one source are counted in /metrics and alerted, and the alert ends with them', async () => {
  const loaded = await agent.cli(['programs', 'load', `${EXAMPLE}.bpf.c`]);
  assert.equal(loaded.code, 0, told(loaded));
  await until('its metrics', async () => (await metrics()).includes(`# TYPE ${METRIC} counter`));
  const sent = await run('hping3', [
    '-q',
    '-S',
    '-p',
    '80',
    '-c',
    '5000',
    '-i',
    'u200',
    '-a',
    SOURCE.source,
    '127.0.0.1',
  ]);
  assert.equal(sent.code === 0 || sent.code === 1, true, told(sent));
  const ofProgram = async () => (await agent.list<Alert>('alerts')).find(({ rule }) => rule === 'program');
  const alert = await until('the alert', ofProgram);
  assert.equal(alert.source?.ip, SOURCE.source);
  assert.equal(alert.severity, 'high');
  assert.match(alert.title, /^10\.201\.7\.9 sends \d+(\.\d+)? SYNs a second$/);
  assert.deepEqual(alert.evidence.labels, SOURCE);
  // What the backlog of a busy processor drops is seen by nobody: the map itself is the measure.
  const maps = (await agent.cli(['programs', 'maps', 'syn-count'])).stdout;
  const held = Number(/0ac90709"\}\s+(\d+)/.exec(maps)?.[1]);
  assert.ok(held > 4000 && held <= 5000, maps);
  await until('all of them', async () => sumOf(await metrics(), METRIC, SOURCE) === held);
  assertPromtool(await metrics());
  assert.match(await metrics('application/openmetrics-text'), new RegExp(`^${METRIC}\\{.*\\n[^]*^# EOF\\n$`, 'm'));
  await until('its end', async () => (await ofProgram())?.status === 'resolved');
  const unloaded = await agent.cli(['programs', 'unload', 'syn-count']);
  assert.equal(unloaded.code, 0, told(unloaded));
  assert.ok(!(await metrics()).includes(METRIC));
});

/** Files that change under a running NetGuard: a good change is taken over, a bad one changes nothing and is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import { Agent } from './support/agent.ts';
import { sumOf } from './support/exposition.ts';
import { Flood } from './support/flood.ts';
import { Program } from './support/program.ts';
import { Temporary } from './support/temporary.ts';
import { never, until } from './support/until.ts';

const port = 8080;
const file = { apiVersion: 'netguard/v1', alerts: { resolveAfterMs: 2000 } };

test('thresholds and names change without a restart; a bad file is refused and told, and the last good one stays', async () => {
  using directory = new Temporary();
  await using lab = await Lab.open();
  const first = await lab.addPod({ namespace: 'reload', name: 'first-0' });
  const attacker = await lab.addHost('attacker');
  await Program.start(first, 'listener', { port }).line();
  await using agent = await Agent.start({ lab, directory, config: { detectors: { 'syn-flood': { mode: 'off' } } } });
  const successful = async () => sumOf(await agent.metrics(), 'netguard_config_last_reload_successful', {});
  assert.equal(await successful(), 1);

  await using _flood = new Flood(attacker, first.ip, { port });
  await until('the flood at the listener', async () => ((await agent.listener(first, port))?.syns ?? 0) > 500);
  await never('an alert while the detector is off', async () => (await agent.floodsOf(first))[0], { forMs: 1500 });

  directory.write('netguard.yaml', 'apiVersion: netguard/v1\ndetectors: {syn-flod: {}}\n');
  await until('the refusal in the metrics', async () => (await successful()) === 0);
  const { degraded, configReloadSuccessful } = await agent.status();
  assert.equal(configReloadSuccessful, false);
  assert.match(degraded.join('\n'), /configuration was refused.*did you mean "syn-flood"/);
  assert.deepEqual(await agent.floodsOf(first), [], 'the last good one stays');

  directory.write('netguard.yaml', file);
  await until('the change in the metrics', async () => (await successful()) === 1);
  await until('the alert of the flood that goes on', async () => (await agent.floodsOf(first))[0]);
  assert.deepEqual((await agent.status()).degraded, []);

  // A pod that comes later gets its name from the changed identity file.
  const later = await lab.addPod({ namespace: 'reload', name: 'later-0' });
  directory.write('identities.yaml', lab.identities());
  await Program.start(later, 'listener', { port }).line();
  await Program.start(first, 'visitor', { host: later.ip, port }).line();
  await until('the later pod by its name', async () => ((await agent.pod(later))?.transmitBytes ?? 0) > 0);
});

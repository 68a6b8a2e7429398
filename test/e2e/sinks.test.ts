/** A real flood is told to a real Alertmanager, and to a webhook that is away while NetGuard is killed and started again. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Alert } from '@netguard/core';
import { RecordingServer } from '../../packages/agent/src/testing/recording-server.ts';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import { Agent } from './support/agent.ts';
import { Alertmanager } from './support/alertmanager.ts';
import { sumOf } from './support/exposition.ts';
import { Flood } from './support/flood.ts';
import { httpGet } from './support/http.ts';
import { Program } from './support/program.ts';
import { Temporary } from './support/temporary.ts';
import { never, until } from './support/until.ts';

const port = 8080;

interface Told {
  readonly id: string;
  readonly kind: string;
  readonly alert: Alert;
}

/** What Alertmanager's webhook receiver says. */
interface Group {
  readonly status: 'firing' | 'resolved';
  readonly commonLabels: Readonly<Record<string, string>>;
}

/** While the hook is away nobody else may get its port: an address of loopback that nothing else is on. */
const HOOK_HOST = '127.0.0.77';

test('an alert appears in Alertmanager, stays while it goes on, and resolves; nothing is lost while a webhook is away', async () => {
  using directory = new Temporary();
  await using lab = await Lab.open();
  const pod = await lab.addPod({ namespace: 'sinks', name: 'web-0' });
  const attacker = await lab.addHost('attacker');
  await Program.start(pod, 'listener', { port }).line();
  await using receiver = await RecordingServer.listen();
  await using alertmanager = await Alertmanager.start(receiver.url);
  const hook = await RecordingServer.listen({ host: HOOK_HOST });
  const hookUrl = hook.url;
  const hookPort = hook.port;
  await hook.close();

  const alertsFile = directory.join('alerts.json');
  const config = {
    sinks: {
      prometheus: { type: 'alertmanager', urls: [alertmanager.url], matchers: ['namespace=sinks'] },
      hook: { type: 'webhook', url: hookUrl, matchers: ['namespace=sinks'] },
      log: { type: 'file', path: alertsFile, format: 'ocsf', matchers: ['namespace=sinks'] },
    },
  };
  const listed = async () =>
    (await alertmanager.active()).find(
      ({ labels }) => labels.alertname === 'syn-flood' && labels.namespace === 'sinks',
    );
  const groups = () => receiver.bodies<Group>().filter(({ commonLabels }) => commonLabels.alertname === 'syn-flood');

  const flood = new Flood(attacker, pod.ip, { port });
  const first = await Agent.start({ lab, directory, config });
  try {
    const { labels, annotations, endsAt } = await until('the alert in Alertmanager', listed);
    assert.equal(labels.severity, 'critical');
    assert.match(annotations.observed ?? '', /^\d/);
    assert.ok(Date.parse(endsAt) - Date.now() > 120_000, endsAt);
    await until('Alertmanager tells it', () => groups().some(({ status }) => status === 'firing'));
    await until('the webhook is said to be away', async () =>
      (await first.status()).sinks.some(
        ({ name, state, spooled }) => name === 'hook' && state === 'failing' && spooled > 0,
      ),
    );
    const { status, body } = await httpGet(`${first.url}/readyz`);
    assert.equal(status, 200);
    assert.match(body, /"status":"degraded".*sink hook \(webhook\)/);
    await never('the alert is gone from Alertmanager', async () => !(await listed()), { forMs: 1000 });
  } finally {
    await first.stop('SIGKILL');
  }

  await using second = await Agent.start({ lab, directory, config });
  await until('the alert of the first run in the second', async () => (await second.floodsOf(pod))[0]);
  assert.ok(await listed(), 'it is the same to Alertmanager');
  await using back = await RecordingServer.listen({ host: HOOK_HOST, port: hookPort });
  await flood.stop();
  await until('the alert is gone from Alertmanager', async () => !(await listed()));
  await until('Alertmanager tells that', () => groups().at(-1)?.status === 'resolved');

  const floods = () => back.bodies<Told>().filter(({ alert }) => alert.rule === 'syn-flood');
  await until('the webhook hears of the end', () => floods().some(({ kind }) => kind === 'resolved'));
  const kinds = floods().map(({ kind }) => kind);
  assert.equal(kinds[0], 'opened');
  assert.deepEqual(
    kinds.filter((kind) => kind !== 'updated'),
    ['opened', 'resolved'],
    'once each, over two runs',
  );
  assert.equal(new Set(back.bodies<Told>().map(({ id }) => id)).size, back.got.length);

  const lines = readFileSync(alertsFile, 'utf8').trimEnd().split('\n');
  assert.ok(lines.every((line) => (JSON.parse(line) as { class_uid: number }).class_uid === 2004));
  const metrics = await second.metrics();
  assert.ok(sumOf(metrics, 'netguard_sink_sent_total', { sink: 'hook' }) >= 2);
  assert.equal(sumOf(metrics, 'netguard_sink_dropped_total', {}), 0);
  const { status, ms } = await second.stop();
  assert.equal(status, 0);
  assert.ok(ms < 10_000, `${ms} ms`);
});

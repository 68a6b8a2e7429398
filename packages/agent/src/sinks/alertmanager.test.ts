import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingServer } from '../testing/recording-server.ts';
import { alert, podEndpoint } from '../testing/samples.ts';
import { HOSTILE, hostileAlert, notification, ORIGIN, sinkSettings } from '../testing/sinks.ts';
import { AlertmanagerSink } from './alertmanager.ts';
import type { PostableAlert } from './alertmanager-alert.ts';
import type { DeliveryError } from './sink.ts';

const never = () => AbortSignal.timeout(30_000);

function sinkAt(...urls: string[]): AlertmanagerSink {
  return new AlertmanagerSink(sinkSettings('alertmanager', { urls }), ORIGIN);
}

async function posted(...batch: ReturnType<typeof notification>[]): Promise<PostableAlert[]> {
  await using server = await RecordingServer.listen();
  await sinkAt(server.url).send(batch, never());
  return server.bodies<PostableAlert[]>().flat();
}

const aheadMs = ({ endsAt }: PostableAlert) => Date.parse(endsAt) - Date.now();

test('an open alert ends a few minutes ahead, a resolved one now', async () => {
  const [open, over] = await posted(notification(), notification('resolved'));
  assert.ok(open && over);
  assert.equal(open.startsAt, '2026-01-31T12:00:00.000Z');
  assert.ok(aheadMs(open) > 180_000 && aheadMs(open) <= 240_000, open.endsAt);
  assert.ok(Math.abs(aheadMs(over)) < 10_000, over.endsAt);
  assert.deepEqual(over.labels, open.labels);
});

test('labels are the same whatever is measured, on whichever pod and node; values are annotations', async () => {
  const evidence = { observed: 1, threshold: 500, unit: 'SYN/s', windowMs: 1000 };
  const target = podEndpoint('web-2');
  const [first, second] = await posted(
    notification(),
    notification('updated', {
      id: 'a2',
      target,
      count: 9,
      evidence,
      nodes: ['n2'],
      confidence: 0.1,
      lastSeen: '2026-01-31T12:04:00.000Z',
    }),
  );
  assert.deepEqual(first?.labels, {
    alertname: 'syn-flood',
    severity: 'critical',
    category: 'flood',
    cluster: 'default',
    fingerprint: 'fp-a1',
    namespace: 'shop',
    target_kind: 'pod',
    target_namespace: 'shop',
    target_workload: 'web',
  });
  assert.deepEqual(second?.labels, first.labels);
  assert.deepEqual([first.annotations.observed, second?.annotations.observed], ['5000 SYN/s', '1 SYN/s']);
  assert.equal(first.annotations.summary, 'SYN flood on shop/web');
});

test('an address is a label only of who has no other name', async () => {
  const source = { ip: '203.0.113.7', port: 4, kind: 'world' as const };
  const [one] = await posted(notification('opened', { source }));
  assert.deepEqual([one?.labels.source_ip, one?.labels.target_ip], ['203.0.113.7', undefined]);
});

test('an alert that gets graver ends under its old labels and opens under the new', async () => {
  const graver = notification('updated', { severity: 'high' }, { severityBefore: 'medium' });
  const [old, now] = await posted(graver);
  assert.ok(old && now);
  assert.deepEqual([old.labels.severity, now.labels.severity], ['warning', 'critical']);
  assert.ok(aheadMs(old) < 10_000 && aheadMs(now) > 180_000);
  assert.equal((await posted(notification('updated', { severity: 'critical' }, { severityBefore: 'high' }))).length, 1);
});

test('all instances are told; one that is down is trouble, all down is an error', async () => {
  await using one = await RecordingServer.listen();
  await using two = await RecordingServer.listen();
  const sink = sinkAt(`${one.url}/prefix`, two.url);
  assert.equal(await sink.send([notification()], never()), undefined);
  assert.deepEqual([one.got[0]?.path, two.got[0]?.path], ['/prefix/api/v2/alerts', '/api/v2/alerts']);
  two.respond = (_, reply) => void reply.writeHead(503).end();
  assert.match(String(await sink.send([notification()], never())), /answered 503/);
  one.respond = (_, reply) => void reply.writeHead(400).end('bad');
  const mixed = await sink.send([notification()], never()).catch((error: DeliveryError) => error);
  assert.equal((mixed as DeliveryError).final, false, 'the one that is down may take it yet');
  two.respond = one.respond;
  const refused = await sink.send([notification()], never()).catch((error: DeliveryError) => error);
  assert.equal((refused as DeliveryError).final, true);
});

test('what is open is said again in posts of a bounded size', async () => {
  await using server = await RecordingServer.listen();
  await sinkAt(server.url).resend(
    Array.from({ length: 450 }, (_, index) => alert(`a${index}`)),
    never(),
  );
  assert.deepEqual(
    server.bodies<unknown[]>().map(({ length }) => length),
    [200, 200, 50],
  );
});

test('hostile text stays in its value', async () => {
  for (const text of HOSTILE) {
    const [one] = await posted(notification('opened', { ...hostileAlert(text), rule: 'syn-flood' }));
    assert.ok(one);
    assert.deepEqual(
      Object.keys(one.labels).filter((name) => !/^[a-z_]+$/.test(name)),
      [],
    );
    for (const [name, value] of Object.entries({ ...one.labels, ...one.annotations })) {
      assert.doesNotMatch(value, /\p{Cc}/u, name);
      assert.ok(value.length > 0 && value.length <= 1100, name);
    }
  }
});

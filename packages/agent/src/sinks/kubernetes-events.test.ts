import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Endpoint } from '@netguard/core';
import type { SinkOf } from '../config/sink-schema.ts';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import { refuse } from '../testing/api-server-double.ts';
import { EventApiDouble } from '../testing/event-api-double.ts';
import { START_MS } from '../testing/samples.ts';
import { HOSTILE, hostileAlert, notification, ORIGIN, sinkSettings } from '../testing/sinks.ts';
import { KubernetesEventsSink } from './kubernetes-events.ts';
import { DeliveryError } from './sink.ts';

const pod = (name: string, namespace = 'shop'): Endpoint => ({ ip: '10.1.0.1', kind: 'pod', namespace, pod: name });
const [target, source] = [pod('web-1'), pod('scanner', 'jobs')];
const NOBODY = { source: null, target: { ip: '203.0.113.9', kind: 'world' } as Endpoint };
const signal = new AbortController().signal;

let api: EventApiDouble;
let nowMs: number;
let leftOut: number;
let renewals: number;

beforeEach(async () => {
  api = await EventApiDouble.start();
  api.pods.set('shop/web-1', { uid: 'uid-web', creationTimestamp: '2026-01-01T00:00:00Z' });
  api.pods.set('jobs/scanner', { uid: 'uid-scanner' });
  [nowMs, leftOut, renewals] = [START_MS + 1000, 0, 0];
});
afterEach(() => api.close());

function sink(settings: object = {}, isFollowed = true): KubernetesEventsSink {
  const access: ApiAccess = { server: api.url, options: async () => ({}), renew: () => renewals++ };
  const full: SinkOf<'kubernetes-events'> = sinkSettings('kubernetes-events', settings);
  return new KubernetesEventsSink(full, ORIGIN, {
    apiServer: () => (isFollowed ? access : undefined),
    onLeftOut: (count) => {
      leftOut += count;
    },
    now: () => nowMs,
  });
}

const failure = async (sending: Promise<unknown>): Promise<DeliveryError> => {
  const error = await sending.then(
    () => assert.fail('it was taken'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DeliveryError, String(error));
  return error;
};

test('an alert is an Event of its target and of its source, each with the other beside it', async () => {
  await sink().send([notification('opened', { source, target, rule: 'port-scan' })], signal);
  const [first, second] = api.events;
  assert.equal(api.events.length, 2);
  assert.deepEqual(first, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: 'shop', name: first?.metadata.name },
    eventTime: '2026-01-31T12:00:00.500000Z',
    reportingController: 'netguard',
    reportingInstance: 'netguard-node-1',
    type: 'Warning',
    reason: 'PortScan',
    action: 'AlertOpened',
    regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-1', uid: 'uid-web' },
    related: { apiVersion: 'v1', kind: 'Pod', namespace: 'jobs', name: 'scanner', uid: 'uid-scanner' },
    note: first?.note,
  });
  assert.match(first?.metadata.name ?? '', /^web-1\.[0-9a-f]{16}$/);
  assert.match(first?.note ?? '', /rule=port-scan severity=\w+ source=jobs\/scanner .*id=a1/);
  assert.deepEqual([second?.regarding.name, second?.related?.name], ['scanner', 'web-1']);
  assert.match(api.accepts[0] ?? '', /as=PartialObjectMetadata/);
});

test('it is one Event when it opens, one when it gets graver, one when it ends, and none while it goes on', async () => {
  const of = sink();
  const about = { source: null, target };
  await of.send([notification('opened', about)], signal);
  await of.send([notification('updated', { ...about, severity: 'medium' }, { severityBefore: 'medium' })], signal);
  await of.send([notification('updated', { ...about, severity: 'low' }, { severityBefore: 'medium' })], signal);
  await of.send([notification('updated', { ...about, severity: 'critical' }, { severityBefore: 'medium' })], signal);
  await of.send([notification('resolved', about)], signal);
  assert.deepEqual(
    api.events.map(({ action, type }) => [action, type]),
    [
      ['AlertOpened', 'Warning'],
      ['SeverityRaised', 'Warning'],
      ['AlertResolved', 'Normal'],
    ],
  );
  assert.match(api.events[1]?.note ?? '', /^Severity rose from medium to critical: /);
  assert.match(api.events[2]?.note ?? '', /^Resolved: /);
  assert.equal(leftOut, 0);
});

test('what comes twice is there once', async () => {
  const of = sink({ perPodPerHour: 1 });
  await of.send([notification('opened', { source: null, target })], signal);
  const again = sink();
  await again.send([notification('opened', { source: null, target })], signal);
  assert.deepEqual([api.events.length, leftOut], [1, 0]);
});

test('alerts that are about no pod are no Events, and a service or a node is only beside one', async () => {
  await sink().send([notification('opened', NOBODY)], signal);
  assert.deepEqual([api.events.length, api.requests.length, leftOut], [0, 0, 0]);
  const service: Endpoint = { ip: '10.96.0.1', kind: 'service', namespace: 'shop', service: 'db' };
  await sink().send([notification('opened', { source: target, target: service })], signal);
  assert.deepEqual(api.events[0]?.related, { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'db' });
  await sink().send([notification('opened', { id: 'itself', source: target, target })], signal);
  assert.equal(api.events.length, 2);
});

test('a static pod is meant by the UID that its kubelet has for it', async () => {
  api.pods.set('shop/web-1', { uid: 'uid-mirror', annotations: { 'kubernetes.io/config.mirror': 'hash-of-file' } });
  await sink().send([notification('opened', { source: null, target })], signal);
  assert.equal(api.events[0]?.regarding.uid, 'hash-of-file');
});

test('a pod that is gone, or that has only the name of the one that was meant, gets none', async () => {
  const of = sink();
  await of.send([notification('opened', { source: null, target: pod('gone') })], signal);
  api.pods.set('shop/web-1', { uid: 'uid-next', creationTimestamp: new Date(START_MS + 600_000).toISOString() });
  await of.send([notification('opened', { source: null, target })], signal);
  assert.deepEqual([api.events.length, leftOut], [0, 2]);
});

test('a namespace that is being deleted costs one Event and nothing else', async () => {
  api.ending.add('shop');
  await sink().send([notification('opened', { source, target })], signal);
  assert.deepEqual([api.events.map(({ regarding }) => regarding.name), leftOut], [['scanner'], 1]);
});

test('Events of one pod are limited by the hour, and all of them by the minute', async () => {
  const of = sink({ perPodPerHour: 3, perMinute: 4 });
  api.pods.set('shop/web-2', { uid: 'uid-web-2' });
  const send = async (id: string, name: string) => {
    const time = new Date(nowMs).toISOString();
    await of.send([notification('opened', { id, source: null, target: pod(name) }, { time })], signal);
  };
  for (let nth = 0; nth < 5; nth++) await send(`a${nth}`, 'web-1');
  assert.deepEqual([api.events.length, leftOut], [3, 2]);
  const asked = api.requests.length;
  for (let nth = 0; nth < 3; nth++) await send(`b${nth}`, 'web-2');
  assert.deepEqual([api.events.length, leftOut], [4, 4]);
  assert.equal(api.requests.length, asked + 2);
  nowMs += 60_000;
  await send('c', 'web-2');
  await send('d', 'web-1');
  assert.deepEqual([api.events.length, leftOut], [5, 5]);
  nowMs += 3_600_000;
  await send('e', 'web-1');
  assert.equal(api.events.length, 6);
});

test('news of more than an hour ago is none any more', async () => {
  nowMs = START_MS + 3_601_000;
  await sink().send([notification('opened', { source: null, target })], signal);
  assert.deepEqual([api.requests.length, leftOut], [0, 1]);
});

test('a right that is missing is named, and not asked for again and again', async () => {
  api.forbidden.add('create events');
  const create = await failure(sink().send([notification('opened', { source: null, target })], signal));
  assert.deepEqual([create.code, create.final], ['NG_ERR_SINK_REFUSED', true]);
  assert.match(create.hint ?? '', /Allow create on events \(apiGroup events\.k8s\.io\)/);
  api.forbidden.add('get pods');
  const get = await failure(sink().send([notification('opened', { source: null, target })], signal));
  assert.match(get.hint ?? '', /Allow get on pods/);
  const off = await failure(sink({}, false).send([notification('opened', { source: null, target })], signal));
  assert.deepEqual([off.final, /kubernetes\.enabled/.test(off.hint ?? '')], [true, true]);
});

test('an API server that is away, busy or has forgotten us is tried again, as late as it asks', async () => {
  const opened = notification('opened', { source: null, target });
  api.fault = (_request, response) => {
    refuse(response, 429, 'TooManyRequests', 'slow down', { 'retry-after': '7' });
    return true;
  };
  const busy = await failure(sink().send([opened], signal));
  assert.deepEqual([busy.final, busy.retryAfterMs], [false, 7000]);
  api.fault = (_request, response) => {
    refuse(response, 401, 'Unauthorized', 'Unauthorized');
    return true;
  };
  assert.equal((await failure(sink().send([opened], signal))).final, false);
  assert.equal(renewals, 1);
  api.fault = (_request, response) => Boolean(response.destroy());
  assert.equal((await failure(sink().send([opened], signal))).code, 'NG_ERR_SINK_ANSWER');
  api.fault = undefined;
  await sink().send([opened], signal);
  assert.equal(api.events.length, 1);
});

test('what a hostile name says stays within the note, and within its bytes', async () => {
  for (const [index, text] of HOSTILE.entries()) {
    await sink({ perPodPerHour: 100 }).send(
      [notification('opened', { ...hostileAlert(text), id: `h${index}`, source: null, target })],
      signal,
    );
  }
  const long = '漢'.repeat(2000);
  await sink().send([notification('opened', { id: 'long', title: long, source: null, target })], signal);
  assert.equal(api.events.length, HOSTILE.length + 1);
  for (const { note } of api.events) {
    assert.doesNotMatch(note, /[\p{Cc}\u2028\u202e]/u);
    assert.ok(Buffer.byteLength(note) <= 1024 && note.isWellFormed());
  }
});

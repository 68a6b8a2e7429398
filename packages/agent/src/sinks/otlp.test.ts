import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { RecordingServer } from '../testing/recording-server.ts';
import { HOSTILE, hostileAlert, notification, ORIGIN, sinkSettings } from '../testing/sinks.ts';
import { OtlpSink } from './otlp.ts';
import { otlpLogs } from './otlp-logs.ts';

const never = () => AbortSignal.timeout(30_000);
const sinkAt = (url: string) => new OtlpSink(sinkSettings('otlp', { url }), ORIGIN);

/* ExportLogsServiceRequest in the JSON mapping of OTLP: 64-bit integers are text, an AnyValue has one field. */
const anyValue = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
  z.strictObject({ doubleValue: z.number() }),
  z.strictObject({ arrayValue: z.strictObject({ values: z.array(z.strictObject({ stringValue: z.string() })) }) }),
]);
const attributes = z.array(z.strictObject({ key: z.string().min(1), value: anyValue }));
const scope = z.strictObject({ name: z.string(), version: z.string() });
const logRecord = z.strictObject({
  timeUnixNano: z.string().regex(/^\d{19}$/),
  observedTimeUnixNano: z.string().regex(/^\d{19}$/),
  severityNumber: z.int().min(1).max(24),
  severityText: z.string(),
  eventName: z.string(),
  body: z.strictObject({ stringValue: z.string().min(1) }),
  attributes,
});
const requestSchema = z.strictObject({
  resourceLogs: z
    .array(
      z.strictObject({
        resource: z.strictObject({ attributes }),
        scopeLogs: z.array(z.strictObject({ scope, logRecords: z.array(logRecord).min(1) })).length(1),
      }),
    )
    .length(1),
});

function request(...batch: ReturnType<typeof notification>[]) {
  const [{ resource, scopeLogs } = assert.fail()] = requestSchema.parse(
    otlpLogs(batch, ORIGIN, Date.now()),
  ).resourceLogs;
  return { resource, records: scopeLogs[0]?.logRecords ?? [] };
}

test('a batch is one request of the shape, with the resource and numbers of severity', () => {
  const kinds = [notification(), notification('updated', { severity: 'critical' }), notification('resolved')];
  const { resource, records } = request(...kinds);
  assert.deepEqual(
    records.map(({ severityNumber }) => severityNumber),
    [17, 18, 9],
  );
  assert.equal(records[0]?.timeUnixNano, '1769860800500000000');
  const named = Object.fromEntries(resource.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
  assert.deepEqual(
    [named['service.name'], named['service.version'], named['host.name'], named['k8s.cluster.name']],
    ['netguard', '1.2.3', 'node-1', 'default'],
  );
});

test('hostile text is of the shape', () => {
  for (const text of HOSTILE) {
    const { records } = request(notification('opened', hostileAlert(text)));
    assert.doesNotMatch(records[0]?.body.stringValue ?? '', /\p{Cc}/u);
  }
});

test('it goes to /v1/logs below the URL, or to the URL that says so itself', async () => {
  await using server = await RecordingServer.listen();
  for (const end of ['', '/', '/otlp/', '/v1/logs']) await sinkAt(server.url + end).send([notification()], never());
  assert.deepEqual(
    server.got.map(({ path }) => path),
    ['/v1/logs', '/v1/logs', '/otlp/v1/logs', '/v1/logs'],
  );
});

test('records that the collector left out are final, a plain answer is none', async () => {
  await using server = await RecordingServer.listen();
  server.respond = (_, reply) =>
    void reply.end('{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}');
  await assert.rejects(sinkAt(server.url).send([notification()], never()), {
    final: true,
    message: /left out 1 records: too old/,
  });
  for (const answer of ['{"partialSuccess":{}}', '', 'null', '{"partialSuccess":{"rejectedLogRecords":0}}']) {
    server.respond = (_, reply) => void reply.end(answer);
    assert.equal(await sinkAt(server.url).send([notification()], never()), undefined);
  }
});

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { RecordingServer } from '../testing/recording-server.ts';
import { notification, ORIGIN, sinkSettings } from '../testing/sinks.ts';
import { FalcosidekickSink } from './falcosidekick.ts';
import { WebhookSink } from './webhook.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-hook-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const never = () => AbortSignal.timeout(30_000);
const webhook = (settings: object) => new WebhookSink(sinkSettings('webhook', settings), ORIGIN);

function write(name: string, text: string): string {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
}

test('a signature is over time and body, with each secret of the file', async () => {
  await using server = await RecordingServer.listen();
  const secretFile = write('secret', 'new\nold\n');
  await webhook({ url: `${server.url}/hook`, secretFile }).send([notification()], never());
  const [{ headers, body } = assert.fail()] = server.got;
  const [, t = '', first, second] =
    /^t=(\d+),v1=([0-9a-f]{64}),v1=([0-9a-f]{64})$/.exec(String(headers['x-netguard-signature'])) ?? [];
  const expected = (secret: string) => createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
  assert.deepEqual([first, second], [expected('new'), expected('old')]);
  assert.ok(Math.abs(Number(t) - Date.now() / 1000) < 30);
  assert.equal(headers['x-netguard-notification'], notification().id);
});

test('without a secret there is no signature', async () => {
  await using server = await RecordingServer.listen();
  await webhook({ url: server.url }).send([notification()], never());
  assert.equal('x-netguard-signature' in (server.got[0]?.headers ?? {}), false);
});

test('the body is of the configured format', async () => {
  await using server = await RecordingServer.listen();
  for (const format of ['netguard', 'eve', 'ocsf'])
    await webhook({ url: server.url, format }).send([notification()], never());
  const [plain, eve, ocsf] = server.bodies<Record<string, unknown>>();
  assert.deepEqual([plain?.kind, eve?.event_type, ocsf?.class_uid], ['opened', 'alert', 2004]);
});

test('the URL may be a secret: it is in a file, read each time, and in no message', async () => {
  await using server = await RecordingServer.listen();
  const urlFile = write('url', `${server.url}/T0/S3CRET\n`);
  await webhook({ urlFile }).send([notification()], never());
  assert.equal(server.got[0]?.path, '/T0/S3CRET');
  server.respond = (_, reply) => void reply.writeHead(404).end();
  await assert.rejects(
    webhook({ urlFile }).send([notification()], never()),
    (error: Error) => !/S3CRET/.test(error.message),
  );
  write('url', 'file:///etc/passwd');
  await assert.rejects(webhook({ urlFile }).send([notification()], never()), { code: 'NG_ERR_SINK_SECRET' });
});

test('falcosidekick gets one POST an event', async () => {
  await using server = await RecordingServer.listen();
  const settings = sinkSettings('falcosidekick', { url: server.url });
  await new FalcosidekickSink(settings, ORIGIN).send([notification(), notification('resolved')], never());
  assert.deepEqual(
    server.bodies<{ priority: string }>().map(({ priority }) => priority),
    ['Error', 'Informational'],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, EvidenceSample } from '@netguard/core';
import { alert } from '../testing/samples.ts';
import { type TestApp, testApp } from '../testing/test-app.ts';

const URL = '/api/v1/alerts/a1/pcap';
const ADMIN = { accepts: (header: string | undefined) => header === 'Bearer admin' };
const READER = { accepts: (header: string | undefined) => header === 'Bearer reader' };

const sample: EvidenceSample = {
  timeMs: 1000,
  transport: 'TCP',
  id: 'c',
  role: 'server',
  local: { ip: '10.0.0.2', port: 80 },
  remote: { ip: '10.0.0.9', port: 40_000 },
  sent: false,
  offset: 0,
  length: 6,
  bytes: new TextEncoder().encode('s3cret'),
  localKey: 'shop/Deployment/web',
  remoteKey: '10.0.0.9',
};

function withEvidence(access: Parameters<typeof testApp>[0] = {}, samples: readonly EvidenceSample[] = [sample]) {
  const asked: Alert[] = [];
  const made: TestApp = testApp(access);
  made.state.apply({ type: 'alert', event: { type: 'open', alert: alert('a1') }, delayMs: 1 });
  made.state.evidence = {
    forAlert: async (of) => {
      asked.push(of);
      return { samples, isCut: samples.length > 1 };
    },
    redact: (stream) => new Uint8Array(stream.length).fill(0x78),
    figures: () => assert.fail('nobody asks'),
  };
  const get = (headers: Record<string, string> = {}, url = URL) => made.app.inject({ url, headers });
  return { ...made, get, asked };
}

test('the capture of an alert is a pcap file, without secrets, and is audited', async () => {
  const { get, audited, asked } = withEvidence();
  const answer = await get();
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers['content-type'], 'application/vnd.tcpdump.pcap');
  assert.equal(answer.headers['content-disposition'], 'attachment; filename="a1.pcap"');
  assert.equal(answer.headers['x-netguard-cut'], undefined);
  assert.equal(answer.rawPayload.readUInt32LE(0), 0xa1b2c3d4);
  assert.ok(answer.rawPayload.includes('xxxxxx') && !answer.rawPayload.includes('s3cret'));
  assert.equal(asked[0]?.id, 'a1');
  const [entry, ...more] = audited;
  assert.equal(more.length, 0);
  assert.deepEqual(
    [entry?.action, entry?.outcome, entry?.access, entry?.id, entry?.samples, entry?.packets],
    ['alert.pcap', 'done', 'this-machine', 'a1', 1, 4],
  );
});

test('who may only read may not fetch it, and that is audited too', async () => {
  const { get, audited, asked } = withEvidence({ token: READER, adminToken: ADMIN });
  const reader = await get({ authorization: 'Bearer reader' });
  assert.deepEqual(
    [reader.statusCode, reader.json().detail],
    [403, 'this token may only read; captures want that of server.adminTokenFile'],
  );
  assert.equal((await get()).statusCode, 401);
  assert.equal(asked.length, 0);
  assert.deepEqual(
    audited.map(({ action, outcome }) => `${action} ${outcome}`),
    ['GET /api/v1/alerts/:id/pcap refused'],
  );
  assert.equal((await get({ authorization: 'Bearer admin' })).statusCode, 200);
});

test('what there is not is said', async () => {
  const none = withEvidence({}, []);
  assert.match((await none.get()).json().detail, /nothing was sampled/);
  assert.match((await none.get({}, '/api/v1/alerts/other/pcap')).json().detail, /no open or recently resolved alert/);
  const off = withEvidence();
  off.state.evidence = undefined;
  const answer = await off.get();
  assert.deepEqual([answer.statusCode, /no payload is kept here/.test(answer.json().detail)], [404, true]);
  const cut = await withEvidence({}, [sample, { ...sample, offset: 6 }]).get();
  assert.equal(cut.headers['x-netguard-cut'], '1');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingServer } from '../testing/recording-server.ts';
import { isForbidden, resolveAllowed } from './address-guard.ts';
import { postJson } from './http-post.ts';

const never = () => AbortSignal.timeout(30_000);

test('link-local, metadata and unspecified addresses are forbidden however they are written', () => {
  for (const address of [
    '169.254.169.254',
    '169.254.0.1',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fd00:ec2::254',
    'fd00:0ec2:0:0::0254',
    'fd20:ce::254',
    '100.100.100.200',
    '0.0.0.0',
    '0.1.2.3',
    '::',
    '::ffff:0.0.0.0',
    'not an address',
  ]) {
    assert.equal(isForbidden(address), true, address);
  }
});

test('loopback, private and public addresses are allowed', () => {
  for (const address of ['127.0.0.1', '::1', '10.0.0.1', '192.168.1.1', 'fd00::1', '203.0.113.9', '64:ff9b::a00:1']) {
    assert.equal(isForbidden(address), false, address);
  }
});

test('a host that is a forbidden address is refused before anything is sent, and allowed where that is meant', async () => {
  await assert.rejects(resolveAllowed('169.254.169.254', false, never()), {
    code: 'NG_ERR_SINK_ADDRESS',
    hint: /allowLinkLocal: true/,
  });
  assert.deepEqual(await resolveAllowed('169.254.169.254', true, never()), [{ address: '169.254.169.254', family: 4 }]);
});

test('a URL is refused by the address it means, not by its spelling', async () => {
  for (const url of [
    'http://169.254.169.254/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://0/',
  ]) {
    const post = { url: new URL(url), body: '{}', access: { allowLinkLocal: false }, version: '1', signal: never() };
    await assert.rejects(postJson(post), { code: 'NG_ERR_SINK_ADDRESS' }, url);
  }
});

test('a name is connected to by the addresses that were looked at', async () => {
  await using server = await RecordingServer.listen();
  const url = new URL(`http://localhost:${server.port}/x`);
  await postJson({ url, body: '{}', access: { allowLinkLocal: false }, version: '1', signal: never() });
  assert.equal(server.got[0]?.headers.host, `localhost:${server.port}`);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { NetGuardError } from '@netguard/core';
import { type Config, defaultConfig } from '../../config/schema.ts';
import { RelayDouble, type RelayDoubleOptions } from '../../testing/hubble-relay-double.ts';
import { tlsPairs } from '../../testing/tls-pairs.ts';
import { until } from '../../testing/until.ts';
import { FlowStream } from './flow-stream.ts';

const directory = mkdtempSync(join(tmpdir(), 'netguard-hubble-'));
after(() => rmSync(directory, { recursive: true }));

const { one, two } = tlsPairs;
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const caOne = file('one.crt', one.cert);
const keyOne = file('one.key', one.key);
const caTwo = file('two.crt', two.cert);
const keyTwo = file('two.key', two.key);

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0).reverse()) each.close();
});

async function relay(options: RelayDoubleOptions): Promise<string> {
  const double = await RelayDouble.open(options);
  open.push(double);
  return double.address;
}

/** What following such a relay ends in; undefined when it goes well. */
async function problem(hubble: Partial<Config['sources']['hubble']>): Promise<NetGuardError | undefined> {
  const stream = new FlowStream(
    { ...defaultConfig().sources.hubble, ...hubble },
    { onFlow: () => {}, onLost: () => {}, onState: () => {} },
  );
  open.push(stream);
  stream.open();
  await until(() => stream.state.isConnected || stream.state.problem !== undefined);
  return stream.state.problem;
}

const plain = { insecure: true } as const;

test('nobody listens, and a name that is none', async () => {
  const refused = await problem({ address: '127.0.0.1:1', ...plain });
  assert.equal(refused?.code, 'NG_ERR_HUBBLE_UNREACHABLE');
  assert.match(refused?.message ?? '', /relay at 127\.0\.0\.1:1: connect ECONNREFUSED/);
  assert.match(refused?.hint ?? '', /kubectl -n kube-system get deploy,svc hubble-relay/);
  const nameless = await problem({ address: 'no-relay.invalid:443' });
  assert.equal(nameless?.code, 'NG_ERR_HUBBLE_UNREACHABLE');
});

test('TLS that fits is accepted, with a client certificate too', async () => {
  const address = await relay({ tls: one });
  assert.equal(await problem({ address, tlsCaFile: caOne }), undefined);
  const mutual = await relay({ tls: { ...one, clientCa: two.cert } });
  const mine = { tlsCertFile: caTwo, tlsKeyFile: keyTwo };
  assert.equal(await problem({ address: mutual, tlsCaFile: caOne, ...mine }), undefined);
});

test('a certificate that nobody trusts, and one for another name', async () => {
  const address = await relay({ tls: one });
  const untrusted = await problem({ address, tlsCaFile: caTwo });
  assert.equal(untrusted?.code, 'NG_ERR_HUBBLE_TLS');
  assert.match(untrusted?.hint ?? '', /tlsCaFile/);
  const misnamed = await problem({ address, tlsCaFile: caOne, tlsServerName: 'relay.example' });
  assert.equal(misnamed?.code, 'NG_ERR_HUBBLE_TLS');
  assert.match(misnamed?.hint ?? '', /tlsServerName/);
});

test('TLS on one side only', async () => {
  const withTls = await problem({ address: await relay({ tls: one }), ...plain });
  assert.equal(withTls?.code, 'NG_ERR_HUBBLE_TLS');
  assert.match(withTls?.message ?? '', /the relay speaks TLS/);
  const without = await problem({ address: await relay({}), tlsCaFile: caOne });
  assert.equal(without?.code, 'NG_ERR_HUBBLE_TLS');
  assert.match(without?.message ?? '', /does not speak TLS/);
});

test('a relay that wants a client certificate, and gets none or another', async () => {
  const address = await relay({ tls: { ...one, clientCa: two.cert } });
  const none = await problem({ address, tlsCaFile: caOne });
  assert.equal(none?.code, 'NG_ERR_HUBBLE_REFUSED');
  assert.match(none?.hint ?? '', /tlsCertFile/);
  const other = await problem({ address, tlsCaFile: caOne, tlsCertFile: caOne, tlsKeyFile: keyOne });
  assert.equal(other?.code, 'NG_ERR_HUBBLE_REFUSED');
  assert.match(other?.hint ?? '', /signed by the CA/);
});

test('a call that is refused', async () => {
  const refuse = { code: status.UNAUTHENTICATED, details: 'who are you' };
  const refused = await problem({ address: await relay({ refuse }), ...plain });
  assert.equal(refused?.code, 'NG_ERR_HUBBLE_REFUSED');
  assert.match(refused?.message ?? '', /who are you/);
});

test('a gRPC server of something else, a web server, and something that only listens and hangs up', async () => {
  const other = await problem({ address: await relay({ isNoHubble: true }), ...plain });
  assert.equal(other?.code, 'NG_ERR_HUBBLE_NO_HUBBLE');
  const web = createHttp((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
  const rude = createTcp((socket) => socket.end('220 mail ready\r\n')).listen(0, '127.0.0.1');
  open.push(web, rude);
  for (const server of [web, rude]) {
    await until(() => server.listening);
    const found = await problem({ address: `127.0.0.1:${(server.address() as AddressInfo).port}`, ...plain });
    assert.equal(found?.code, 'NG_ERR_HUBBLE_NO_HUBBLE', found?.message);
    assert.match(found?.hint ?? '', /no Hubble relay/);
  }
});

test('files of certificates that are not there or hold something else', async () => {
  const missing = await problem({ address: '127.0.0.1:1', tlsCaFile: join(directory, 'none.crt') });
  assert.equal(missing?.code, 'NG_ERR_HUBBLE_TLS_FILE');
  assert.match(missing?.message ?? '', /tlsCaFile .*none\.crt.*ENOENT/);
  const mixed = await problem({ address: '127.0.0.1:1', tlsCertFile: caOne, tlsKeyFile: keyTwo });
  assert.equal(mixed?.code, 'NG_ERR_HUBBLE_TLS_FILE');
});

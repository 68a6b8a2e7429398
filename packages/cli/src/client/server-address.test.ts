import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_SERVERS, parseServer, serverAddress } from './server-address.ts';

test('nothing said is the local process, run before agent', () => {
  const { urls, named } = serverAddress({}, {});
  assert.deepEqual(
    urls.map((url) => url.origin),
    [...DEFAULT_SERVERS],
  );
  assert.equal(named, false);
});

test('the flag wins over the environment', () => {
  const env = { NETGUARD_SERVER: 'http://127.0.0.1:1' };
  assert.equal(serverAddress({}, env).urls[0]?.port, '1');
  assert.equal(serverAddress({ server: 'http://127.0.0.1:2' }, env).urls[0]?.port, '2');
});

test('host:port is http on this machine and https anywhere else', () => {
  assert.equal(parseServer('localhost:8410').origin, 'http://localhost:8410');
  assert.equal(parseServer('[::1]:8410').origin, 'http://[::1]:8410');
  assert.equal(parseServer('node-a.example:9410').origin, 'https://node-a.example:9410');
});

test('what is no address is a usage error', () => {
  for (const text of [
    '',
    'ftp://x',
    'http://',
    'http://u:p@127.0.0.1:1',
    'http://127.0.0.1:1/api',
    'http://127.0.0.1:99999',
  ]) {
    assert.throws(() => parseServer(text), { code: 'NG_ERR_CLI_USAGE' }, text);
  }
});

test('a token is read from its file and never sent in the clear to another machine', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'ng-cli-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const tokenFile = join(directory, 'token');
  writeFileSync(tokenFile, 'secret\n');
  assert.equal(serverAddress({ tokenFile }, {}).token, 'secret');
  assert.equal(serverAddress({ tokenFile, server: 'https://node-a:9410' }, {}).token, 'secret');
  assert.throws(() => serverAddress({ tokenFile, server: 'http://node-a:9410' }, {}), { code: 'NG_ERR_CLI_USAGE' });
  writeFileSync(tokenFile, ' \n');
  assert.throws(() => serverAddress({ tokenFile }, {}), { code: 'NG_ERR_CLI_TOKEN_FILE', message: /empty/ });
  writeFileSync(tokenFile, 'a b\r\nX-Other: 1');
  assert.throws(() => serverAddress({ tokenFile }, {}), { code: 'NG_ERR_CLI_TOKEN_FILE' });
});

test('a file that is not there is named', () => {
  assert.throws(() => serverAddress({ tlsCaFile: '/nonexistent/ca.pem' }, {}), {
    code: 'NG_ERR_CLI_TOKEN_FILE',
    message: /\/nonexistent\/ca\.pem: there is no such file/,
  });
});

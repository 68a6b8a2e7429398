/** The hello that OpenSSL in Node.js writes: no recorded bytes, but those of today's library. */
import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { it } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { parseTlsClientHello } from './client-hello.ts';

/** What a client writes first; nobody answers. */
function firstWords(options: ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve) => {
    const peer = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        resolve(chunk);
        done();
      },
    });
    const client = connect({ ...options, socket: peer });
    client.on('error', () => {});
    peer.on('close', () => client.destroy());
    setImmediate(() => peer.destroy());
  });
}

it('a hello with a post-quantum share goes over two segments, and is known from both', async () => {
  const options = {
    servername: 'WWW.Example.org',
    ALPNProtocols: ['h2', 'http/1.1'],
    ecdhCurve: 'X25519MLKEM768:X25519',
  };
  const stream = await firstWords(options);
  assert.ok(stream.length > 1460, `${stream.length} bytes`);
  const hello = parseTlsClientHello(stream)!;
  assert.equal(hello.isCut, undefined);
  assert.equal(hello.serverName, 'www.example.org');
  assert.deepEqual(hello.alpn, ['h2', 'http/1.1']);
  assert.deepEqual(hello.groups, [0x11ec, 29]);
  assert.ok(hello.keyShares.includes(0x11ec));
  assert.ok(hello.supportedVersions.includes(0x0304));
  assert.match(hello.ja4, /^t13d\d{4}h2_[0-9a-f]{12}_[0-9a-f]{12}$/);
  const cut = parseTlsClientHello(stream.subarray(0, 1460))!;
  assert.equal(cut.isCut, true);
});

it('a hello of TLS 1.2 alone offers no versions', async () => {
  const hello = parseTlsClientHello(await firstWords({ maxVersion: 'TLSv1.2' }))!;
  assert.deepEqual(hello.supportedVersions, []);
  assert.equal(hello.serverName, undefined);
  assert.match(hello.ja4, /^t12i/);
});

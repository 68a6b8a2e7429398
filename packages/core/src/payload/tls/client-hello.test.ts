import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  alpn,
  clientHello,
  extension,
  groups,
  keyShares,
  pointFormats,
  records,
  serverName,
  signatureAlgorithms,
  supportedVersions,
} from '../testing/tls-writer.ts';
import { parseTlsClientHello } from './client-hello.ts';

const X25519MLKEM768 = 0x11ec;
const BROWSER = clientHello({
  ciphers: [0x1a1a, 0x1301, 0x1302, 0x1303, 0xc02b],
  extensions: [
    extension(0x2a2a, Buffer.alloc(0)),
    serverName('Www.Example.ORG'),
    alpn('h2', 'http/1.1'),
    groups(0x3a3a, X25519MLKEM768, 29, 23),
    pointFormats(0),
    signatureAlgorithms(0x0403, 0x0804),
    supportedVersions(0x4a4a, 0x0304, 0x0303),
    extension(0xfe0d, Buffer.alloc(40, 5)),
    keyShares([0x5a5a, 1], [X25519MLKEM768, 1216], [29, 32]),
    extension(21, Buffer.alloc(90)),
  ],
});

describe('a hello of a TLS client', () => {
  it('tells all that rules and detectors ask for', () => {
    const hello = parseTlsClientHello(records(BROWSER))!;
    assert.equal(hello.recordVersion, 0x0301);
    assert.equal(hello.version, 0x0303);
    assert.deepEqual(hello.supportedVersions, [0x4a4a, 0x0304, 0x0303]);
    assert.equal(hello.serverName, 'www.example.org');
    assert.deepEqual(hello.alpn, ['h2', 'http/1.1']);
    assert.deepEqual(hello.groups, [0x3a3a, X25519MLKEM768, 29, 23]);
    assert.deepEqual(hello.pointFormats, [0]);
    assert.deepEqual(hello.signatureAlgorithms, [0x0403, 0x0804]);
    assert.deepEqual(hello.keyShares, [0x5a5a, X25519MLKEM768, 29]);
    assert.deepEqual(hello.extensions, [0x2a2a, 0, 16, 10, 11, 13, 43, 0xfe0d, 51, 21]);
    assert.equal(hello.hasEncryptedHello, true);
    assert.equal(hello.isCut, undefined);
    assert.equal(hello.ja3.text, '771,4865-4866-4867-49195,0-16-10-11-13-43-65037-51-21,4588-29-23,0');
    assert.match(hello.ja4, /^t13d0409h2_[0-9a-f]{12}_[0-9a-f]{12}$/);
  });

  it('is the same over any number of records', () => {
    const whole = { ...parseTlsClientHello(records(BROWSER))! };
    fc.assert(
      fc.property(fc.integer({ min: 40, max: BROWSER.length }), (fragment) => {
        assert.deepEqual(parseTlsClientHello(records(BROWSER, fragment)), whole);
      }),
    );
  });

  it('is told as far as it was seen when its second segment is missing', () => {
    const whole = parseTlsClientHello(records(BROWSER))!;
    const stream = records(BROWSER);
    for (let length = 0; length < stream.length; length++) {
      const hello = parseTlsClientHello(stream.subarray(0, length));
      if (hello === undefined) {
        assert.ok(length < 80, `${length} bytes are enough for a hello`);
        continue;
      }
      assert.equal(hello.isCut, true);
      assert.deepEqual(hello.ciphers, whole.ciphers.slice(0, hello.ciphers.length));
      assert.deepEqual(hello.extensions, whole.extensions.slice(0, hello.extensions.length));
      assert.ok(hello.serverName === undefined || hello.serverName === whole.serverName);
      assert.ok(hello.ja4 === '' || hello.ja4 === whole.ja4, `wrong JA4 of ${length} bytes`);
      assert.ok(hello.ja3.hash === '' || hello.ja3.hash === whole.ja3.hash, `wrong JA3 of ${length} bytes`);
    }
  });

  it('has its fingerprints though its padding was cut', () => {
    const stream = records(BROWSER);
    const hello = parseTlsClientHello(stream.subarray(0, stream.length - 50))!;
    assert.equal(hello.isCut, true);
    assert.equal(hello.ja4, parseTlsClientHello(stream)!.ja4);
  });

  it('may have no extensions', () => {
    const hello = parseTlsClientHello(records(clientHello({ version: 0x0300, ciphers: [4, 5] }), 9999, 0x0300))!;
    assert.equal(hello.ja3.text, '768,4-5,,,');
    assert.equal(hello.ja4.slice(0, 10), 'ts3i020000');
  });

  it('is not what has lengths that cannot be, another message, or another version', () => {
    assert.equal(parseTlsClientHello(records(clientHello({ sessionId: Buffer.alloc(33) }))), undefined);
    assert.equal(parseTlsClientHello(records(clientHello({ ciphers: [] }))), undefined);
    assert.equal(parseTlsClientHello(records(clientHello({ version: 0x0203 }))), undefined);
    const other = Buffer.from(records(BROWSER));
    other[5] = 2;
    assert.equal(parseTlsClientHello(other), undefined);
    assert.equal(parseTlsClientHello(Buffer.from('GET / HTTP/1.1\r\n\r\n')), undefined);
  });

  it('of SSL 2.0 has no fingerprints, and ciphers of three bytes', () => {
    const ciphers = '0000350000050700c0030080';
    const challenge = '0102030405060708090a0b0c0d0e0f10';
    const stream = Buffer.from(`8025010301000c00000010${ciphers}${challenge}`, 'hex');
    const hello = parseTlsClientHello(stream)!;
    assert.equal(hello.recordVersion, 2);
    assert.equal(hello.version, 0x0301);
    assert.deepEqual(hello.ciphers, [0x35, 0x05, 0x0700c0, 0x030080]);
    assert.equal(hello.ja4, '');
    assert.equal(parseTlsClientHello(stream.subarray(0, 20)), undefined, 'its ciphers are cut');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alpn, clientHello, extension, records, serverHello, u16 } from '../testing/tls-writer.ts';
import { mayBecomeTls, parseTls } from './parse-tls.ts';

const record = (hex: string) => parseTls(Buffer.from(hex, 'hex'));

describe('the beginning of a TLS stream', () => {
  it('is a hello of either end', () => {
    assert.equal(parseTls(records(clientHello()))[0]?.message, 'client-hello');
    const extensions = [extension(43, u16(0x0304)), alpn('h2')];
    const [hello] = parseTls(records(serverHello(0x0303, 0x1301, extensions)));
    assert.ok(hello?.message === 'server-hello');
    assert.equal(hello.version, 0x0304);
    assert.equal(hello.cipher, 0x1301);
    assert.deepEqual(hello.alpn, ['h2']);
    assert.equal(hello.ja3s.text, '771,4865,43-16');
  });

  it('is a refusal: an alert that says why', () => {
    assert.deepEqual(record('15030300020228'), [
      { protocol: 'tls', message: 'record', contentType: 21, recordVersion: 0x0303, alert: 40 },
    ]);
  });

  it('is data of a connection that was open before', () => {
    const [found] = record('1703030003aabbcc1703030002dd');
    assert.ok(found?.message === 'record' && found.contentType === 23 && found.alert === undefined);
  });

  it('of a hello that is cut within its ciphers is a record for the time being', () => {
    const [found] = parseTls(records(clientHello()).subarray(0, 30));
    assert.ok(found?.message === 'record' && found.isCut === true && found.contentType === 22);
  });

  it('is nothing when the next record is none', () => {
    assert.deepEqual(record('1703030003aabbcc00'), []);
    assert.deepEqual(record('1703030000'), []);
    assert.deepEqual(record('17030500010000'), []);
    assert.deepEqual(record('1603014901ff'), []);
  });

  it('may become TLS while it is shorter than the header of a record', () => {
    assert.equal(mayBecomeTls(Buffer.of(0x16, 3, 1)), true);
    assert.equal(mayBecomeTls(Buffer.of(0x16, 2)), false);
    assert.equal(mayBecomeTls(Buffer.of(0x47)), false);
  });

  it('tells nothing of the fingerprint of a server whose extensions are cut', () => {
    const stream = records(serverHello(0x0303, 0x1301, [extension(43, u16(0x0304)), alpn('h2')]));
    const [hello] = parseTls(stream.subarray(0, stream.length - 6));
    assert.ok(hello?.message === 'server-hello');
    assert.equal(hello.ja3s.hash, '');
  });
});

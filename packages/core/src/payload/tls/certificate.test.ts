import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { certificates, records, serverHello } from '../testing/tls-writer.ts';
import { readCertificate } from './certificate.ts';
import { parseTlsServer } from './server-messages.ts';

const ROOTS = rootCertificates.map((pem) => new X509Certificate(pem));

/** Common names of OpenSSL's text, which escapes what is not ASCII; so only those without an escape are compared. */
const commonNames = (text: string): string[] =>
  [...text.matchAll(/^CN=(.*)$/gm)].map(([, name]) => name!).filter((name) => !name.includes('\\'));

/** Text is told byte by byte. */
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('a certificate', () => {
  it('is read as OpenSSL reads it, for every authority that Node.js trusts', () => {
    assert.ok(ROOTS.length > 100);
    for (const root of ROOTS) {
      const found = readCertificate(root.raw)!;
      assert.equal(found.serial.replaceAll(':', '').replace(/^00(?=.)/, ''), root.serialNumber.padStart(2, '0'));
      assert.equal(found.notBeforeMs, Date.parse(root.validFrom));
      assert.equal(found.notAfterMs, Date.parse(root.validTo));
      assert.equal(found.sha1, root.fingerprint.replaceAll(':', '').toLowerCase());
      assert.equal(found.sha256, root.fingerprint256.replaceAll(':', '').toLowerCase());
      for (const name of commonNames(root.subject))
        assert.ok(found.subject.includes(`CN=${latin1(name)}`), found.subject);
      assert.equal(
        found.subject.split(', ').filter((part) => part.startsWith('C=')).length,
        root.subject.match(/^C=/gm)?.length ?? 0,
      );
    }
  });

  it('is nothing when a byte of it is missing, and nothing worse when one is wrong', () => {
    const der = ROOTS[0]!.raw;
    for (let length = 0; length < der.length; length++)
      assert.equal(readCertificate(der.subarray(0, length)), undefined);
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), (at, value) => {
        const wrong = Buffer.from(der);
        wrong[at] = value;
        const found = readCertificate(wrong);
        assert.ok(found === undefined || found.sha256.length === 64);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the certificates of a server', () => {
  const chain = ROOTS.slice(0, 3).map(({ raw }) => raw);
  const stream = records(Buffer.concat([serverHello(0x0303, 0xc02f, []), certificates(chain)]), 1400);

  it('follow its hello, in their order', () => {
    const [hello, certificate] = parseTlsServer(stream)!.facts;
    assert.equal(hello!.message, 'server-hello');
    assert.ok(certificate?.message === 'certificate');
    assert.deepEqual(
      certificate.chain.map(({ der }) => Buffer.from(der)),
      chain,
    );
    assert.equal(certificate.isCut, false);
  });

  it('are told as far as they were sampled', () => {
    const length = chain[0]!.length + chain[1]!.length + 200;
    const server = parseTlsServer(stream.subarray(0, length))!;
    const certificate = server.facts[1]!;
    assert.ok(certificate.message === 'certificate');
    assert.equal(certificate.isCut, true);
    assert.equal(certificate.chain.length, 2);
    assert.equal(server.isOpen, true);
  });
});

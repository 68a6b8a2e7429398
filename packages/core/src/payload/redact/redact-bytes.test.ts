import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesOf, fromHex, joined } from '../testing/bytes.ts';
import { captured, noCorpus } from '../testing/captured.ts';
import { frame, HTTP2_PREFACE } from '../testing/http2-frames.ts';
import { mutate } from '../testing/mutate.ts';
import { Random } from '../testing/random.ts';
import { SEEDS } from '../testing/seeds.ts';
import { redactBytes } from './redact-bytes.ts';

const redacted = (text: string): string => Buffer.from(redactBytes(bytesOf(text))).toString('latin1');

/** Asserts that exactly what stands between « and » is masked. */
function masks(marked: string): void {
  const plain = marked.replaceAll(/[«»]/g, '');
  const expected = marked.replaceAll(/«([^»]*)»/gs, (_, secret: string) => 'x'.repeat(secret.length));
  assert.equal(redacted(plain), expected);
}

describe('redactBytes', () => {
  it('masks credentials, sessions, queries and userinfo of HTTP, and nothing else', () => {
    masks(
      'GET /login?«user=a&pw=b» HTTP/1.1\r\nHost: x.example\r\nAuthorization: Basic «dXNlcjpwYXNz»\r\n' +
        'Proxy-authorization: «abc»\r\nCOOKIE: «a=b; c=d»\r\nX-Api-Key: «k»\r\nX-Amz-Security-Token:«t»\r\n' +
        'Referer: https://«me:secret»@x.example/a?«b=c»\r\nUser-Agent: curl/8 (why?)\r\n\r\nbody',
    );
    masks('HTTP/1.1 302 Found\r\nSet-Cookie: «sid=1; Secure»\r\nLocation: /next?«code=5»\r\nServer: x\r\n\r\n');
  });

  it('masks the lines that continue a secret', () => {
    masks('GET / HTTP/1.1\r\nCookie: «a=b»\r\n« c=d»\r\n«\te=f»\r\nAccept: a\r\n b\r\n\r\n');
  });

  it('masks forms, and what JSON calls a password', () => {
    const head = 'POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n';
    masks(`${head}«a=b&c=d\r\n»GET / HTTP/1.1\r\n\r\n`);
    masks('POST / HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"user": "me", "password": "«a\\"b»", "x": 1}');
    masks('x=1&client_secret=«abc»&y=2&pass=«d»&compass=n');
    masks('[default]\naws_secret_access_key = «abc/d»\nregion = eu\n');
    masks('{"id":1,"params":{"login":"wallet","pass":"«x»"}}\n');
    masks('-----BEGIN RSA PRIVATE KEY-----\n«MIIB»\n«abc=»\n-----END RSA PRIVATE KEY-----\nrest\n');
  });

  it('masks what commands give away', () => {
    masks('USER me\r\nPASS «se cret»\r\nACCT «x»\r\nSYST\r\n');
    masks('EHLO x\r\nAUTH PLAIN «AG1lAHB3»\r\nMAIL FROM:<a@b>\r\n');
    masks('AUTH LOGIN\r\n«bWU=»\r\n«cHc=»\r\nMAIL FROM:<a@b>\r\n');
    masks('AUTH TLS\r\nUSER me\r\n');
    masks('a1 LOGIN me «secret»\r\na2 AUTHENTICATE PLAIN\r\n«AG1lAHB3»\r\n');
    masks('APOP me «c4c9334bac560ecc979e58001b3e22fb»\r\n');
    masks('NICK bot\r\nPRIVMSG NickServ :IDENTIFY «pw»\r\nOPER «me pw»\r\n');
    masks('AUTH «secret»\r\nGET key\r\n');
  });

  it("masks arguments in Redis' protocol by their length", () => {
    masks('*2\r\n$4\r\nAUTH\r\n$8\r\n«se\r\ncret»\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n');
    masks('*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nauth\r\n$2\r\n«me»\r\n$2\r\n«pw»\r\n*1\r\n$4\r\nPING\r\n');
    masks('*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$11\r\nrequirepass\r\n$2\r\n«pw»\r\n');
    masks('*2\r\n$4\r\nAUTH\r\n$999\r\n«cut»');
  });

  it('masks secrets of protocols without lines', () => {
    masks('0\x0e\x02\x01\x01`\x09\x02\x01\x03\x04\x00\x80\x02«pw»');
    masks('0\x13\x02\x01\x01\x04\x06«public»\xa1\x06\x02\x01\x01\x02\x01\x00');
    masks('\x05\x01\x02\x01\x02me\x02«pw»');
    masks('\x10\x16\x00\x04MQTT\x04\xc2\x00\x3c\x00\x02id«\x00\x02me\x00\x02pw»');
    masks('\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02id');
    masks('\0\0\0\x10\0\x03\0\0user\0me\0p\0\0\0\x07«pw\0»');
    const block = fromHex('82 84 40 01 78 01 79');
    const stream = joined(HTTP2_PREFACE, frame(4, 0, 0, new Uint8Array(0)), frame(1, 5, 1, block));
    const masked = joined(stream.subarray(0, -block.length), new Uint8Array(block.length).fill(0x78));
    assert.deepEqual(redactBytes(stream), masked);
  });

  it('takes the first line after a gap for a secret', () => {
    const middle = redactBytes(bytesOf('c=d; e=f\r\nHost: x\r\n'), { isMiddle: true });
    assert.equal(Buffer.from(middle).toString('latin1'), 'xxxxxxxxx\nHost: x\r\n');
    assert.deepEqual(redactBytes(bytesOf('no end'), { isMiddle: true }), bytesOf('xxxxxx'));
  });

  it('keeps length and place, does not touch the sample, and never throws', () => {
    const random = new Random(3);
    for (let count = 0; count < 5000; count++) {
      const bytes = mutate(random.pick(SEEDS).bytes, random, random.pick(SEEDS).bytes);
      const before = new Uint8Array(bytes);
      const once = redactBytes(bytes);
      assert.ok(bytes.every((byte, at) => byte === before[at]));
      assert.equal(once.length, bytes.length);
      for (const [at, byte] of once.entries()) assert.ok(byte === bytes[at] || byte === 0x78);
    }
  });

  it('leaves no cookie and no password of real traffic', { skip: noCorpus }, () => {
    const http = captured('benign/arkime_http_post_upload.pcap').find(({ toServer }) => toServer)!;
    assert.ok(Buffer.from(http.bytes).includes('JSESSIONID='));
    assert.ok(!Buffer.from(redactBytes(http.bytes)).includes('JSESSIONID='));
    const guesses = captured('bruteforce/zeek_ftp_brute.pcap').filter(({ toServer }) => toServer);
    assert.ok(guesses.some(({ bytes }) => /^PASS [^x\r]/m.test(Buffer.from(bytes).toString('latin1'))));
    for (const { bytes } of guesses)
      assert.doesNotMatch(Buffer.from(redactBytes(bytes)).toString('latin1'), /^PASS [^x\r]/m);
  });
});

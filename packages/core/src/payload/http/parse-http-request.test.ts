import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HttpRequest } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { bytesOf } from '../testing/bytes.ts';
import { captured, noCorpus } from '../testing/captured.ts';
import { parseHttpRequest, parseHttpRequests } from './parse-http-request.ts';

function parse(text: string): HttpRequest {
  const request = parseHttpRequest(bytesOf(text));
  assert.ok(request, text);
  return request;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('parseHttpRequest', () => {
  it('reads a head and leaves the body as it was sent', () => {
    const head = 'POST /a?b=c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const request = parse(`${head}5\r\nhello\r\n0\r\n\r\n`);
    assert.deepEqual([request.method, request.target, request.version], ['POST', '/a?b=c', 'HTTP/1.1']);
    assert.deepEqual(request.headers, [
      ['Host', 'x'],
      ['Transfer-Encoding', 'chunked'],
    ]);
    assert.equal(text(request.head), head);
    assert.equal(text(request.body), '5\r\nhello\r\n0\r\n\r\n');
    assert.equal(request.isComplete, true);
  });

  it('takes bare line feeds, names in any case, values without space, and joins folded lines', () => {
    const { headers } = parse('get / HTTP/1.0\nhOsT:x\nX-Fold: one\r\n\ttwo\n   three\r\nNo-Colon\nSpace : v \n\n');
    assert.deepEqual(headers, [
      ['hOsT', 'x'],
      ['X-Fold', 'one two three'],
      ['No-Colon', ''],
      ['Space', 'v'],
    ]);
  });

  it('takes made-up methods and odd targets when the version says that it is HTTP', () => {
    assert.deepEqual([parse('FROB x HTTP/1.1\r\n\r\n').method, parse('FROB x HTTP/1.1\r\n\r\n').target], ['FROB', 'x']);
    assert.equal(parse('GET /a b\tc http/1.1 \r\n\r\n').target, '/a b\tc');
    assert.equal(parse('GET  /  HTTP/9.9\r\n\r\n').version, 'HTTP/9.9');
    assert.equal(parse('CONNECT example.org:443 HTTP/1.1\r\n\r\n').target, 'example.org:443');
    assert.equal(parse('\r\n\nGET / HTTP/1.1\r\n\r\n').target, '/');
  });

  it('takes a line without a version for HTTP when its method and target are', () => {
    assert.deepEqual([parse('GET /x\r\n').version, parse('GET /x\r\n').isComplete], ['', true]);
    assert.deepEqual(parse('GET /x\r\nHost: y\r\n\r\n').headers, [['Host', 'y']]);
    for (const no of [
      'GET x\r\n',
      'get key\r\n',
      'FROB /x\r\n',
      'OPTIONS rtsp://x RTSP/1.0\r\n',
      'OPTIONS sip:x SIP/2.0\r\n',
    ])
      assert.equal(parseHttpRequest(bytesOf(no)), undefined, no);
  });

  it('says what is not there yet, and the same head in full when the next segment is', () => {
    const whole = 'GET /a/long/path?x=y HTTP/1.1\r\nHost: example.org\r\nUser-Agent: curl/8\r\n\r\n';
    for (let length = 5; length < whole.length; length++) {
      const part = parse(whole.slice(0, length));
      assert.equal(part.isComplete, false, String(length));
      assert.equal(text(part.head), whole.slice(0, length));
      assert.ok(parse(whole).target.startsWith(part.target), part.target);
    }
    assert.equal(parse(whole).isComplete, true);
    assert.equal(parse('GET /a HTTP/1.1\r\nHost: x\r\nUser-Ag').headers.length, 1);
  });

  it('is not HTTP: no token, no space soon, the preface of HTTP/2, a response, bytes', () => {
    const no = [
      '',
      'G',
      'GET',
      'GE\0T / HTTP/1.1\r\n',
      `${'A'.repeat(40)} / HTTP/1.1\r\n`,
      'PRI * HTTP/2.0\r\n\r\nSM',
      'HTTP/1.1 200 OK\r\n\r\n',
    ];
    for (const line of no) assert.equal(parseHttpRequest(bytesOf(line)), undefined, line);
  });

  it('keeps as many fields as the limit, and finds the end of a head that has more', () => {
    const many = `GET / HTTP/1.1\r\n${'a:b\r\n'.repeat(5000)}\r\nbody`;
    const request = parse(many);
    assert.equal(request.headers.length, PAYLOAD_LIMITS.httpHeaders);
    assert.deepEqual([request.isComplete, text(request.body)], [true, 'body']);
    const endless = parse(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(20_000)}\r\n`);
    assert.deepEqual([endless.isComplete, endless.head.length], [false, PAYLOAD_LIMITS.httpHeadBytes]);
    assert.equal(parseHttpRequest(bytesOf(`GET /${'a'.repeat(PAYLOAD_LIMITS.lineBytes)} HTTP/1.1\r\n\r\n`)), undefined);
  });
});

describe('parseHttpRequests', () => {
  const requests = (stream: string): [string, string][] =>
    parseHttpRequests(bytesOf(stream)).map(({ target, body }) => [target, text(body)]);

  it('reads requests that follow one another, each with its own body', () => {
    const stream = 'GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /3 HTTP/1.1\r\n\r\nrest';
    assert.deepEqual(requests(stream), [
      ['/1', ''],
      ['/2', 'hi'],
      ['/3', 'rest'],
    ]);
  });

  it('leaves what follows to the body where nobody can know its length', () => {
    const chunked = 'POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nGET /2 HTTP/1.1\r\n\r\n';
    assert.deepEqual(requests(chunked), [['/1', 'GET /2 HTTP/1.1\r\n\r\n']]);
    const wrong = 'POST /1 HTTP/1.1\r\nContent-Length: 0x2\r\n\r\nGET /2 HTTP/1.1\r\n\r\n';
    assert.equal(requests(wrong).length, 1);
    assert.equal(requests('GET / HTTP/1.1\r\n\r\n'.repeat(40)).length, PAYLOAD_LIMITS.httpMessagesOfStream);
  });

  it('reads those of a real browser on a kept connection', { skip: noCorpus }, () => {
    const stream = captured('benign/arkime_http_post_upload.pcap').find(({ toServer }) => toServer)!;
    const read = parseHttpRequests(stream.bytes);
    assert.deepEqual(
      read.slice(0, 3).map(({ method, target }) => `${method} ${target}`),
      ['GET /fileupload/', 'GET /fileupload/', 'POST /fileupload/servlet/UploadHandleServlet'],
    );
    assert.ok(read.every(({ isComplete }) => isComplete));
  });

  it('shows what Log4Shell sends', { skip: noCorpus }, () => {
    const streams = captured('malware/log4j_ndpi.pcap').filter(
      ({ toServer, transport }) => toServer && transport === 'TCP',
    );
    const fields = streams.flatMap(({ bytes }) => parseHttpRequests(bytes)).flatMap(({ headers }) => headers);
    assert.ok(
      fields.some(([, value]) => value.includes('${jndi:')) ||
        streams.some(({ bytes }) => text(bytes).includes('jndi')),
    );
  });
});

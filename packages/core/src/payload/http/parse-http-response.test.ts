import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesOf, joined } from '../testing/bytes.ts';
import { captured, noCorpus } from '../testing/captured.ts';
import { frame } from '../testing/http2-frames.ts';
import { parseHttp } from './parse-http.ts';
import { parseHttpResponse, parseHttpResponses } from './parse-http-response.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('parseHttpResponse', () => {
  it('reads status, reason, fields and body', () => {
    const response = parseHttpResponse(bytesOf('HTTP/1.1 404 Not  Found\r\nServer: x\r\n\r\ngone'))!;
    assert.deepEqual([response.version, response.status, response.reason], ['HTTP/1.1', 404, 'Not  Found']);
    assert.deepEqual([response.headers, text(response.body), response.isComplete], [[['Server', 'x']], 'gone', true]);
  });

  it('does without a reason, and with a head that is not whole', () => {
    assert.equal(parseHttpResponse(bytesOf('HTTP/1.0 200\n\n'))?.reason, '');
    assert.equal(parseHttpResponse(bytesOf('HTTP/1.1 200'))?.isComplete, false);
    assert.deepEqual(parseHttpResponse(bytesOf('HTTP/1.1 200 OK\r\nA: b\r\nC'))?.headers, [['A', 'b']]);
  });

  it('is no response: another protocol, a status that is none', () => {
    for (const no of [
      'HTTP/1.1 20',
      'HTTP/1.1 2000 OK\r\n',
      'HTTP/x 200 OK\r\n',
      'ICY 200 OK\r\n\r\n',
      'SIP/2.0 200 OK\r\n',
    ])
      assert.equal(parseHttpResponse(bytesOf(no)), undefined, no);
  });

  it('reads responses that follow one another', () => {
    const stream =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-length: 2\r\n\r\nhiHTTP/1.1 304 Not Modified\r\n\r\n';
    assert.deepEqual(
      parseHttpResponses(bytesOf(stream)).map(({ status, body }) => [status, text(body)]),
      [
        [100, ''],
        [200, 'hi'],
        [304, ''],
      ],
    );
    const closing = 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n';
    assert.equal(parseHttpResponses(bytesOf(closing)).length, 1);
  });

  it('reads those of real servers', { skip: noCorpus }, () => {
    const streams = captured('benign/ndpi_1kxun.pcap').filter(
      ({ transport, sourcePort }) => transport === 'TCP' && sourcePort === 80,
    );
    const read = streams.flatMap(({ bytes }) => parseHttpResponses(bytes));
    assert.ok(read.length >= streams.length - 1 && streams.length > 10);
    assert.ok(read.every(({ status }) => status >= 100 && status < 600));
  });
});

describe('parseHttp', () => {
  it('goes on with HTTP/2 where the connection was upgraded', () => {
    const answer = bytesOf('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n');
    const stream = joined(answer, frame(4, 0, 0, new Uint8Array(0)), frame(1, 4, 1, Uint8Array.of(0x88)));
    const messages = parseHttp(stream).map(({ protocol, message }) => `${protocol} ${message}`);
    assert.deepEqual(messages, ['http response', 'http2 settings', 'http2 response']);
  });
});

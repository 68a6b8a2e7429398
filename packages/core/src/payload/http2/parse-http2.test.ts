import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { describe, it } from 'node:test';
import type { Http2Facts } from '../facts.ts';
import { fromHex, joined } from '../testing/bytes.ts';
import { captured, noCorpus } from '../testing/captured.ts';
import { frame, HTTP2_PREFACE } from '../testing/http2-frames.ts';
import { parseHttp2 } from './parse-http2.ts';

const SETTINGS = frame(4, 0, 0, new Uint8Array(0));
const names = (facts: Http2Facts[]): string[] =>
  facts.map(({ message, headers }) => [message, ...headers.flat()].join(' '));

describe('parseHttp2', () => {
  it('reads requests through padding, priority and continuations', () => {
    const padded = frame(1, 0x8 | 0x20, 1, fromHex('02 00000000 10 82 86 0000'));
    const stream = joined(
      HTTP2_PREFACE,
      SETTINGS,
      padded,
      frame(9, 0, 1, fromHex('84 41')),
      frame(9, 4, 1, fromHex('01 78')),
    );
    const next = joined(frame(0, 1, 1, fromHex('8282')), frame(1, 4, 3, fromHex('82 be')));
    assert.deepEqual(names(parseHttp2(joined(stream, next))), [
      'settings',
      'request :method GET :scheme http :path / :authority x',
      'request :method GET :authority x',
    ]);
    assert.deepEqual(names(parseHttp2(stream.subarray(0, -12))), [
      'settings',
      'request :method GET :scheme http :path /',
    ]);
    const last = (bytes: Uint8Array): Http2Facts | undefined => parseHttp2(bytes).at(-1);
    assert.deepEqual([last(stream)?.isCut, last(stream.subarray(0, -12))?.isCut], [undefined, true]);
  });

  it('reads a server: pushed requests, responses, no trailers', () => {
    const push = frame(5, 4, 1, fromHex('00000002 82 84'));
    const stream = joined(SETTINGS, push, frame(1, 4, 1, fromHex('88')), frame(1, 5, 1, fromHex('0f 0d 01 30')));
    assert.deepEqual(names(parseHttp2(stream)), ['settings', 'request :method GET :path /', 'response :status 200']);
  });

  it('stops where frames are not as they must be', () => {
    const headers = frame(1, 0, 1, fromHex('82'));
    for (const wrong of [frame(0, 0, 1, fromHex('00')), frame(9, 4, 3, fromHex('84'))]) {
      assert.deepEqual(names(parseHttp2(joined(HTTP2_PREFACE, headers, wrong))), ['settings']);
    }
    assert.deepEqual(names(parseHttp2(joined(HTTP2_PREFACE, frame(1, 0xc, 1, fromHex('09 82'))))), ['settings']);
  });

  it('is not HTTP/2: no whole preface, a first frame that is not SETTINGS', () => {
    assert.deepEqual(parseHttp2(HTTP2_PREFACE.subarray(0, 20)), []);
    for (const no of [
      frame(4, 0, 1, new Uint8Array(0)),
      frame(4, 0, 0, new Uint8Array(5)),
      frame(1, 4, 1, fromHex('88')),
    ])
      assert.deepEqual(parseHttp2(no), []);
  });

  it("reads what node's own client and server say, all values alike", async () => {
    const values = {
      'x-all': Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join(''),
      'x-twice': 'same',
    };
    const { fromClient, fromServer } = await recorded(values, 3);
    const requests = parseHttp2(fromClient).filter(({ message }) => message === 'request');
    const responses = parseHttp2(fromServer).filter(({ message }) => message === 'response');
    assert.equal(requests.length, 3);
    assert.equal(responses.length, 3);
    for (const { headers } of [...requests, ...responses]) {
      const fields = Object.fromEntries(headers);
      for (const [name, value] of Object.entries(values)) assert.equal(fields[name], value);
    }
  });

  it('reads a real connection, its continuation too', { skip: noCorpus }, () => {
    const [client, server] = captured('benign/arkime_http2_nghttp2.pcap');
    const request = parseHttp2(client!.bytes)[1]!;
    assert.deepEqual(request.headers.slice(0, 4), [
      [':method', 'GET'],
      [':path', '/'],
      [':scheme', 'http'],
      [':authority', 'nghttp2.org'],
    ]);
    assert.ok(request.headers.some(([name, value]) => name === 'continuation-test-1' && value.length > 300));
    assert.ok(
      parseHttp2(server!.bytes).some(({ headers }) =>
        headers.some(([name, value]) => name === ':status' && value === '200'),
      ),
    );
  });
});

/** What a client and a server of node say in some requests, one after the other, recorded by a proxy between them. */
async function recorded(
  headers: Record<string, string>,
  count: number,
): Promise<{ fromClient: Uint8Array; fromServer: Uint8Array }> {
  const server = http2.createServer((_, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const said: [Buffer[], Buffer[]] = [[], []];
  const proxy = net.createServer((client) => {
    const upstream = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('data', (chunk) => said[0].push(chunk)).pipe(upstream);
    upstream.on('data', (chunk) => said[1].push(chunk)).pipe(client);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const session = http2.connect(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  for (let index = 0; index < count; index++) {
    const stream = session.request({ ':path': `/${index}`, ...headers });
    stream.resume();
    await once(stream, 'end');
  }
  session.close();
  await once(session, 'close');
  proxy.close();
  server.close();
  return { fromClient: Buffer.concat(said[0]), fromServer: Buffer.concat(said[1]) };
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ApiClient } from '../client/api-client.ts';
import { CliError } from '../failure/cli-error.ts';
import { sampleAlert } from '../testing/samples.ts';
import { fetchPcap } from './fetch-pcap.ts';

const FILE = Buffer.from([0xd4, 0xc3, 0xb2, 0xa1, 0x00, 0xff, 0x80]);
const { signal } = new AbortController();

async function withServer(status: number, work: (client: ApiClient, asked: string[]) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(url);
    if (url.includes('/pcap')) {
      assert.equal(headers.authorization, 'Bearer t');
      response.writeHead(status, { 'content-type': 'application/vnd.tcpdump.pcap' });
      response.end(
        status === 200 ? FILE : JSON.stringify({ title: 'Forbidden', detail: 'captures want the admin token' }),
      );
    } else response.end(JSON.stringify({ items: [sampleAlert({ id: '01J8ALERT' })] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await work(new ApiClient(new URL(`http://127.0.0.1:${port}`), { token: 't' }), asked);
  } finally {
    server.close();
  }
}

test('a capture goes byte by byte to where it is sent', async () => {
  await withServer(200, async (client, asked) => {
    const output = new PassThrough();
    await fetchPcap(async () => client, '01J8', signal, output);
    assert.deepEqual(output.read(), FILE);
    assert.equal(asked.at(-1), '/api/v1/alerts/01J8ALERT/pcap');
  });
});

test('it is never written to a terminal, and nobody is asked for it', async () => {
  const output = Object.assign(new PassThrough(), { isTTY: true });
  const connect = (): never => assert.fail('asked');
  await assert.rejects(fetchPcap(connect, '01J8', signal, output), (error: CliError) => {
    assert.equal(error.code, 'NG_ERR_CLI_USAGE');
    assert.match(error.hint ?? '', /netguard alerts pcap 01J8 > alert\.pcap/);
    return true;
  });
});

test('a token that may only read is told why', async () => {
  await withServer(403, async (client) => {
    await assert.rejects(
      fetchPcap(async () => client, '01J8', signal, new PassThrough()),
      (error: unknown) => {
        assert.ok(error instanceof CliError);
        assert.match(`${error.message} ${error.hint}`, /captures want the admin token.*admin token of this server/);
        return true;
      },
    );
  });
});

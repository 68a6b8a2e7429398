import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiClient } from '../client/api-client.ts';
import { ApiServer } from '../testing/api-server.ts';
import { sampleAlert, samplePod, sampleStatus } from '../testing/samples.ts';
import { fetchSnapshot } from './fetch-snapshot.ts';
import { runPlain } from './run-plain.ts';

async function run(api: ApiServer, format: 'table' | 'json', count: number): Promise<string> {
  let text = '';
  await runPlain({
    view: 'pods',
    format,
    intervalMs: 1,
    count,
    signal: new AbortController().signal,
    fetch: (view, signal) => fetchSnapshot(new ApiClient(api.url), view, 0, signal),
    write: async (more) => {
      text += more;
    },
  });
  return text;
}

async function server(): Promise<ApiServer> {
  return (await ApiServer.start())
    .json('/api/v1/status', sampleStatus())
    .json('/api/v1/alerts', { items: [sampleAlert()] })
    .json('/api/v1/pods', { items: [samplePod('web-1')] });
}

test('as many tables are printed as were asked for', async () => {
  await using api = await server();
  assert.equal((await run(api, 'table', 3)).match(/^POD /gm)?.length, 3);
});

test('JSON is a line a look', async () => {
  await using api = await server();
  const lines = (await run(api, 'json', 2)).trimEnd().split('\n');
  assert.equal(lines.length, 2);
  const { pods, alerts } = JSON.parse(lines[0] ?? '');
  assert.equal(pods[0].endpoint.pod, 'web-1');
  assert.equal(alerts[0].rule, 'syn-flood');
});

test('only the rows of the view are asked for', async () => {
  await using api = await server();
  await run(api, 'table', 1);
  assert.deepEqual(api.asked.map(({ path }) => path).toSorted(), ['/api/v1/alerts', '/api/v1/pods', '/api/v1/status']);
});

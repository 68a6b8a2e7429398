import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flow } from '@netguard/core';
import { ApiClient } from '../client/api-client.ts';
import { ApiServer } from '../testing/api-server.ts';
import { sampleFlow } from '../testing/samples.ts';
import { palette } from '../text/palette.ts';
import { FlowFilter } from './flow-filter.ts';
import { FlowPrinter } from './flow-printer.ts';
import { runObserve } from './run-observe.ts';
import { type SelectionFlags, selection } from './select-flows.ts';

const flowAt = (second: number): Flow => sampleFlow({ id: `f${second}`, time: `2026-11-25T00:00:0${second}.000Z` });

async function observe(api: ApiServer, flags: SelectionFlags, until: (lines: string[]) => boolean = () => false) {
  const stop = new AbortController();
  const lines: string[] = [];
  const notes: string[] = [];
  await runObserve({
    client: new ApiClient(api.url),
    filter: new FlowFilter(),
    printer: new FlowPrinter({
      output: 'json',
      timeFormat: 'StampMilli',
      numeric: false,
      nodeName: false,
      palette: palette({ colour: false }),
    }),
    selection: selection(flags),
    signal: stop.signal,
    write: async (text) => {
      for (const line of text.split('\n')) if (line) lines.push(JSON.parse(line).flow.uuid);
      if (until(lines)) stop.abort();
    },
    note: (text) => notes.push(text),
  });
  return { lines, notes };
}

test('the newest pages are enough for --last, and print oldest first', async () => {
  await using api = await ApiServer.start();
  api.on('/api/v1/flows', (_request, response, url) => {
    const page = url.searchParams.get('cursor')
      ? { items: [flowAt(1)] }
      : { items: [flowAt(3), flowAt(2)], nextCursor: 'older' };
    response.end(JSON.stringify(page));
  });
  assert.deepEqual((await observe(api, { last: 2 })).lines, ['f2', 'f3']);
  assert.equal(api.asked.length, 1);
  assert.deepEqual((await observe(api, { all: true })).lines, ['f1', 'f2', 'f3']);
});

test('the window is sent to the server as RFC 3339', async () => {
  await using api = await ApiServer.start();
  api.json('/api/v1/flows', { items: [] });
  await observe(api, { sinceMs: Date.parse('2026-11-25T00:00:00Z') });
  assert.equal(api.asked[0]?.query.get('since'), '2026-11-25T00:00:00.000Z');
});

test('following prints what was there, then what comes, nothing twice and nothing between lost', async () => {
  await using api = await ApiServer.start();
  const order: string[] = [];
  api.on('/api/v1/flows', (_request, response) => {
    order.push('list');
    response.end(JSON.stringify({ items: [flowAt(2), flowAt(1)] }));
  });
  api.on('/api/v1/stream', (_request, response) => {
    order.push('stream');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const second of [2, 3]) response.write(`event: flow\ndata: ${JSON.stringify(flowAt(second))}\n\n`);
    response.write('event: lost\ndata: {"source":"ring","count":5}\n\n');
    response.write(`event: flow\ndata: ${JSON.stringify(flowAt(4))}\n\n`);
  });
  const { lines, notes } = await observe(api, { follow: true, last: 20 }, (seen) => seen.includes('f4'));
  assert.deepEqual(lines, ['f1', 'f2', 'f3', 'f4']);
  assert.deepEqual(notes, ['5 events were lost in ring']);
  assert.deepEqual(order.toSorted(), ['list', 'stream']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiServer } from '../testing/api-server.ts';
import { sampleFlow } from '../testing/samples.ts';
import { ApiClient } from './api-client.ts';
import { followStream, type StreamEvent } from './follow-stream.ts';

const PAUSE = [1, 5] as const;

function flowEvent(id: string): string {
  return `id: ${id}\nevent: flow\ndata: ${JSON.stringify(sampleFlow({ id }))}\n\n`;
}

async function take(events: AsyncGenerator<StreamEvent>, count: number): Promise<StreamEvent[]> {
  const taken: StreamEvent[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

test('a broken stream is taken up again after the last event that was seen', async () => {
  await using api = await ApiServer.start();
  let connection = 0;
  api.on('/api/v1/stream', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(flowEvent(String(++connection)));
    if (connection < 3) response.end();
  });
  const stop = new AbortController();
  const breaks: (string | null)[] = [];
  const events = followStream(new ApiClient(api.url), ['flow'], {
    signal: stop.signal,
    pauseMs: PAUSE,
    onBreak: (why) => breaks.push(why),
  });
  const ids = (await take(events, 3)).map((event) => event.event === 'flow' && event.data.id);
  stop.abort();
  assert.deepEqual(ids, ['1', '2', '3']);
  assert.deepEqual(
    api.asked.map(({ headers }) => headers['last-event-id']),
    [undefined, '1', '2'],
  );
  assert.deepEqual(breaks, ['the server ended the stream', null, 'the server ended the stream', null]);
  assert.equal(api.asked[0]?.query.get('types'), 'flow');
});

test('what the first attempt meets is thrown: there is nothing to follow', async () => {
  const events = followStream(new ApiClient(new URL('http://127.0.0.1:1')), ['flow'], {
    signal: new AbortController().signal,
    pauseMs: PAUSE,
  });
  await assert.rejects(events.next(), { code: 'NG_ERR_CLI_UNREACHABLE' });
});

test('a token that is refused later ends it', async () => {
  await using api = await ApiServer.start();
  let connection = 0;
  api.on('/api/v1/stream', (_request, response) => {
    if (++connection > 1) response.writeHead(401).end('{"title":"Unauthorized"}');
    else response.writeHead(200).end(flowEvent('1'));
  });
  const events = followStream(new ApiClient(api.url), ['flow'], {
    signal: new AbortController().signal,
    pauseMs: PAUSE,
  });
  await events.next();
  await assert.rejects(events.next(), { code: 'NG_ERR_CLI_DENIED' });
});

test('aborting ends it without an error, also while nothing comes', async () => {
  await using api = await ApiServer.start();
  const stop = new AbortController();
  api.on('/api/v1/stream', (_request, response) => {
    response.writeHead(200).write(': heartbeat\n\n');
    setImmediate(() => stop.abort());
  });
  const events = followStream(new ApiClient(api.url), ['flow'], { signal: stop.signal, pauseMs: PAUSE });
  assert.deepEqual(await events.next(), { done: true, value: undefined });
});

test('events of a later version and broken lines are passed over', async () => {
  await using api = await ApiServer.start();
  api.on('/api/v1/stream', (_request, response) => {
    response.writeHead(200).write(`event: news\ndata: {}\n\nevent: flow\ndata: {\n\n${flowEvent('9')}`);
  });
  const stop = new AbortController();
  const [event] = await take(
    followStream(new ApiClient(api.url), ['flow'], { signal: stop.signal, pauseMs: PAUSE }),
    1,
  );
  stop.abort();
  assert.equal(event?.event === 'flow' && event.data.id, '9');
});

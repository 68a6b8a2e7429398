import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type IntelList, IntelLists } from '@netguard/core';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { createLogger, type Logger } from '../log.ts';
import { RecordingServer } from '../testing/recording-server.ts';
import { until } from '../testing/until.ts';
import { DaemonIntel } from './daemon-intel.ts';
import { loadIntelLists } from './load-list-files.ts';

let directory: string;
let logger: Logger;
const running: DaemonIntel[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-intel-'));
  logger = await createLogger({ level: 'error', format: 'json', output: { write: () => undefined } });
});
afterEach(() => {
  for (const intel of running.splice(0)) intel.close();
  rmSync(directory, { recursive: true, force: true });
});

type ListInput = { readonly name: string } & Readonly<Record<string, unknown>>;

function settings(lists: readonly ListInput[], allow: readonly string[] = []): Config['intel'] {
  const full = lists.map((list) => ({ format: 'plain', ...list }));
  return loadConfig({ flags: { intel: { lists: full, allow } } }).config.intel;
}

interface Started {
  readonly intel: DaemonIntel;
  readonly concerns: Map<string, string>;
  readonly clock: { ms: number };
  /** All lists that were published, the newest last. */
  readonly published: (readonly IntelList[])[];
  hits(ip: string): string | undefined;
}

function start(intelSettings: Config['intel']): Started {
  const concerns = new Map<string, string>();
  const clock = { ms: Date.now() };
  const intel = new DaemonIntel({
    stateDir: directory,
    state: { concerns, now: () => clock.ms },
    logger,
    version: '9',
    watching: { debounceMs: 1, pollMs: 20 },
    firstRetryMs: 5,
  });
  running.push(intel);
  const published: (readonly IntelList[])[] = [];
  published.push(intel.start(intelSettings, (lists) => void published.push(lists)));
  const hits = (ip: string): string | undefined => {
    const lookup = new IntelLists();
    lookup.set(published.at(-1) ?? []);
    return lookup.address(ip, 80, clock.ms)?.list;
  };
  return { intel, concerns, clock, published, hits };
}

function write(name: string, text: string): string {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
}

describe('lists of files', () => {
  test('are there at once, in memory that threads share, and follow their file', async () => {
    const file = write('a.txt', '203.0.113.7\n');
    const { hits, published, intel } = start(settings([{ name: 'a', file }]));
    assert.equal(hits('203.0.113.7'), 'a');
    assert.ok(published[0]?.[0]?.table.v4[0]?.words.keys.buffer instanceof SharedArrayBuffer);
    write('a.txt', '203.0.113.8\n');
    await until(() => hits('203.0.113.8') === 'a');
    assert.equal(hits('203.0.113.7'), undefined);
    assert.deepEqual(
      intel.figures().map(({ name, entries }) => [name, entries]),
      [['a', 1]],
    );
  });

  test('that become unreadable or another format stay as they were, and that is said', async () => {
    const file = write('a.txt', '203.0.113.7\n');
    const { hits, concerns, intel } = start(settings([{ name: 'a', file }]));
    write('a.txt', '<html>\n<body>\n');
    await until(() => concerns.has('intel a'));
    assert.equal(hits('203.0.113.7'), 'a');
    assert.match(concerns.get('intel a') ?? '', /has no entry; line 1 .* \(NG_ERR_INTEL_LIST\)/);
    assert.match(intel.views()[0]?.problem ?? '', /NG_ERR_INTEL_LIST/);
    write('a.txt', '203.0.113.9\n');
    await until(() => !concerns.has('intel a'));
  });

  test('that are missing or too large are no reason not to start', () => {
    const file = write('large.txt', '203.0.113.7\n'.repeat(200));
    const { concerns, published } = start(
      settings([
        { name: 'gone', file: join(directory, 'gone.txt') },
        { name: 'large', file, maxBytes: 1024 },
      ]),
    );
    assert.match(concerns.get('intel gone') ?? '', /there is none before it.*NG_ERR_INTEL_READ/);
    assert.match(concerns.get('intel large') ?? '', /more than maxBytes \(1024\)/);
    assert.deepEqual(
      published[0]?.map(({ name }) => name),
      ['intel.allow'],
    );
  });

  test('expire, and yield to intel.allow', () => {
    const file = write('a.txt', '203.0.113.7\n203.0.113.8\n');
    const { hits, clock, intel } = start(settings([{ name: 'a', file, expireAfterSeconds: 60 }], ['203.0.113.8']));
    assert.deepEqual([hits('203.0.113.7'), hits('203.0.113.8')], ['a', undefined]);
    assert.deepEqual(
      intel.test('203.0.113.8').hits.map(({ list }) => list),
      ['a', 'intel.allow'],
    );
    assert.deepEqual([intel.test('203.0.113.7').verdict?.list, intel.test('203.0.113.8').verdict], ['a', undefined]);
    clock.ms += 61_000;
    assert.equal(hits('203.0.113.7'), undefined);
    assert.equal(intel.views()[0]?.isExpired, true);
  });
});

describe('lists of URLs', () => {
  const CONTENT = '203.0.113.7 # report\n';

  test('are fetched, and then asked for only if there is a newer one; a restart begins with the copy on disk', async () => {
    await using server = await RecordingServer.listen();
    server.respond = ({ headers }, reply) => {
      if (headers['if-none-match'] === '"1"') reply.writeHead(304).end();
      else reply.writeHead(200, { etag: '"1"', 'last-modified': 'Wed, 25 Nov 2026 10:00:00 GMT' }).end(CONTENT);
    };
    const config = settings([{ name: 'net', url: `${server.url}/list.txt?key=1` }]);
    const first = start(config);
    await until(() => first.hits('203.0.113.7') === 'net' && existsSync(join(directory, 'intel/net.list')));
    first.intel.close();

    const second = start(config);
    assert.equal(second.hits('203.0.113.7'), 'net');
    assert.equal(server.got.length, 1);
    assert.equal(server.got[0]?.headers['user-agent'], 'netguard/9');
    assert.match(second.intel.views()[0]?.source ?? '', /list\.txt\?…$/);
  });

  test('that are unchanged count as successes, and keep a list from expiring', async () => {
    await using server = await RecordingServer.listen();
    server.respond = ({ headers }, reply) => {
      if (headers['if-modified-since'] !== undefined) reply.writeHead(304).end();
      else reply.writeHead(200, { 'last-modified': 'Wed, 25 Nov 2026 10:00:00 GMT' }).end(CONTENT);
    };
    const config = settings([{ name: 'net', url: server.url, refreshSeconds: 60, expireAfterSeconds: 120 }]);
    const first = start(config);
    await until(() => existsSync(join(directory, 'intel/net.list')));
    first.intel.close();
    const later = Date.now() + 100_000;
    const second = startAt(later, config);
    await until(
      () => server.got.length === 2 && second.intel.views()[0]?.lastSuccess === new Date(later).toISOString(),
    );
    assert.equal(server.got[1]?.headers['if-modified-since'], 'Wed, 25 Nov 2026 10:00:00 GMT');
    assert.equal(second.intel.views()[0]?.expiresAt, new Date(later + 120_000).toISOString());
  });

  test('are tried again after a failure, with the last good one in use meanwhile', async () => {
    await using server = await RecordingServer.listen();
    let answers = 0;
    server.respond = (_, reply) => {
      answers++;
      if (answers <= 2) reply.writeHead(500).end('no');
      else reply.writeHead(200).end(CONTENT);
    };
    const { hits, concerns } = start(settings([{ name: 'net', url: server.url }]));
    await until(() => concerns.has('intel net'));
    assert.match(
      concerns.get('intel net') ?? '',
      /fetching list net from http:.*it answered 500 \(NG_ERR_INTEL_FETCH\)/,
    );
    await until(() => hits('203.0.113.7') === 'net');
    assert.equal(concerns.size, 0);
  });

  for (const [what, respond, says] of [
    [
      'a redirect',
      (reply: Reply) => reply.writeHead(302, { location: 'http://127.0.0.1:1/x' }).end(),
      /302 and leads to .*not followed/,
    ],
    [
      'more than maxBytes',
      (reply: Reply) => reply.writeHead(200).end('203.0.113.7\n'.repeat(2000)),
      /larger than maxBytes/,
    ],
    [
      'a small answer that unpacks to more than that',
      (reply: Reply) =>
        reply.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('203.0.113.7\n'.repeat(100_000))),
      /larger than maxBytes/,
    ],
    ['an error page', (reply: Reply) => reply.writeHead(200).end('<!doctype html>\n<p>busy'), /has no entry/],
    [
      'an answer that is cut off',
      (reply: Reply) => reply.writeHead(200, { 'content-length': 500 }).write('203.0.113.7\n', () => reply.destroy()),
      /aborted|cut off|hang up/,
    ],
  ] as const) {
    test(`that give ${what} change nothing`, async () => {
      await using server = await RecordingServer.listen();
      server.respond = (_, reply) => void respond(reply);
      const { concerns, published } = start(settings([{ name: 'net', url: server.url, maxBytes: 1024 }]));
      await until(() => concerns.has('intel net'));
      assert.match(concerns.get('intel net') ?? '', says);
      assert.deepEqual(
        published.at(-1)?.map(({ name }) => name),
        ['intel.allow'],
      );
    });
  }

  test('are unpacked, and get the token of their file', async () => {
    await using server = await RecordingServer.listen();
    server.respond = (_, reply) => void reply.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(CONTENT));
    const { hits } = start(settings([{ name: 'net', url: server.url, tokenFile: write('token', 's3cret\n') }]));
    await until(() => hits('203.0.113.7') === 'net');
    assert.equal(server.got[0]?.headers.authorization, 'Bearer s3cret');
  });
});

test('changed settings begin anew, others go on, and what is gone leaves nothing behind', async () => {
  await using server = await RecordingServer.listen();
  server.respond = (_, reply) => void reply.writeHead(200).end('203.0.113.7\n');
  const file = write('a.txt', '203.0.113.8\n');
  const both = settings([
    { name: 'a', file },
    { name: 'net', url: server.url },
  ]);
  const { intel, hits, published } = start(both);
  await until(() => hits('203.0.113.7') === 'net' && existsSync(join(directory, 'intel/net.list')));
  intel.configure(both);
  assert.equal(server.got.length, 1);
  const [before] = published.at(-1)!;
  intel.configure(settings([{ name: 'a', file }]));
  assert.equal(published.at(-1)?.[0]?.table, before?.table);
  assert.deepEqual([hits('203.0.113.7'), hits('203.0.113.8')], [undefined, 'a']);
  assert.equal(existsSync(join(directory, 'intel/net.list')), false);
});

test('a configuration with two sources, no source, one name twice, or a token in the clear is refused', () => {
  const file = '/x';
  for (const [lists, says] of [
    [[{ name: 'a' }], /needs either url or file/],
    [[{ name: 'a', file, url: 'https://x.example/' }], /needs either url or file/],
    [
      [
        { name: 'a', file },
        { name: 'a', file },
      ],
      /name of another list/,
    ],
    [[{ name: 'a', url: 'http://x.example/', tokenFile: '/t' }], /use https/],
    [[{ name: 'A b', file }], /lower-case/],
  ] as const) {
    assert.throws(() => settings(lists), says);
  }
  assert.throws(() => settings([], ['0.0.0.0/0']), /intel\.allow\[0\] is wider/);
});

test('a replay takes files, and the last copy of URLs, and fetches nothing', async () => {
  await using server = await RecordingServer.listen();
  server.respond = (_, reply) => void reply.writeHead(200).end('203.0.113.7\n');
  const lists = [
    { name: 'a', file: write('a.txt', 'x.example\n') },
    { name: 'net', url: server.url },
  ];
  const config = { intel: settings(lists), stateDir: directory };
  assert.deepEqual(
    loadIntelLists(config).map(({ name }) => name),
    ['a', 'intel.allow'],
  );
  assert.equal(server.got.length, 0);
  start(config.intel);
  await until(() => existsSync(join(directory, 'intel/net.list')));
  assert.deepEqual(
    loadIntelLists(config).map(({ name }) => name),
    ['a', 'net', 'intel.allow'],
  );
});

type Reply = Parameters<RecordingServer['respond']>[1];

function startAt(ms: number, intelSettings: Config['intel']) {
  const intel = new DaemonIntel({
    stateDir: directory,
    state: { concerns: new Map(), now: () => ms },
    logger,
    version: '9',
  });
  running.push(intel);
  intel.start(intelSettings, () => undefined);
  return { intel };
}

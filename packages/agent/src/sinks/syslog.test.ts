import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { HOSTILE, hostileAlert, notification, ORIGIN, sinkSettings } from '../testing/sinks.ts';
import { tlsPairs } from '../testing/tls-pairs.ts';
import { SyslogSink } from './syslog.ts';
import { syslogMessage } from './syslog-message.ts';

const never = () => AbortSignal.timeout(30_000);
const sinkWith = (settings: object) => new SyslogSink(sinkSettings('syslog', settings), ORIGIN);
const message = (...args: Parameters<typeof notification>) =>
  syslogMessage(notification(...args), 'local0', 'netguard', ORIGIN);

/** A strict reader of RFC 5424 with one element of structured data. */
function parseMessage(text: string) {
  const header =
    /^<(\d{1,3})>1 (\S+) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) \[([^ =\]"]{1,32})/.exec(
      text,
    );
  assert.ok(header, text.slice(0, 200));
  let rest = text.slice(header[0].length);
  const values: Record<string, string> = {};
  for (let match = nextValue(rest); match !== null; match = nextValue(rest)) {
    values[match[1] ?? ''] = (match[2] ?? '').replace(/\\(["\\\]])/g, '$1');
    rest = rest.slice(match[0].length);
  }
  assert.ok(rest.startsWith('] '), rest.slice(0, 80));
  const [, priority, time, host, app, , id, element] = header;
  return { priority: Number(priority), time, host, app, id, element, values, text: rest.slice(2) };
}

function nextValue(text: string): RegExpExecArray | null {
  return /^ ([^ =\]"]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/u.exec(text);
}

test('a message has its header, the structured data, and words', () => {
  const read = parseMessage(message());
  assert.deepEqual(
    [read.priority, read.time, read.host, read.app, read.id, read.element],
    [16 * 8 + 3, '2026-01-31T12:00:00.500Z', 'node-1', 'netguard', 'syn-flood', 'netguard@32473'],
  );
  const { kind, severity, target, targetNamespace, observed } = read.values;
  assert.deepEqual(
    [kind, severity, target, targetNamespace, observed],
    ['opened', 'high', 'shop/web-1 (10.1.0.1)', 'shop', '5000'],
  );
  assert.match(read.text, /^SYN flood on shop\/web \(rule=/);
});

test('priorities are facility and severity; the end of an alert is information', () => {
  const of = (...args: Parameters<typeof notification>) => parseMessage(message(...args)).priority % 8;
  assert.deepEqual(
    [
      of('opened', { severity: 'critical' }),
      of('opened', { severity: 'medium' }),
      of('opened', { severity: 'low' }),
      of('resolved'),
    ],
    [2, 4, 5, 6],
  );
});

test('eve and ocsf stand in the text as JSON', () => {
  for (const format of ['eve', 'ocsf'] as const) {
    const { text } = parseMessage(syslogMessage(notification(), 'auth', format, ORIGIN));
    assert.equal(typeof JSON.parse(text), 'object');
  }
});

for (const [index, hostile] of HOSTILE.entries()) {
  test(`hostile text ${index} neither ends a message nor leaves its value`, () => {
    const origin = { ...ORIGIN, node: hostile };
    const text = syslogMessage(
      notification('opened', { ...hostileAlert(hostile), rule: hostile }),
      'local0',
      'netguard',
      origin,
    );
    assert.doesNotMatch(text, /\p{Cc}/u);
    const { values, id, host } = parseMessage(text);
    assert.ok(id && host && id.length <= 32 && host.length <= 255);
    assert.equal(
      values.unit,
      hostile
        .slice(0, 300)
        .toWellFormed()
        .replace(/\p{Cc}/gu, ' '),
    );
    assert.equal(values.severity, 'high', 'no forged value comes after ours');
    assert.ok(Buffer.byteLength(text) < 20_000);
  });
}

test('UDP: one datagram a message, cut at 2048 bytes and never inside a character', async () => {
  const receiver = createSocket('udp4').bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  try {
    const sink = sinkWith({ address: `127.0.0.1:${receiver.address().port}` });
    const got = once(receiver, 'message') as Promise<[Buffer]>;
    await sink.send([notification('opened', hostileAlert('漢'.repeat(3000)))], never());
    const [bytes] = await got;
    assert.ok(bytes.length > 2040 && bytes.length <= 2048, String(bytes.length));
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } finally {
    receiver.close();
  }
});

async function streamed(server: Server, settings: object): Promise<string[]> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const received = new Promise<Buffer>((resolve) =>
    server.once(
      server.constructor.name === 'Server' && 'setSecureContext' in server ? 'secureConnection' : 'connection',
      (socket: Socket) => resolve(buffer(socket)),
    ),
  );
  try {
    const { port } = server.address() as AddressInfo;
    await sinkWith({ address: `localhost:${port}`, ...settings }).send(
      [notification(), notification('resolved')],
      never(),
    );
    return frames(await received);
  } finally {
    server.close();
  }
}

/** Messages of RFC 6587 with counted octets. */
function frames(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(' ', at);
    const length = Number(bytes.toString('latin1', at, space));
    assert.ok(length > 0 && space + 1 + length <= bytes.length);
    found.push(bytes.toString('utf8', space + 1, space + 1 + length));
    at = space + 1 + length;
  }
  return found;
}

test('TCP: octets are counted, a batch shares a connection', async () => {
  const messages = await streamed(createServer({ allowHalfOpen: false }), { transport: 'tcp' });
  assert.deepEqual(
    messages.map((one) => parseMessage(one).values.kind),
    ['opened', 'resolved'],
  );
});

test('TLS: the same, to whom the CA file knows', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'netguard-syslog-'));
  try {
    const tlsCaFile = join(directory, 'ca.pem');
    writeFileSync(tlsCaFile, tlsPairs.one.cert);
    const messages = await streamed(createTlsServer(tlsPairs.one), { transport: 'tls', tlsCaFile });
    assert.equal(messages.length, 2);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a receiver that is not there, or resets, is an error to try again', async () => {
  const server = createServer((socket) => socket.resetAndDestroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sink = sinkWith({ address: `127.0.0.1:${port}`, transport: 'tcp' });
  await assert.rejects(sink.send([notification()], never()), { code: 'NG_ERR_SINK_ANSWER', final: false });
  server.close();
  await once(server, 'close');
  await assert.rejects(sink.send([notification()], never()), /ECONNREFUSED/);
});

test('no datagram goes to a forbidden address', async () => {
  const sink = sinkWith({ address: '169.254.169.254:514' });
  await assert.rejects(sink.send([notification()], never()), { code: 'NG_ERR_SINK_ADDRESS' });
});

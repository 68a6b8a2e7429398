import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Beginning, identifyApplication, identifyMemory } from './identify.ts';
import { frame, HTTP2_PREFACE } from './testing/http2-frames.ts';
import { mutate } from './testing/mutate.ts';
import { CLIENT_INITIAL_V1 } from './testing/quic-vectors.ts';
import { cryptoFrame, initialPacket } from './testing/quic-writer.ts';
import { Random } from './testing/random.ts';
import { SEEDS } from './testing/seeds.ts';
import { alpn, certificates, clientHello, records, serverHello, serverName } from './testing/tls-writer.ts';

const beginning = (bytes: Uint8Array | string, more: Partial<Beginning> = {}): Beginning => ({
  bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes,
  wireLength: bytes.length,
  transport: 'TCP',
  sourcePort: 40_000,
  destinationPort: 9999,
  toServer: true,
  isLast: false,
  ...more,
});
const kinds = (one: Beginning, memory = identifyMemory()): string[] | undefined =>
  identifyApplication(one, memory)?.map(({ protocol, message }) => `${protocol} ${message}`);

const HELLO = records(clientHello({ extensions: [serverName('example.org'), alpn('h2')] }));
const NOISE = Buffer.from('ca552dfa0c0a0c1106c61200021b58f3'.repeat(2), 'hex');
const FLIGHT = records(Buffer.concat([serverHello(0x0303, 0xc02f, []), certificates([Buffer.alloc(900, 0x30)])]), 400);

describe('an application', () => {
  it('is known by its first bytes, whatever the port', () => {
    assert.deepEqual(kinds(beginning(HELLO)), ['tls client-hello']);
    assert.deepEqual(kinds(beginning('GET / HTTP/1.1\r\nHost: x\r\n\r\n')), ['http request']);
    assert.deepEqual(kinds(beginning('SSH-2.0-OpenSSH_9.6\r\n', { destinationPort: 443 })), ['ssh banner']);
    assert.deepEqual(kinds(beginning('{"id":1,"method":"mining.subscribe","params":[]}\n', { destinationPort: 443 })), [
      'stratum request',
    ]);
    assert.deepEqual(kinds(beginning('*1\r\n$4\r\nPING\r\n')), ['redis request']);
    assert.deepEqual(kinds(beginning(CLIENT_INITIAL_V1, { transport: 'UDP' })), ['quic initial']);
  });

  it('is waited for while it may become known', () => {
    assert.equal(kinds(beginning(HELLO.subarray(0, 4))), undefined);
    assert.equal(kinds(beginning(HELLO.subarray(0, 100))), undefined, 'a hello that is cut');
    assert.equal(kinds(beginning('GE')), undefined);
    assert.equal(kinds(beginning('{"id":1,"method":"mining.notify","params":["1f')), undefined);
    assert.equal(kinds(beginning(Buffer.of(0, 0, 0, 0x90, 0xfe))), undefined);
    assert.equal(kinds(beginning('')), undefined);
  });

  it('that is cut is told as it is when no more comes', () => {
    const [hello] = identifyApplication(beginning(HELLO.subarray(0, 100), { isLast: true }))!;
    assert.ok(hello?.protocol === 'tls' && hello.message === 'client-hello' && hello.isCut === true);
    assert.deepEqual(kinds(beginning(HELLO.subarray(0, 20), { isLast: true })), ['tls record']);
  });

  it('tells each message when it is whole, the same ones first', () => {
    const memory = identifyMemory();
    const of = (length: number, isLast = false) =>
      kinds(beginning(FLIGHT.subarray(0, length), { toServer: false, isLast }), memory);
    assert.deepEqual(of(300), ['tls server-hello']);
    assert.deepEqual(of(600), ['tls server-hello']);
    assert.deepEqual(of(600, true), ['tls server-hello', 'tls certificate']);
    assert.deepEqual(of(FLIGHT.length), ['tls server-hello', 'tls certificate']);
  });

  it('waits for the header block of a request of HTTP/2, whose settings are told at once', () => {
    const block = Buffer.from('828684', 'hex');
    const stream = Buffer.concat([HTTP2_PREFACE, frame(4, 0, 0, new Uint8Array(0)), frame(1, 5, 1, block)]);
    const cut = stream.subarray(0, -1);
    assert.deepEqual(kinds(beginning(cut)), ['http2 settings']);
    assert.deepEqual(kinds(beginning(cut, { isLast: true })), ['http2 settings', 'http2 request']);
    assert.deepEqual(kinds(beginning(stream)), ['http2 settings', 'http2 request']);
  });

  it('is unknown once nothing can become of it, and with the last bytes', () => {
    const [facts] = identifyApplication(beginning(NOISE))!;
    assert.ok(facts?.protocol === 'unknown' && facts.bytes.length === 32);
    assert.equal(kinds(beginning(NOISE.subarray(0, 10))), undefined);
    assert.equal(kinds(beginning(Buffer.of(0, 0x1d))), undefined, 'the length of a DNS message, sent before it');
    assert.equal(kinds(beginning('uid=0')), undefined);
    assert.deepEqual(kinds(beginning('uid=0', { isLast: true })), ['unknown request']);
    assert.deepEqual(kinds(beginning('x'.repeat(20_000))), ['unknown request'], 'a line that is too long');
  });

  it('that two parsers know is that of the port', () => {
    const list = '*1\r\n$4\r\nPING\r\n';
    assert.deepEqual(kinds(beginning(list, { destinationPort: 6379 })), ['redis request']);
    const ntp = Buffer.alloc(48);
    ntp[0] = 0x1b;
    assert.deepEqual(kinds(beginning(ntp, { transport: 'UDP', destinationPort: 123 })), ['other request']);
    assert.deepEqual(kinds(beginning(ntp, { transport: 'UDP', destinationPort: 443 })), ['unknown request']);
  });

  it('keeps the parser that knew it', () => {
    const memory = identifyMemory();
    kinds(beginning('*1\r\n$4\r\nPING\r\n'), memory);
    assert.equal(memory.parser?.name, 'redis');
    assert.deepEqual(kinds(beginning('*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nSAVE\r\n'), memory), [
      'redis request',
      'redis request',
    ]);
  });

  it('of QUIC has its hello from two datagrams', () => {
    const memory = identifyMemory();
    const hello = clientHello({ extensions: [serverName('quic.example'), alpn('h3')] });
    const datagrams = [0, 60].map((at, number) =>
      initialPacket({ number, frames: cryptoFrame(at, number === 0 ? hello.subarray(0, 60) : hello.subarray(60)) }),
    );
    const [first, second] = datagrams.map(
      (bytes) => identifyApplication(beginning(bytes, { transport: 'UDP' }), memory)?.[0],
    );
    assert.ok(first?.protocol === 'quic' && first.hello === undefined);
    assert.ok(second?.protocol === 'quic' && second.hello?.serverName === 'quic.example');
  });

  it('is never taken back with more bytes of it', () => {
    const whole = Buffer.concat([HELLO, Buffer.from('140303000101', 'hex')]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: whole.length }), { maxLength: 8 }), (lengths) => {
        const memory = identifyMemory();
        let told = 0;
        for (const length of lengths.sort((a, b) => a - b)) {
          const facts = identifyApplication(beginning(whole.subarray(0, length)), memory) ?? [];
          assert.ok(facts.length >= told && facts.every(({ protocol }) => protocol === 'tls'));
          told = facts.length;
        }
      }),
    );
  });

  it('is found of every message that a parser knows, and something is said of every other', () => {
    for (const { bytes, transport, toServer } of SEEDS) {
      const facts = identifyApplication(beginning(bytes, { transport, toServer, isLast: true, destinationPort: 123 }))!;
      assert.notEqual(facts[0]?.protocol, 'unknown', Buffer.from(bytes).toString('latin1'));
    }
    const random = new Random(7);
    for (let count = 0; count < 20_000; count++) {
      const bytes = mutate(random.pick(SEEDS).bytes, random, random.pick(SEEDS).bytes);
      const transport = random.pick(['TCP', 'UDP'] as const);
      const facts = identifyApplication(beginning(bytes, { transport, isLast: true, toServer: undefined }));
      assert.equal(facts === undefined, bytes.length === 0);
      assert.notEqual(facts?.length, 0);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CLIENT_INITIAL_V1, CLIENT_INITIAL_V2, RETRY_V1, SERVER_INITIAL_V1 } from '../testing/quic-vectors.ts';
import { cryptoFrame, initialPacket } from '../testing/quic-writer.ts';
import { alpn, clientHello, keyShares, serverName, supportedVersions } from '../testing/tls-writer.ts';
import { QuicHello } from './quic-hello.ts';
import { parseQuicInitial } from './quic-initial.ts';

const HELLO = clientHello({
  sessionId: Buffer.alloc(0),
  extensions: [serverName('quic.example'), alpn('h3'), supportedVersions(0x0304), keyShares([0x11ec, 1216], [29, 32])],
});

/** The hello cut at `cuts`, as CRYPTO frames. */
function pieces(cuts: readonly number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % HELLO.length))].filter((cut) => cut > 0).sort((a, b) => a - b);
  const bounds = [0, ...ends, HELLO.length];
  return bounds.slice(1).map((end, index) => cryptoFrame(bounds[index]!, HELLO.subarray(bounds[index]!, end)));
}

describe('a QUIC Initial', () => {
  for (const [name, datagram, version] of [
    ['version 1 (RFC 9001, appendix A.2)', CLIENT_INITIAL_V1, 1],
    ['version 2 (RFC 9369, appendix A.2)', CLIENT_INITIAL_V2, 0x6b3343cf],
  ] as const) {
    it(`of ${name} is decrypted`, () => {
      const initial = parseQuicInitial(datagram)!;
      assert.equal(initial.message, 'initial');
      assert.equal(initial.version, version);
      assert.equal(Buffer.from(initial.destinationId).toString('hex'), '8394c8f03e515708');
      assert.equal(initial.sourceId.length, 0);
      assert.equal(initial.hello?.serverName, 'example.com');
      assert.deepEqual(initial.hello?.alpn, ['alpn']);
      assert.deepEqual(initial.hello?.ciphers, [0x1301, 0x1302]);
      assert.deepEqual(initial.hello?.keyShares, [29]);
      assert.match(initial.hello?.ja4 ?? '', /^q13d0211an_62ed6f6ca7ad_[0-9a-f]{12}$/);
      assert.equal(initial.hello?.recordVersion, 0);
    });
  }

  it('of the drafts is decrypted with their salts', () => {
    for (const version of [0xff000017, 0xff00001d, 0xff000020, 0xff000022]) {
      const initial = parseQuicInitial(initialPacket({ version, frames: cryptoFrame(0, HELLO) }));
      assert.equal(initial?.version, version);
      assert.equal(initial?.hello?.serverName, 'quic.example');
    }
  });

  it('may have a token, and its hello in pieces of any order with PING and ACK between them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(HELLO.length), { maxLength: 30 }), fc.infiniteStream(fc.nat(1e6)), (cuts, order) => {
        const shuffled = pieces(cuts)
          .map((piece) => ({ piece, place: order.next().value as number }))
          .sort((one, other) => one.place - other.place)
          .flatMap(({ piece }) => [Buffer.of(1), piece, Buffer.from('0205000000', 'hex')]);
        const packet = initialPacket({ token: Buffer.alloc(70, 4), frames: Buffer.concat(shuffled) });
        assert.equal(parseQuicInitial(packet)?.hello?.serverName, 'quic.example');
      }),
      { numRuns: 50 },
    );
  });

  it('waits for the second datagram of a long hello, in whatever order they come', () => {
    const [first, second] = pieces([1100]) as [Buffer, Buffer];
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      const hello = new QuicHello();
      const [one, two] = order.map((frames, number) => parseQuicInitial(initialPacket({ frames, number }), hello));
      assert.equal(one?.message, 'initial');
      assert.equal(one?.hello, undefined);
      assert.equal(two?.hello?.serverName, 'quic.example');
      assert.deepEqual(two?.hello?.keyShares, [0x11ec, 29]);
    }
  });

  it('tells the part of a hello that there is when no more comes', () => {
    const [first] = pieces([700]) as [Buffer];
    const initial = parseQuicInitial(initialPacket({ frames: first }), new QuicHello(), true);
    assert.equal(initial?.hello?.serverName, 'quic.example');
    assert.equal(initial?.hello?.isCut, true);
  });

  it('keeps the keys of the first id when the server has chosen another', () => {
    const [first, second] = pieces([1100]) as [Buffer, Buffer];
    const hello = new QuicHello();
    const keyId = Buffer.from('0102030405060708', 'hex');
    parseQuicInitial(initialPacket({ destinationId: keyId, frames: first }), hello);
    const packet = initialPacket({ destinationId: Buffer.from('f067a5502a4262b5', 'hex'), keyId, frames: second });
    assert.equal(parseQuicInitial(packet, hello)?.hello?.serverName, 'quic.example');
  });

  it('begins anew after a retry', () => {
    const [first] = pieces([1100]) as [Buffer];
    const hello = new QuicHello();
    parseQuicInitial(initialPacket({ frames: first }), hello);
    const again = initialPacket({
      destinationId: Buffer.alloc(8, 9),
      token: Buffer.from('token'),
      frames: cryptoFrame(0, HELLO),
    });
    assert.equal(parseQuicInitial(again, hello)?.hello?.serverName, 'quic.example');
  });

  it('is found behind another packet of its datagram', () => {
    const ping = initialPacket({ frames: Buffer.of(1), frameBytes: 20 });
    const datagram = Buffer.concat([ping, initialPacket({ number: 1, frames: cryptoFrame(0, HELLO) })]);
    assert.equal(parseQuicInitial(datagram)?.hello?.serverName, 'quic.example');
  });

  it('is left as it is', () => {
    const datagram = Buffer.from(CLIENT_INITIAL_V1);
    parseQuicInitial(datagram);
    assert.deepEqual(datagram, CLIENT_INITIAL_V1);
  });

  it('of a server, or with one bit changed, has no hello', () => {
    const server = parseQuicInitial(SERVER_INITIAL_V1);
    assert.equal(server?.message, 'initial');
    assert.equal(server?.hello, undefined);
    const changed = Buffer.from(CLIENT_INITIAL_V1);
    changed[600]! ^= 1;
    assert.equal(parseQuicInitial(changed)?.hello, undefined);
    assert.equal(parseQuicInitial(CLIENT_INITIAL_V1.subarray(0, 1000))?.hello, undefined);
  });
});

describe('what else a server of QUIC says first', () => {
  it('is a retry (RFC 9001, appendix A.4)', () => {
    const retry = parseQuicInitial(RETRY_V1);
    assert.equal(retry?.message, 'retry');
    assert.equal(Buffer.from(retry?.sourceId ?? []).toString('hex'), 'f067a5502a4262b5');
  });

  it('is a version negotiation', () => {
    const negotiation = Buffer.from(
      'c000000000081122334455667788000000000100000002'.replace('00000002', '6b3343cf'),
      'hex',
    );
    assert.equal(parseQuicInitial(negotiation)?.message, 'version-negotiation');
    const other = Buffer.from('c0000000000811223344556677880012345678', 'hex');
    assert.equal(parseQuicInitial(other), undefined);
  });
});

describe('no QUIC', () => {
  it('is a short header, an id that is too long, or a version that nobody has', () => {
    assert.equal(parseQuicInitial(Buffer.alloc(1200, 0x40)), undefined);
    assert.equal(parseQuicInitial(Buffer.from('c000000001ff', 'hex')), undefined);
    const unknown = Buffer.from(CLIENT_INITIAL_V1);
    unknown.writeUInt32BE(0x12345678, 1);
    assert.equal(parseQuicInitial(unknown), undefined);
  });

  it('is a client that asks for a version negotiation, but that is told', () => {
    const grease = Buffer.from(CLIENT_INITIAL_V1);
    grease.writeUInt32BE(0x1a2a3a4a, 1);
    assert.equal(parseQuicInitial(grease)?.version, 0x1a2a3a4a);
    assert.equal(parseQuicInitial(grease)?.hello, undefined);
  });
});

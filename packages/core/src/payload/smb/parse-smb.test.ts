import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayBecomeSmb, parseSmb } from './parse-smb.ts';

const netbios = (message: Buffer, type = 0): Buffer =>
  Buffer.concat([Buffer.of(type, 0, message.length >> 8, message.length & 255), message]);

/** MS-CIFS, section 2.2.4.52.1. */
const negotiateV1 = (...dialects: string[]): Buffer => {
  const list = Buffer.concat(dialects.map((name) => Buffer.from(`\x02${name}\0`)));
  const header = Buffer.from(`ff534d4272000000001853c8${'00'.repeat(20)}`, 'hex');
  return netbios(Buffer.concat([header, Buffer.of(0, list.length & 255, list.length >> 8), list]));
};

/** MS-SMB2, section 2.2.1.2: a header without signature. */
const header = (command: number, options: { flags?: number; status?: number; next?: number } = {}): Buffer => {
  const bytes = Buffer.alloc(64);
  bytes.write('fe534d4240', 0, 'hex');
  bytes.writeUInt32LE(options.status ?? 0, 8);
  bytes.writeUInt16LE(command, 12);
  bytes.writeUInt32LE(options.flags ?? 0, 16);
  bytes.writeUInt32LE(options.next ?? 0, 20);
  return bytes;
};
const negotiateV2 = (...dialects: number[]): Buffer => {
  const body = Buffer.alloc(36 + dialects.length * 2);
  body.writeUInt16LE(36, 0);
  body.writeUInt16LE(dialects.length, 2);
  for (const [index, dialect] of dialects.entries()) body.writeUInt16LE(dialect, 36 + index * 2);
  return netbios(Buffer.concat([header(0), body]));
};

describe('SMB', () => {
  it('1 offers its dialects', () => {
    assert.deepEqual(parseSmb(negotiateV1('NT LM 0.12', 'SMB 2.002')), [
      {
        protocol: 'smb',
        message: 'request',
        version: 1,
        command: 0x72,
        status: 0,
        dialects: ['NT LM 0.12', 'SMB 2.002'],
      },
    ]);
  });

  it('1 answers with NT LM 0.12 by the form of its words', () => {
    const answer = Buffer.from(`ff534d4272000000009853c8${'00'.repeat(20)}110000`, 'hex');
    const [found] = parseSmb(netbios(answer));
    assert.equal(found?.message, 'response');
    assert.deepEqual(found?.dialects, ['NT LM 0.12']);
  });

  it('2 and 3 are told apart by what is offered and what is chosen', () => {
    assert.equal(parseSmb(negotiateV2(0x0202, 0x0210))[0]?.version, 2);
    const [offer] = parseSmb(negotiateV2(0x0210, 0x0311, 0x0399));
    assert.equal(offer?.version, 3);
    assert.deepEqual(offer?.dialects, ['2.1', '3.1.1', '0x0399']);
    const chosen = Buffer.concat([header(0, { flags: 1 }), Buffer.from('410001001103', 'hex')]);
    assert.deepEqual(parseSmb(netbios(chosen))[0]?.dialects, ['3.1.1']);
  });

  it('tells every message of a stream, the parts of a compound too, and the status of answers', () => {
    const compound = netbios(
      Buffer.concat([header(5, { flags: 1, next: 64 }), header(6, { flags: 1, status: 0xc0000022 })]),
    );
    const stream = Buffer.concat([negotiateV1('NT LM 0.12'), compound, netbios(header(3))]);
    assert.deepEqual(
      parseSmb(stream).map(({ message, command, status }) => [message, command, status]),
      [
        ['request', 0x72, 0],
        ['response', 5, 0],
        ['response', 6, 0xc0000022],
        ['request', 3, 0],
      ],
    );
  });

  it('follows the request for a session on port 139', () => {
    const session = netbios(Buffer.alloc(68, 0x41), 0x81);
    assert.equal(parseSmb(Buffer.concat([session, negotiateV1('NT LM 0.12')])).length, 1);
    assert.deepEqual(parseSmb(session), []);
  });

  it('is told of a header though the rest of the message was not sampled', () => {
    const long = Buffer.concat([Buffer.of(0, 1, 0, 0), header(9)]);
    assert.equal(parseSmb(long)[0]?.command, 9);
    assert.deepEqual(parseSmb(long.subarray(0, 60)), []);
  });

  it('is nothing else', () => {
    assert.deepEqual(parseSmb(Buffer.from('00000020ff534d43', 'hex')), []);
    assert.deepEqual(parseSmb(Buffer.alloc(100)), []);
    assert.equal(mayBecomeSmb(Buffer.from('000000a4fe53', 'hex')), true);
    assert.equal(mayBecomeSmb(Buffer.from('000000a4fe54', 'hex')), false);
    assert.equal(mayBecomeSmb(Buffer.of(0)), true);
  });
});

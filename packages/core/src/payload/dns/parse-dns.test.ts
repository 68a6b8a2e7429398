import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as dnsPacket from 'dns-packet';
import type { DnsFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { bytesOf, fromHex, joined } from '../testing/bytes.ts';
import { httpsRecord } from '../testing/seeds.ts';
import { parseDns } from './parse-dns.ts';

const QUERY_HEADER = '0001 0100 0001 0000 0000 0000';
const A_IN = '0001 0001';

function parse(bytes: Uint8Array): DnsFacts {
  const facts = parseDns(bytes, bytes.length);
  assert.ok(facts);
  return facts;
}

/** A response whose only answer has this data. */
function dataOf(answer: dnsPacket.Answer): string | undefined {
  return parse(dnsPacket.encode({ type: 'response', questions: [], answers: [answer] })).answers[0]?.data;
}

describe('parseDns', () => {
  it('reads a question as facts write it: lower case, without the last dot, odd bytes escaped', () => {
    const { questions, id, message } = parse(fromHex(`${QUERY_HEADER} 04 57772e7f 03 C3A95F 02 2d30 00 ${A_IN}`));
    assert.deepEqual([message, id], ['query', 1]);
    assert.deepEqual(questions, [{ name: 'ww\\046\\127.\\195\\169_.-0', type: 1, class: 1 }]);
    assert.equal(parse(fromHex(`${QUERY_HEADER} 00 0002 0001`)).questions[0]?.name, '');
  });

  it('writes the data of each type that somebody reads', () => {
    const name = 'x.example';
    assert.equal(dataOf({ type: 'A', name, data: '192.0.2.1' }), '192.0.2.1');
    assert.equal(dataOf({ type: 'AAAA', name, data: '2001:db8::1' }), '2001:db8::1');
    assert.equal(dataOf({ type: 'NS', name, data: 'NS.example' }), 'ns.example');
    assert.equal(dataOf({ type: 'CNAME', name, data: 'c.example' }), 'c.example');
    assert.equal(dataOf({ type: 'PTR', name, data: 'p.example' }), 'p.example');
    assert.equal(dataOf({ type: 'MX', name, data: { preference: 5, exchange: 'm.example' } }), '5 m.example');
    assert.equal(
      dataOf({ type: 'TXT', name, data: ['one', 'Two\xff'].map((text) => Buffer.from(text, 'latin1')) }),
      'oneTwo\xff',
    );
    assert.equal(
      dataOf({ type: 'SRV', name, data: { priority: 1, weight: 2, port: 3, target: 's.example' } }),
      '1 2 3 s.example',
    );
    assert.equal(
      dataOf({
        type: 'SOA',
        name,
        data: {
          mname: 'n.example',
          rname: 'r.example',
          serial: 4294967295,
          refresh: 2,
          retry: 3,
          expire: 4,
          minimum: 5,
        },
      }),
      'n.example r.example 4294967295 2 3 4 5',
    );
    assert.equal(
      dataOf({ type: 'CAA', name, data: { flags: 0, tag: 'issue', value: 'ca.example; x=1', issuerCritical: true } }),
      '128 issue "ca.example; x=1"',
    );
    assert.equal(dataOf({ type: 'NULL', name, data: Buffer.from([1, 0, 200]) }), '\x01\0\xc8');
    assert.equal(dataOf({ type: 'DNSKEY', name, data: { flags: 1, algorithm: 1, key: Buffer.from('k') } }), '');
  });

  it('reads HTTPS and SVCB with their parameters', () => {
    const { answers, questions } = parse(httpsRecord);
    assert.deepEqual(questions, [{ name: 'x.example', type: 65, class: 1 }]);
    assert.equal(answers[0]?.data, '1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 ech');
    assert.equal(answers[0]?.dataBytes, 0x22);
  });

  it('leaves the data empty where it is not what its type says, and reads on', () => {
    const answer = (rdata: string): string => `00 ${A_IN} 00000001 ${rdata}`;
    const bytes = fromHex(
      `0001 8180 0000 0003 0000 0000 ${answer('0003 010203')} 00 000f 0001 00000001 0004 0001 c0ff ${answer('0004 c0000201')}`,
    );
    assert.deepEqual(
      parse(bytes).answers.map(({ data }) => data),
      ['', '', '192.0.2.1'],
    );
    assert.equal(parse(bytes).unread, undefined);
  });

  it('knows EDNS: its size, and the upper bits of the response code', () => {
    const facts = parse(fromHex(`0001 8183 0001 0000 0000 0001 01 61 00 ${A_IN} 00 0029 04d0 01008000 0000`));
    assert.deepEqual([facts.ednsBytes, facts.rcode, facts.additionals[0]?.type], [1232, 19, 41]);
    assert.equal(parse(fromHex(`0001 8383 0001 0000 0000 0000 01 61 00 ${A_IN}`)).rcode, 3);
    assert.equal(parse(fromHex(`0001 8383 0001 0000 0000 0000 01 61 00 ${A_IN}`)).truncated, true);
  });

  it('gives what a truncated sample holds and says that it is cut', () => {
    const bytes = dnsPacket.encode({
      type: 'response',
      questions: [{ type: 'TXT', name: 'x.example' }],
      answers: [
        { type: 'TXT', name: 'x.example', data: 'first' },
        { type: 'TXT', name: 'x.example', data: 'y'.repeat(200) },
      ],
    });
    const facts = parseDns(bytes.subarray(0, bytes.length - 150), bytes.length)!;
    assert.deepEqual(
      facts.answers.map(({ data, dataBytes }) => [data, dataBytes]),
      [
        ['first', 6],
        ['y'.repeat(50), 201],
      ],
    );
    assert.deepEqual([facts.unread, facts.messageBytes], ['cut', bytes.length]);
    assert.equal(facts.bytes.length, bytes.length - 150);
    assert.equal(parse(bytes).unread, undefined);
  });

  it('follows pointers only towards the beginning', () => {
    const loops = ['c00c', '01 61 c00c', '01 61 c010', 'c0ff', 'c000'];
    for (const name of loops) {
      const bytes = fromHex(`0001 8180 0001 0001 0000 0000 01 78 00 ${A_IN} ${name} ${A_IN} 00000000 0000 0000000000`);
      // The second name of a loop begins at 19: what points at itself or ahead is malformed, the first question is read.
      const isBefore = name === 'c00c' || name === '01 61 c00c';
      assert.equal(parse(bytes).unread, isBefore ? undefined : 'malformed', name);
    }
    assert.equal(parseDns(fromHex(`${QUERY_HEADER} c00c ${A_IN}`), 18), undefined);
    assert.equal(parseDns(fromHex(`${QUERY_HEADER} 01 61 c00c ${A_IN}`), 20), undefined);
  });

  it('stops after as many pointers as the limit', () => {
    // Each pointer leads to the one before it, the first to the question's name.
    const pointers = Array.from({ length: 40 }, (_, index) => 0xc000 + (index === 0 ? 12 : 30 + (index - 1) * 2));
    const data = pointers.map((pointer) => pointer.toString(16)).join('');
    const chain = (hops: number): DnsFacts =>
      parse(
        fromHex(
          `0001 8180 0001 0002 0000 0000 01 78 00 ${A_IN} 00 000a 0001 00000000 0050 ${data}` +
            `${(0xc000 + 30 + (hops - 2) * 2).toString(16)} ${A_IN} 00000000 0004 c0000201`,
        ),
      );
    const { dnsPointers } = PAYLOAD_LIMITS;
    assert.deepEqual([chain(dnsPointers).unread, chain(dnsPointers).answers[1]?.name], [undefined, 'x']);
    assert.deepEqual([chain(dnsPointers + 1).unread, chain(dnsPointers + 1).answers.length], ['limit', 1]);
  });

  it('refuses labels beyond 63 and names beyond 255 bytes', () => {
    const label = `3f ${'61'.repeat(63)}`;
    const longest = `${label} ${label} ${label} 3d ${'61'.repeat(61)} 00`;
    assert.equal(parse(fromHex(`${QUERY_HEADER} ${longest} ${A_IN}`)).questions[0]?.name.length, 253);
    const tooLong = `${label} ${label} ${label} 3e ${'61'.repeat(62)} 00`;
    assert.equal(parseDns(fromHex(`${QUERY_HEADER} ${tooLong} ${A_IN}`), 300), undefined);
    assert.equal(parseDns(fromHex(`${QUERY_HEADER} 40 ${'61'.repeat(64)} 00 ${A_IN}`), 300), undefined);
  });

  it('does not unpack a compression bomb', () => {
    const label = bytesOf(`\x3f${'a'.repeat(63)}`);
    const name = joined(label, label, label, bytesOf(`\x3d${'a'.repeat(61)}\0`));
    const record = fromHex('c00c 0005 0001 00000000 0002 c00c');
    const count = 4000;
    const header = Uint8Array.of(0, 1, 0x81, 0x80, 0, 1, count >> 8, count & 255, 0, 0, 0, 0);
    const facts = parse(joined(header, name, fromHex(A_IN), ...Array<Uint8Array>(count).fill(record)));
    assert.equal(facts.unread, 'limit');
    const text = facts.answers.reduce((sum, { name, data }) => sum + name.length + data.length, 0);
    assert.ok(text > 0 && text <= PAYLOAD_LIMITS.dnsNameBytesOfMessage, String(text));
  });

  it('knows mDNS: several questions, the bit for unicast, answers without a question', () => {
    const two = parse(fromHex(`0000 0000 0002 0000 0000 0000 01 61 00 000c 8001 c00c 0010 0001`));
    assert.deepEqual(
      two.questions.map(({ name, class: ofWhat }) => [name, ofWhat]),
      [
        ['a', 0x8001],
        ['a', 1],
      ],
    );
    assert.equal(
      parse(fromHex(`0000 8400 0000 0001 0000 0000 01 61 00 0001 8001 00000078 0004 c0000201`)).answers[0]?.data,
      '192.0.2.1',
    );
  });

  it('is not DNS: an opcode or class that is none, counts that do not fit, too few bytes, nothing in it', () => {
    const refused = [
      `0001 3800 0001 0000 0000 0000 01 61 00 ${A_IN}`,
      `${QUERY_HEADER} 01 61 00 0001 0007`,
      `0001 0100 0001 0100 0000 0000 01 61 00 ${A_IN}`,
      '0001 0100 0001 0000 0000',
      '0001 0100 0000 0000 0000 0000',
    ];
    for (const hex of refused) assert.equal(parseDns(fromHex(hex), fromHex(hex).length), undefined, hex);
    assert.equal(parse(fromHex('0001 8181 0000 0000 0000 0000')).rcode, 1);
  });
});

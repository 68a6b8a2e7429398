import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, dnsRcode, dnsType, parseQuestion } from './dns-message.ts';

/** A query as c-ares sends it: id 0x1234, recursion desired, one question. */
function query(name: string, type: number): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, type, 0, 1]);
}

test('a question is read, its name in lower case', () => {
  const message = query('API.shop.svc.cluster.local', dnsType.A);
  assert.deepEqual(parseQuestion(message), {
    id: 0x1234,
    recursionDesired: true,
    name: 'api.shop.svc.cluster.local',
    type: dnsType.A,
    end: message.length,
  });
});

test('what is cut short, a response or has a pointer in its name is no question', () => {
  const message = query('api.shop', dnsType.A);
  for (let length = 0; length < message.length; length += 1) {
    assert.equal(parseQuestion(message.subarray(0, length)), undefined, `cut at ${length}`);
  }
  const response = Buffer.from(message);
  response[2] = 0x81;
  assert.equal(parseQuestion(response), undefined);
  const pointer = Buffer.from(message);
  pointer[12] = 0xc0;
  assert.equal(parseQuestion(pointer), undefined);
});

test('an answer repeats the question and has one A record an address', () => {
  const message = query('api.shop', dnsType.A);
  const reply = answer(message, parseQuestion(message)!, dnsRcode.noError, ['10.200.1.2', '10.200.1.3'], 5);
  assert.deepEqual([...reply.subarray(0, 12)], [0x12, 0x34, 0x85, 0x80, 0, 1, 0, 2, 0, 0, 0, 0]);
  assert.deepEqual(reply.subarray(12, message.length), message.subarray(12));
  const records = reply.subarray(message.length);
  assert.deepEqual([...records.subarray(0, 16)], [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 10, 200, 1, 2]);
  assert.deepEqual([...records.subarray(28)], [10, 200, 1, 3]);
});

test('an unknown name is answered with NXDOMAIN and no record', () => {
  const message = query('nowhere.shop', dnsType.A);
  const reply = answer(message, parseQuestion(message)!, dnsRcode.nxDomain, [], 5);
  assert.equal(reply.readUInt16BE(2) & 0xf, 3);
  assert.equal(reply.readUInt16BE(6), 0);
  assert.equal(reply.length, message.length);
});

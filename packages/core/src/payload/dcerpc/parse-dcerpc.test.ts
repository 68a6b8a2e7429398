import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayBecomeDceRpc, parseDceRpc } from './parse-dcerpc.ts';

const EPMAPPER = '0883afe11f5dc91191a408002b14a0fa03000000';
const NDR = '045d888aeb1cc9119fe808002b10486002000000';
const NDR_64 = '33057171babe37498319b5dbef9ccc3601000000';

/** A fragment with its length in place (C706, chapter 12.6.4). */
const fragment = (type: number, body: Buffer): Buffer => {
  const header = Buffer.from('05000003100000000000000001000000', 'hex');
  header[2] = type;
  header.writeUInt16LE(16 + body.length, 8);
  return Buffer.concat([header, body]);
};
const bind = (...contexts: string[]): Buffer => {
  const items = contexts.map((syntaxes, index) => `${index.toString(16).padStart(2, '0')}000100${syntaxes}`);
  return Buffer.from(`d016d01600000000${contexts.length.toString(16).padStart(2, '0')}000000${items.join('')}`, 'hex');
};

describe('DCE/RPC', () => {
  it('names the interfaces of a bind, each once', () => {
    const stream = fragment(11, bind(EPMAPPER + NDR, EPMAPPER + NDR_64));
    assert.deepEqual(parseDceRpc(stream), [
      { protocol: 'dcerpc', message: 'bind', interfaces: ['e1af8308-5d1f-11c9-91a4-08002b14a0fa'] },
    ]);
  });

  it('names the operation of a request, and what is answered', () => {
    const request = fragment(0, Buffer.from('2c00000000000c00aabb', 'hex'));
    const stream = Buffer.concat([
      fragment(14, bind(EPMAPPER + NDR)),
      request,
      fragment(3, Buffer.alloc(16)),
      fragment(16, Buffer.alloc(8)),
    ]);
    const facts = parseDceRpc(stream);
    assert.deepEqual(
      facts.map(({ message }) => message),
      ['bind', 'request', 'fault', 'other'],
    );
    assert.equal(facts[1]?.operation, 12);
  });

  it('is read in the other order of bytes too', () => {
    const header = Buffer.from('05000b0300000000001c000000000001', 'hex');
    const stream = Buffer.concat([
      header,
      Buffer.from('16d016d00000000001000000', 'hex'),
      Buffer.from('00000100e1af83085d1f11c991a408002b14a0fa00000003', 'hex'),
    ]);
    assert.deepEqual(parseDceRpc(stream)[0]?.interfaces, []);
    header.writeUInt16BE(52, 8);
    const whole = Buffer.concat([header, stream.subarray(16)]);
    assert.deepEqual(parseDceRpc(whole)[0]?.interfaces, ['e1af8308-5d1f-11c9-91a4-08002b14a0fa']);
  });

  it('tells what was sampled of a bind', () => {
    const stream = fragment(11, bind(EPMAPPER + NDR, NDR_64 + NDR));
    assert.equal(parseDceRpc(stream.subarray(0, 60))[0]?.interfaces.length, 1);
    assert.equal(parseDceRpc(stream.subarray(0, 15)).length, 0);
    assert.equal(mayBecomeDceRpc(stream.subarray(0, 15)), true);
    assert.equal(mayBecomeDceRpc(Buffer.from('05000b03ff', 'hex')), false);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStratum } from './parse-stratum.ts';

const read = (text: string, toServer?: boolean) =>
  parseStratum(Buffer.from(text, 'latin1'), toServer).map(({ protocol: _, ...facts }) => facts);
const WALLET = `4${'A'.repeat(94)}`;

describe('Stratum', () => {
  it('of version 1 tells worker and software', () => {
    const stream =
      '{"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.10.0"]}\n' +
      '{"id": 2, "method": "mining.authorize", "params": ["bc1qexample.rig7", "x"]}\n';
    assert.deepEqual(read(stream, true), [
      { message: 'request', method: 'mining.subscribe', agent: 'cgminer/4.10.0' },
      { message: 'request', method: 'mining.authorize', login: 'bc1qexample.rig7' },
    ]);
  });

  it('of a pool of version 1 is told by its answer, and what follows it', () => {
    const stream =
      '{"id":1,"result":[[["mining.set_difficulty","b4b6"],["mining.notify","ae68"]],"08000002",4],"error":null}\n' +
      '{"id":2,"result":true,"error":null}\n' +
      '{"id":null,"method":"mining.set_difficulty","params":[8192]}\n';
    assert.deepEqual(read(stream, false), [
      { message: 'response', method: '' },
      { message: 'response', method: '' },
      { message: 'notification', method: 'mining.set_difficulty' },
    ]);
  });

  it('of Monero tells wallet and XMRig', () => {
    const login = `{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"${WALLET}","pass":"x","agent":"XMRig/6.21.0 (Linux x86_64) libuv/1.44.2 gcc/9.4.0","algo":["rx/0","cn/r"]}}\n`;
    const submit =
      '{"id":2,"jsonrpc":"2.0","method":"submit","params":{"id":"s1","job_id":"j1","nonce":"d0030040","result":"e1"}}\n';
    const alive = '{"id":3,"jsonrpc":"2.0","method":"keepalived","params":{"id":"s1"}}\n';
    assert.deepEqual(read(login + submit + alive, true), [
      {
        message: 'request',
        method: 'login',
        login: WALLET,
        agent: 'XMRig/6.21.0 (Linux x86_64) libuv/1.44.2 gcc/9.4.0',
      },
      { message: 'request', method: 'submit' },
      { message: 'request', method: 'keepalived' },
    ]);
  });

  it('of a pool of Monero is told by jobs', () => {
    const job = '{"blob":"0707","job_id":"q7","target":"b88d0600","algo":"rx/0","height":2,"seed_hash":"05"}';
    const stream =
      `{"jsonrpc":"2.0","id":1,"error":null,"result":{"id":"s1","job":${job},"status":"OK"}}\n` +
      `{"jsonrpc":"2.0","method":"job","params":${job}}\n` +
      '{"jsonrpc":"2.0","id":3,"error":null,"result":{"status":"KEEPALIVED"}}\n';
    assert.deepEqual(
      read(stream, false).map(({ message, method }) => `${message} ${method}`.trim()),
      ['response', 'notification job', 'response'],
    );
  });

  it('of Ethereum is told in both directions', () => {
    const login = '{"id":1,"jsonrpc":"2.0","method":"eth_submitLogin","worker":"rig1","params":["0xdeadbeef","x"]}\n';
    assert.deepEqual(read(login), [{ message: 'request', method: 'eth_submitLogin', login: '0xdeadbeef' }]);
    const hash = `"0x${'ab'.repeat(32)}"`;
    assert.equal(read(`{"id":0,"jsonrpc":"2.0","result":[${hash},${hash},${hash}]}\n`)[0]?.message, 'response');
  });

  it('is told of a line that is cut, as far as it goes', () => {
    const [login] = read(
      `{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"${WALLET}","pass":"x","age`,
      true,
    );
    assert.deepEqual(login, { message: 'request', method: 'login', login: WALLET, isCut: true });
    const [notify] = read('{"id":null,"method":"mining.notify","params":["1f","aa', false);
    assert.deepEqual(notify, { message: 'notification', method: 'mining.notify', isCut: true });
  });

  it('is not any JSON-RPC, nor any JSON', () => {
    assert.deepEqual(read('{"jsonrpc":"2.0","id":1,"method":"login","params":{"user":"a","password":"b"}}\n'), []);
    assert.deepEqual(read('{"jsonrpc":"2.0","id":1,"method":"submit","params":{"form":"x"}}\n'), []);
    assert.deepEqual(read('{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}\n'), []);
    assert.deepEqual(read('{"id":1,"result":true}\n'), []);
    assert.deepEqual(read('{"method":"login","params":{"na'), []);
    assert.deepEqual(read('{"method":"constructor","params":{}}\n'), []);
    assert.deepEqual(read('[1,2]\n{"id":1,"method":"mining.subscribe","params":[]}\n'), []);
    assert.deepEqual(read('{'.repeat(10_000)), []);
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DaemonNodeAddresses } from '../daemon-node-addresses.ts';
import { until } from '../testing/until.ts';
import { nodeAddresses } from './node-addresses.ts';

const root = mkdtempSync(join(tmpdir(), 'netguard-proc-'));
after(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'self/ns'), { recursive: true });
mkdirSync(join(root, '1/net'), { recursive: true });

const leaf = (ip: string, what: string) => `           |-- ${ip}\n              ${what}\n`;
const TRIE = `Main:
  +-- 0.0.0.0/0 3 0 4
${leaf('0.0.0.0', '/0 universe UNICAST')}${leaf('10.244.0.0', '/24 link UNICAST')}Local:
  +-- 0.0.0.0/0 3 0 4
${leaf('10.244.0.1', '/32 host LOCAL')}${leaf('10.244.0.255', '/32 link BROADCAST')}${leaf('127.0.0.1', '/32 host LOCAL')}${leaf('192.168.0.11', '/32 host LOCAL')}`;
const INET6 = `fd0000000000000000000000000000fe 02 40 00 80     cni0\nfe80000000000000f00cfffffe000001 02 40 20 80     eth0\n`;

test('an agent in a pod knows the addresses of the host’s interfaces by its first process', () => {
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  assert.deepEqual(nodeAddresses(root), own, 'a PID namespace of its own: that process is another');
  symlinkSync('pid:[4026531836]', join(root, 'self/ns/pid'));
  assert.deepEqual(nodeAddresses(root), own, 'nothing may be read');
  writeFileSync(join(root, '1/net/fib_trie'), TRIE);
  writeFileSync(join(root, '1/net/if_inet6'), INET6);
  assert.deepEqual(nodeAddresses(root).sort(), [
    '10.244.0.1',
    '127.0.0.1',
    '192.168.0.11',
    'fd00::fe',
    'fe80::f00c:ffff:fe00:1',
  ]);
});

test('what this machine has is read as its own tools say', () => {
  const known = nodeAddresses();
  for (const list of Object.values(networkInterfaces())) {
    for (const { address } of list ?? []) assert.ok(known.includes(address), address);
  }
});

test('an address that comes later is told, once', async () => {
  let addresses = ['192.168.0.11'];
  const told: (readonly string[])[] = [];
  const following = new DaemonNodeAddresses(() => addresses);
  let looks = 0;
  following.start((all) => told.push(all), 1);
  addresses = [...addresses, '10.244.0.1'];
  await until(() => told.length > 0 && ++looks > 3);
  following.stop();
  assert.deepEqual(told, [['192.168.0.11', '10.244.0.1']]);
});

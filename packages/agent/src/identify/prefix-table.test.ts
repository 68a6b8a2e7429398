import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from '@netguard/core';
import { PrefixTable } from './prefix-table.ts';

function table(...cidrs: string[]): (ip: string) => string | undefined {
  const prefixes = new PrefixTable<string>();
  for (const cidr of cidrs) assert.equal(prefixes.add(cidr, cidr), true, cidr);
  return (ip) => prefixes.find(parseAddress(ip)!);
}

test('the longest range wins, whatever the order', () => {
  const find = table('10.0.0.0/8', '10.1.2.0/24', '10.1.0.0/16');
  assert.equal(find('10.1.2.3'), '10.1.2.0/24');
  assert.equal(find('10.1.9.9'), '10.1.0.0/16');
  assert.equal(find('10.9.9.9'), '10.0.0.0/8');
  assert.equal(find('11.0.0.1'), undefined);
});

test('prefixes that end within a byte are masked to the bit', () => {
  const find = table('172.16.0.0/12', '2001:db8:8000::/33');
  assert.equal(find('172.31.255.255'), '172.16.0.0/12');
  assert.equal(find('172.32.0.0'), undefined);
  assert.equal(find('2001:db8:ffff::1'), '2001:db8:8000::/33');
  assert.equal(find('2001:db8:7fff::1'), undefined);
});

test('host bits are ignored and single addresses are ranges', () => {
  assert.equal(table('10.1.2.3/8')('10.200.0.1'), '10.1.2.3/8');
  assert.equal(table('10.1.2.3/32')('10.1.2.4'), undefined);
});

test('a range of all IPv6 holds no IPv4, and the other way round', () => {
  assert.equal(table('::/0')('10.0.0.1'), undefined);
  assert.equal(table('::/0')('fd00::1'), '::/0');
  assert.equal(table('0.0.0.0/0')('fd00::1'), undefined);
  assert.equal(table('0.0.0.0/0')('203.0.113.9'), '0.0.0.0/0');
});

test('what is no range is refused', () => {
  const prefixes = new PrefixTable<string>();
  for (const text of ['10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'x/8', '10.0.0.0/-1', '10.0.0/8', '']) {
    assert.equal(prefixes.add(text, 'x'), false, text);
  }
});

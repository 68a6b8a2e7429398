import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from './load.ts';
import { ConfigError } from './problem.ts';

function problems(sources: object): string {
  try {
    loadConfig({ flags: { sources } });
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ message }) => message).join('\n');
  }
  return '';
}

test('the kernel is the source unless Hubble is, which needs an address', () => {
  assert.equal(loadConfig().config.sources.kind, 'ebpf');
  assert.match(problems({ kind: 'hubble' }), /sources\.kind hubble needs sources\.hubble\.address, such as /);
  assert.match(problems({ kind: 'hubbel' }), /kind/);
  assert.match(problems({ kind: 'hubble', hubble: { address: 'relay' } }), /host:port|address:port/);
});

test('a relay with TLS of any kind, or none if that is meant', () => {
  const address = 'hubble-relay.kube-system.svc:443';
  const tls = { tlsCaFile: '/tls/ca.crt', tlsServerName: 'netguard.hubble-relay.cilium.io' };
  assert.equal(problems({ kind: 'hubble', hubble: { address, ...tls } }), '');
  assert.equal(problems({ kind: 'hubble', hubble: { address, insecure: true } }), '');
  assert.match(problems({ hubble: { address, insecure: true, ...tls } }), /tlsCaFile has no meaning with .*insecure/);
  assert.match(problems({ hubble: { address, tlsKeyFile: '/key' } }), /needs both tlsCertFile and tlsKeyFile/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hubbleEnvironment } from './hubble-environment.ts';

test('a gRPC address is not used, and that is said', () => {
  const { defaults, notes } = hubbleEnvironment({ HUBBLE_SERVER: 'localhost:4245' });
  assert.equal(defaults.server, undefined);
  assert.match(notes[0] ?? '', /HUBBLE_SERVER is a gRPC address/);
});

test('an http address is used, with the authority for it', () => {
  const env = { HUBBLE_SERVER: 'https://n:1', HUBBLE_TLS_CA_CERT_FILES: '/ca.pem,/other.pem' };
  assert.deepEqual(hubbleEnvironment(env), { defaults: { server: 'https://n:1', tlsCaFile: '/ca.pem' }, notes: [] });
});

test("NetGuard's own variables win without a word", () => {
  assert.deepEqual(hubbleEnvironment({ HUBBLE_SERVER: 'localhost:4245', NETGUARD_SERVER: 'http://127.0.0.1:1' }), {
    defaults: { server: undefined, tlsCaFile: undefined },
    notes: [],
  });
});

test('filters that would change what is shown are refused', () => {
  assert.throws(() => hubbleEnvironment({ HUBBLE_DENYLIST: '{}' }), { code: 'NG_ERR_CLI_REFUSED_FLAG', exitStatus: 2 });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@netguard/agent';
import { configEnvironment, configPart } from './config-flags.ts';

test('flags stand for keys of the configuration and lie over everything else', () => {
  const { config } = loadConfig({
    flags: configPart({
      listen: '127.0.0.1:1',
      stateDir: '/tmp/s',
      cluster: 'c',
      node: 'n',
      logLevel: 'debug',
      identities: '/tmp/i',
    }),
    env: { NETGUARD_CLUSTER: 'other' },
  });
  assert.equal(config.server.listen, '127.0.0.1:1');
  assert.deepEqual(
    [config.stateDir, config.cluster, config.node, config.log.level, config.identity.file],
    ['/tmp/s', 'c', 'n', 'debug', '/tmp/i'],
  );
});

test('flags that are not given leave what the command or the file says', () => {
  const { config } = loadConfig({ flags: configPart({}), defaults: { server: { listen: '127.0.0.1:9410' } } });
  assert.equal(config.server.listen, '127.0.0.1:9410');
});

test("the command's own variables are no settings of the daemon", () => {
  const env = configEnvironment({ NETGUARD_SERVER: 'x', NETGUARD_DEBUG: '1', NETGUARD_CLUSTER: 'c', PATH: '/bin' });
  assert.deepEqual(env, { NETGUARD_CLUSTER: 'c', PATH: '/bin' });
  assert.deepEqual(loadConfig({ env }).warnings, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvironment } from './environment.ts';

const namesAt = (path: readonly string[]): readonly string[] => {
  if (path.join('.') === 'detectors') return ['syn-flood'];
  return path.at(-1) === 'parameters' ? ['listenerSynsPerWindow'] : [];
};

function read(env: Record<string, string>) {
  return readEnvironment(env, namesAt);
}

/** `path=value` of the one setting. */
function one(name: string, value: string): readonly [string, unknown] {
  const { settings, problems } = read({ [name]: value });
  assert.deepEqual(problems, []);
  assert.equal(settings.length, 1, `${name} is no setting`);
  return [settings[0]?.path.join('.') ?? '', settings[0]?.value];
}

test('case and single underscores do not count, two step into a section', () => {
  for (const name of [
    'NETGUARD_SOURCES__EBPF__TICK_MS',
    'NETGUARD_SOURCES__EBPF__TICKMS',
    'NETGUARD_sources__ebpf__tickMs',
  ]) {
    assert.deepEqual(one(name, '500'), ['sources.ebpf.tickMs', 500]);
  }
  assert.deepEqual(one('NETGUARD_STATE_DIR', '/x'), ['stateDir', '/x']);
});

test('values get the type of their key', () => {
  assert.deepEqual(one('NETGUARD_SERVER__METRICS_PLAIN', 'TRUE'), ['server.metricsPlain', true]);
  assert.deepEqual(one('NETGUARD_CLUSTER', '42'), ['cluster', '42']);
  assert.deepEqual(one('NETGUARD_SOURCES__EBPF__TICK_MS', ''), ['sources.ebpf.tickMs', '']);
  assert.deepEqual(one('NETGUARD_IDENTITY__SUBNETS', '[{cidr: 10.0.0.0/8, label: x}]'), [
    'identity.subnets',
    [{ cidr: '10.0.0.0/8', label: 'x' }],
  ]);
});

test('detectors, their parameters and namespaces can be set', () => {
  assert.deepEqual(one('NETGUARD_DETECTORS__SYN_FLOOD__MODE', 'off'), ['detectors.syn-flood.mode', 'off']);
  assert.deepEqual(one('NETGUARD_DETECTORS__SYN_FLOOD__PARAMETERS__LISTENER_SYNS_PER_WINDOW', '99'), [
    'detectors.syn-flood.parameters.listenerSynsPerWindow',
    99,
  ]);
  assert.deepEqual(one('NETGUARD_DETECTORS__SYN_FLOOD__NAMESPACES__LOAD_TESTS__MODE', 'off'), [
    'detectors.syn-flood.namespaces.load-tests.mode',
    'off',
  ]);
});

const links = [
  'NETGUARD_PORT',
  'NETGUARD_PORT_8410_TCP',
  'NETGUARD_PORT_8410_TCP_ADDR',
  'NETGUARD_PORT_8410_TCP_PORT',
  'NETGUARD_PORT_8410_TCP_PROTO',
  'NETGUARD_PORT_53_UDP_ADDR',
  'NETGUARD_SERVICE_HOST',
  'NETGUARD_SERVICE_PORT',
  'NETGUARD_SERVICE_PORT_HTTP',
  'NETGUARD_HUB_SERVICE_HOST',
  'NETGUARD_HUB_PORT_8410_TCP_ADDR',
  'NETGUARD_LOG__X_SERVICE_HOST',
];

for (const link of links) {
  test(`${link} is a service link and not looked at`, () => {
    assert.deepEqual(read({ [link]: 'tcp://10.96.0.1:8410' }), { settings: [], problems: [], ignored: [] });
  });
}

test('a path that leads nowhere is refused, naming the nearest key', () => {
  const { problems } = read({ NETGUARD_LOG__LEVL: 'x', NETGUARD_LOG__LEVEL__X: 'x', NETGUARD_SOURCES__EBPF: 'x' });
  assert.deepEqual(
    problems.map((problem) => `${problem.where}: ${problem.message}`),
    [
      'environment NETGUARD_LOG__LEVL: unknown key "log.levl", did you mean "level"?',
      'environment NETGUARD_LOG__LEVEL__X: unknown key "log.level.x"',
      'environment NETGUARD_SOURCES__EBPF: sources.ebpf is a section: add __ and a key of it',
    ],
  );
});

test('variables of the client commands are theirs', () => {
  const nothing = { settings: [], problems: [], ignored: [] };
  assert.deepEqual(read({ NETGUARD_SERVER: 'http://h', NETGUARD_TOKEN_FILE: '/t', NETGUARD_DEBUG: '1' }), nothing);
});

test('other names of ours are ignored aloud, names of others silently', () => {
  assert.deepEqual(read({ NETGUARD_HOME: 'x', PATH: 'x', netguard_cluster: 'x' }), {
    settings: [],
    problems: [],
    ignored: ['NETGUARD_HOME'],
  });
});

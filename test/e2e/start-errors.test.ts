/** What a user is told when NetGuard cannot start or was asked wrongly: what was being done, why not, what to do, which status. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, test } from 'node:test';
import { Background } from './support/background.ts';
import { netguard, netguardCommand, type RunOptions, told } from './support/command.ts';
import { Temporary } from './support/temporary.ts';

const directory = new Temporary();
after(() => directory[Symbol.dispose]());

/** `netguard run` on a free port with a state directory of its own. */
function start(args: readonly string[], options?: RunOptions) {
  return netguard(['run', '--listen', '127.0.0.1:0', '--state-dir', directory.join('state'), ...args], options);
}

const files = {
  'unknown-key.yaml': 'apiVersion: netguard/v1\nserver:\n  lissten: 127.0.0.1:8410\n',
  'unknown-detector.yaml': 'apiVersion: netguard/v1\ndetectors:\n  syn-flod: {mode: off}\n',
  'unknown-parameter.yaml':
    'apiVersion: netguard/v1\ndetectors:\n  syn-flood:\n    parameters: {listenerSynPerWindow: 9}\n',
  'broken.yaml': 'apiVersion: netguard/v1\nserver: {listen: [1\n',
  'range.yaml': 'apiVersion: netguard/v1\nsources:\n  ebpf:\n    ringBytes: 5000\n',
  'no-version.yaml': 'cluster: x\n',
  'empty.yaml': '',
} as const;

const wrong: readonly (readonly [file: keyof typeof files, said: RegExp])[] = [
  ['unknown-key.yaml', /unknown-key\.yaml:3:3: unknown key "server\.lissten", did you mean "listen"\?/],
  ['unknown-detector.yaml', /unknown-detector\.yaml:3:3: unknown detector .*did you mean "syn-flood"\?/],
  [
    'unknown-parameter.yaml',
    /unknown-parameter\.yaml:4:18: .*listenerSynPerWindow.*did you mean "listenerSynsPerWindow"\?/,
  ],
  ['broken.yaml', /broken\.yaml:3:1: /],
  ['range.yaml', /range\.yaml:4:16: .*ringBytes.*power of two/],
  [
    'no-version.yaml',
    /no-version\.yaml:1:1: apiVersion is missing\n +Begin the file with the line: apiVersion: netguard\/v1/,
  ],
  ['empty.yaml', /empty\.yaml.*apiVersion is missing/],
];
for (const [file, said] of wrong) {
  test(`a configuration that cannot be used is refused with its place and status 2: ${file}`, async () => {
    const path = directory.write(file, files[file]);
    for (const ended of [await start(['--config', path]), await netguard(['config', 'check', path])]) {
      assert.equal(ended.code, 2, told(ended));
      assert.match(ended.stderr, said);
      assert.equal(ended.stdout, '');
      assert.doesNotMatch(ended.stderr, /^ +at /m, 'no stack');
    }
  });
}

test('the environment and flags are held to the same rules', async () => {
  const environment = await start([], { env: { NETGUARD_SERVER__LISSTEN: 'x' } });
  assert.equal(environment.code, 2, told(environment));
  assert.match(environment.stderr, /environment NETGUARD_SERVER__LISSTEN: .*did you mean "listen"\?/);
  const flag = await netguard(['run', '--listen', 'nonsense']);
  assert.equal(flag.code, 2, told(flag));
  assert.match(flag.stderr, /flag: server\.listen: must be address:port/);
  const exposed = await netguard(['run', '--listen', '0.0.0.0:0']);
  assert.equal(exposed.code, 2, told(exposed));
  assert.match(exposed.stderr, /can be reached from other machines: set .*tokenFile/);
  const links = await netguard(['config', 'check'], {
    env: { NETGUARD_PORT: 'tcp://10.0.0.1:8410', NETGUARD_SERVICE_HOST: '10.0.0.1', NETGUARD_SERVICE_PORT: '8410' },
  });
  assert.equal(links.code, 0, 'what the kubelet sets for a Service is no configuration');
  assert.equal(links.stderr, '');
});

test('a busy port is told with who holds it and what to do, status 1', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  try {
    const { port } = holder.address() as AddressInfo;
    const ended = await start(['--listen', `127.0.0.1:${port}`]);
    assert.equal(ended.code, 1, told(ended));
    assert.match(ended.stderr, new RegExp(`port ${port} is in use \\(by pid ${process.pid}, `));
    assert.match(ended.stderr, /choose another with --listen/);
  } finally {
    holder.close();
  }
});

test('a missing libbpf is told with the package to install, by run and by doctor', async () => {
  const env = { LIBBPF_LIBRARY: directory.join('libbpf.so.1') };
  const ended = await start([], { env });
  assert.equal(ended.code, 1, told(ended));
  assert.match(ended.stderr, /libbpf1/);
  const doctor = await netguard(['doctor'], { env });
  assert.equal(doctor.code, 1, told(doctor));
  assert.match(doctor.stdout, /^✗ libbpf .*\n +lost: .+\n +do: .*apt-get install libbpf1/m);
});

test('missing kernel programs are told with how to build them', async () => {
  const config = directory.write('objects.yaml', {
    apiVersion: 'netguard/v1',
    sources: { ebpf: { objectDir: directory.join('none') } },
  });
  const ended = await start(['--config', config]);
  assert.equal(ended.code, 1, told(ended));
  assert.match(ended.stderr, /npm run build:bpf/);
});

test('a state directory that cannot be made is told in the log and costs nothing but itself', async () => {
  const file = directory.write('file', 'no directory');
  for (const stateDir of [`${file}/state`, '/proc/netguard']) {
    await using running = new Background(netguardCommand, ['run', '--listen', '127.0.0.1:0', '--state-dir', stateDir]);
    await running.says(/NG_ERR_STATE_WRITE.*set stateDir to a directory that can be written/);
    await running.says(/NetGuard is watching/);
    assert.equal((await running.stop('SIGTERM')).status, 0);
  }
});

const misspelt: readonly (readonly [args: readonly string[], said: RegExp])[] = [
  [['rum'], /unknown command 'rum'\n\(Did you mean run\?\)/],
  [['stats'], /unknown command 'stats'\n\(Did you mean status\?\)/],
  [['nonsense'], /unknown command 'nonsense'\n.*`netguard --help`/],
  [['run', '--lisen', 'x'], /unknown option '--lisen'\n\(Did you mean --listen\?\)/],
  [['top', '--onec'], /unknown option '--onec'\n\(Did you mean --once\?\)/],
  [['run', 'extra'], /too many arguments/],
  [['observe', '-o', 'yaml'], /'yaml' is not a format\n +There are compact, dict, json, jsonpb, table/],
  [['observe', '--last', '0'], /whole number of at least 1/],
  [['observe', '--follow', '-o', 'table'], /-o table cannot be used with --follow/],
  [['demo', '--attack-after', 'soon'], /'soon' is not a duration/],
  [['top', '--server', 'ftp://x'], /neither http nor https/],
  [['config', 'shwo'], /unknown command 'shwo'\n\(Did you mean show\?\)/],
];
for (const [args, said] of misspelt) {
  test(`netguard ${args.join(' ')}: status 2 and what was perhaps meant`, async () => {
    const ended = await netguard(args);
    assert.equal(ended.code, 2, told(ended));
    assert.match(ended.stderr, said);
    assert.equal(ended.stdout, '');
  });
}

test('a client command without a NetGuard to ask says how to start one, status 1', async () => {
  for (const args of [['top', '--once'], ['observe'], ['alerts', 'list'], ['status']]) {
    const ended = await netguard([...args, '--server', 'http://127.0.0.1:9']);
    assert.equal(ended.code, 1, told(ended));
    assert.match(ended.stderr, /no NetGuard is listening at http:\/\/127\.0\.0\.1:9\n +Start one with `netguard run`/);
  }
});

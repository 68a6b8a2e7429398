import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { DetectorDeclaration } from './detector-settings.ts';
import { type LoadOptions, loadConfig } from './load.ts';
import { ConfigError } from './problem.ts';
import { defaultConfig } from './schema.ts';

const HEAD = 'apiVersion: netguard/v1\n';
const portLimit = { default: 20, unit: 'ports', minimum: 2, maximum: 1000, description: 'Ports.', source: 'Zeek.' };
const detectors: readonly DetectorDeclaration[] = [
  { id: 'port-scan', description: 'Scans.', default: 'alert', parameters: { portLimit } },
  { id: 'syn-flood', description: 'Floods.', default: 'alert', parameters: { windowMs: { ...portLimit, unit: 'ms' } } },
];

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netguard-config-'));
  file = join(directory, 'ng.yaml');
});
afterEach(() => rmSync(directory, { recursive: true }));

function load(text: string, more: LoadOptions = {}) {
  writeFileSync(file, text);
  return loadConfig({ file, detectors, ...more });
}

function problems(text: string | undefined, more: LoadOptions = {}): string {
  try {
    if (text === undefined) loadConfig({ detectors, ...more });
    else load(text, more);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems
      .map((problem) => `${problem.where.replace(`${directory}/`, '')}: ${problem.message}`)
      .join('\n');
  }
  throw new Error('nothing was refused');
}

test('without a file the defaults are in force', () => {
  const { config, origins } = loadConfig();
  assert.deepEqual(config, defaultConfig());
  assert.equal(config.node, hostname());
  assert.equal(config.server.listen, '127.0.0.1:8410');
  assert.equal(config.sources.ebpf.ringBytes, 4_194_304);
  assert.equal(origins.size, 0);
});

test('flags win over the environment, the environment over the file, the file over the command', () => {
  const text = `${HEAD}cluster: file\nnode: file\nlog: {level: warn}\n`;
  const { config, origins } = load(text, {
    defaults: { cluster: 'command', server: { listen: '127.0.0.1:9410' } },
    env: { NETGUARD_NODE: 'environment', NETGUARD_LOG__LEVEL: 'error' },
    flags: { log: { level: 'debug' } },
  });
  assert.deepEqual([config.cluster, config.node, config.log.level], ['file', 'environment', 'debug']);
  assert.equal(config.server.listen, '127.0.0.1:9410');
  assert.equal(origins.get('cluster'), `${file}:2:10`);
  assert.equal(origins.get('node'), 'environment NETGUARD_NODE');
  assert.equal(origins.get('log.level'), 'flag');
  assert.equal(origins.has('server.listen'), false);
});

test('a key without a value, or a section without keys, means the default', () => {
  const { config, origins } = load(`${HEAD}cluster:\nlog:\nserver:\n  listen: ~\n`);
  assert.deepEqual(config, defaultConfig());
  assert.deepEqual([...origins.keys()], ['apiVersion']);
});

test('a list replaces the one below it', () => {
  const text = `${HEAD}identity: {clusterCidrs: [10.0.0.0/8, 172.16.0.0/12]}\n`;
  const { config } = load(text, { env: { NETGUARD_IDENTITY__CLUSTER_CIDRS: '[192.168.0.0/16]' } });
  assert.deepEqual(config.identity.clusterCidrs, ['192.168.0.0/16']);
});

const refused: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  [
    'an unknown key',
    `${HEAD}server:\n  lissten: x\n`,
    /^ng\.yaml:3:3: unknown key "server\.lissten", did you mean "listen"\?$/,
  ],
  ['an unknown section', `${HEAD}sourcs: {}\n`, /^ng\.yaml:2:1: unknown key "sourcs", did you mean "sources"\?$/],
  [
    'a secret in the file',
    `${HEAD}server: {token: hunter2}\n`,
    /^ng\.yaml:2:10: unknown key "server\.token", did you mean "tokenFile"\?$/,
  ],
  ['a key like no other', `${HEAD}log: {zzzzzz: 1}\n`, /unknown key "log\.zzzzzz"; known here: format, level/],
  ['a word for a number', `${HEAD}flows:\n  windowMs: soon\n`, /^ng\.yaml:3:13: flows\.windowMs: .*found "soon"$/],
  ['a number out of range', `${HEAD}flows: {windowMs: 5}\n`, /flows\.windowMs: .*1000.*found 5$/],
  ['a fraction for an integer', `${HEAD}flows: {recent: 100.5}\n`, /flows\.recent: .*int.*found 100\.5$/],
  [
    'a ring of no power of two',
    `${HEAD}sources: {ebpf: {ringBytes: 5000}}\n`,
    /must be a power of two, at least one page \(4096\), found 5000/,
  ],
  ['a ring below one page', `${HEAD}sources: {ebpf: {ringBytes: 2048}}\n`, /ringBytes: .*4096.*found 2048/],
  ['an address without a port', `${HEAD}server: {listen: 127.0.0.1}\n`, /must be address:port/],
  ['a port out of range', `${HEAD}server: {listen: "127.0.0.1:70000"}\n`, /must be address:port/],
  ['a metrics port out of range', `${HEAD}metrics: {listen: ":70000"}\n`, /must be address:port or :port/],
  ['an address that is none', `${HEAD}server: {listen: "1.2.3:80"}\n`, /must be address:port/],
  [
    'a range that is none',
    `${HEAD}identity: {clusterCidrs: [10.0.0.0/33]}\n`,
    /clusterCidrs\[0\]: must be an address range/,
  ],
  [
    'a missing part',
    `${HEAD}identity:\n  subnets:\n    - cidr: 10.0.0.0/8\n`,
    /^ng\.yaml:4:7: identity\.subnets\[0\]\.label is missing$/,
  ],
  ['another version', 'apiVersion: netguard/v2\n', /^ng\.yaml:1:13: apiVersion: .*found "netguard\/v2"$/],
  ['no version', 'cluster: x\n', /^ng\.yaml:1:1: apiVersion is missing$/],
  ['an empty file', '', /apiVersion is missing/],
  ['a list', '- a\n', /must be a map/],
  [
    'an unknown detector',
    `${HEAD}detectors:\n  portscan: {}\n`,
    /^ng\.yaml:3:3: unknown detector "detectors\.portscan", did you mean "port-scan"\?$/,
  ],
  ['an unknown mode', `${HEAD}detectors: {port-scan: {mode: silent}}\n`, /port-scan\.mode: .*"alert".*found "silent"/],
  [
    'an unknown parameter',
    `${HEAD}detectors:\n  port-scan:\n    parameters: {portLimt: 3}\n`,
    /^ng\.yaml:4:18: unknown parameter "detectors\.port-scan\.parameters\.portLimt", did you mean "portLimit"\?$/,
  ],
  [
    'a parameter out of range',
    `${HEAD}detectors: {port-scan: {parameters: {portLimit: 1}}}\n`,
    /portLimit: must be between 2 and 1000 ports, found 1$/,
  ],
  [
    'a parameter of a namespace out of range',
    `${HEAD}detectors: {port-scan: {namespaces: {shop: {parameters: {portLimit: 2000}}}}}\n`,
    /namespaces\.shop\.parameters\.portLimit: must be between/,
  ],
  [
    'a parameter of another detector',
    `${HEAD}detectors: {port-scan: {parameters: {windowMs: 100}}}\n`,
    /unknown parameter/,
  ],
  [
    'an inherited name as a parameter',
    `${HEAD}detectors: {port-scan: {parameters: {constructor: 1}}}\n`,
    /unknown parameter/,
  ],
  [
    'a namespace that is none',
    `${HEAD}detectors: {port-scan: {namespaces: {Shop_1: {}}}}\n`,
    /detectors\.port-scan\.namespaces\.Shop_1/,
  ],
  [
    'a public address without TLS and token',
    `${HEAD}server:\n  listen: 0.0.0.0:8410\n`,
    /^ng\.yaml:3:11: .*can be reached from other machines: set server\.tlsCertFile, server\.tlsKeyFile, server\.tokenFile/,
  ],
  [
    'a certificate without its key',
    `${HEAD}server: {tlsCertFile: /c.pem}\n`,
    /server\.tlsCertFile needs server\.tlsKeyFile too/,
  ],
  ['bad YAML', `${HEAD}log: {level: info\ncluster: a: b\n`, /^ng\.yaml:\d+:\d+: .*"/],
  ['a tab as indentation', `${HEAD}log:\n\tlevel: info\n`, /^ng\.yaml:3:1: .*"level: info"/],
  ['a key twice', `${HEAD}cluster: a\ncluster: b\n`, /^ng\.yaml:3:1: Map keys must be unique: "cluster: b"/],
];

for (const [what, text, message] of refused) {
  test(`${what} is refused with its place`, () => assert.match(problems(text), message));
}

test('all problems are told at once, the first in the message', () => {
  try {
    load(`${HEAD}log: {level: loud}\nflows: {windowMs: 1}\n`);
    assert.fail('nothing was refused');
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.code, 'NG_ERR_CONFIG_INVALID');
    assert.match(error.message, /^reading the configuration: .*ng\.yaml:2:14: log\.level: .*\(and 1 more\)$/);
    assert.match(error.detail ?? '', /flows\.windowMs/);
    assert.match(error.hint ?? '', /config schema/);
  }
});

test('a missing file is named, with what to do', () => {
  assert.throws(
    () => loadConfig({ file: '/nowhere/ng.yaml' }),
    (error: Error & { code?: string; hint?: string }) =>
      error.code === 'NG_ERR_CONFIG_READ' &&
      /\/nowhere\/ng\.yaml/.test(error.message) &&
      /--config/.test(error.hint ?? ''),
  );
});

test('bad YAML has a code of its own', () => {
  assert.throws(() => load('a: [\n'), { code: 'NG_ERR_CONFIG_SYNTAX' });
});

test('a wrong value says whether a variable or a flag gave it', () => {
  assert.match(
    problems(undefined, { env: { NETGUARD_LOG__LEVEL: 'loud' } }),
    /^environment NETGUARD_LOG__LEVEL: log\.level/,
  );
  assert.match(problems(undefined, { flags: { log: { level: 'loud' } } }), /^flag: log\.level/);
});

test('a public address with TLS and token is allowed', () => {
  const { config } = load(`${HEAD}server: {listen: "[::]:8410", tlsCertFile: /c, tlsKeyFile: /k, tokenFile: /t}\n`);
  assert.equal(config.server.listen, '[::]:8410');
});

test('the detectors of this version are checked unless others are given', () => {
  writeFileSync(file, `${HEAD}detectors: {syn-flod: {}}\n`);
  assert.throws(() => loadConfig({ file }), /unknown detector "detectors\.syn-flod", did you mean "syn-flood"\?/);
});

test('a parameter or a namespace that stands too high is shown its place', () => {
  const message = (yaml: string): string => problems(`${HEAD}detectors:\n  port-scan: ${yaml}\n`);
  assert.match(message('{portLimit: 5}'), /one level deeper, detectors\.port-scan\.parameters\.portLimit/);
  assert.match(
    message('{namespaces: {shop: {portLmit: 5}}}'),
    /one level deeper, detectors\.port-scan\.namespaces\.shop\.parameters\.portLimit/,
  );
  assert.match(message('{shop: {mode: off}}'), /one level deeper, detectors\.port-scan\.namespaces\.shop/);
  assert.match(message('{namespace: {shop: {mode: off}}}'), /did you mean "namespaces"\?/);
  assert.match(message('{namespaces: {shop: {raise: 11}}}'), /raise/);
});

test('a silence that could not be made is refused, with what to write', () => {
  const message = (yaml: string): string => problems(`${HEAD}silences:\n  - ${yaml}\n`);
  const said = 'author: ann, comment: planned';
  assert.match(message(`{matchers: [rule=x], ${said}}`), /^ng\.yaml:3:5: silences\[0\]: it has no end\. .*endsAt/);
  assert.match(message(`{matchers: ['rule=~.*'], endsAt: 2126-01-01T00:00:00Z, ${said}}`), /matches every alert/);
  assert.match(message(`{matchers: [rule=x], endsAt: tomorrow, ${said}}`), /endsAt: must be a time such as/);
  assert.match(message('{matchers: [rule=x], endsAt: 2020-01-01T00:00:00Z}'), /does not say who/);
  const over = `{matchers: [rule=x], endsAt: 2020-01-01T00:00:00Z, ${said}}`;
  assert.equal(load(`${HEAD}silences:\n  - ${over}\n`).config.silences.length, 1, 'one that is over is no error');
});

const SINKS = `${HEAD}sinks:\n  pager:\n`;
const refusedSinks: readonly (readonly [what: string, sink: string, message: RegExp])[] = [
  [
    'a kind that is none',
    '    type: slack\n',
    /sinks\.pager\.type: must be a kind of sink: alertmanager, .*found "slack"$/,
  ],
  ['no kind', '    url: http://x\n', /sinks\.pager\.type is missing$/],
  [
    'a key of another kind',
    '    {type: webhook, url: "http://x", urls: []}\n',
    /^ng\.yaml:4:\d+: unknown key "sinks\.pager\.urls", did you mean "url"\?$/,
  ],
  [
    'a secret in the file',
    '    {type: webhook, url: "http://x", secret: hunter2}\n',
    /unknown key "sinks\.pager\.secret", did you mean "secretFile"\?$/,
  ],
  ['a password in a URL', '    {type: webhook, url: "http://u:p@x"}\n', /must not hold a user or password/],
  ['another scheme', '    {type: webhook, url: "file:///etc/passwd"}\n', /must be a URL such as https/],
  ['neither url nor urlFile', '    {type: webhook}\n', /sinks\.pager needs either url or urlFile$/],
  [
    'two kinds of credentials',
    '    {type: otlp, url: "http://x", bearerTokenFile: /a, basicAuthFile: /b}\n',
    /has both bearerTokenFile and basicAuthFile/,
  ],
  [
    'half a key pair',
    '    {type: syslog, address: "x:514", tlsCertFile: /a}\n',
    /needs both tlsCertFile and tlsKeyFile/,
  ],
  [
    'a matcher that is none',
    '    {type: file, path: /x, matchers: ["namespce=shop"]}\n',
    /sinks\.pager\.matchers\[0\]: .*did you mean namespace\?/,
  ],
  ['no instance', '    {type: alertmanager, urls: []}\n', /sinks\.pager\.urls: .*1/],
];
for (const [what, sink, message] of refusedSinks) {
  test(`a sink is refused: ${what}`, () => {
    assert.match(problems(SINKS + sink), message);
  });
}

test('a name of a sink that is no directory name is refused', () => {
  for (const name of ['../x', 'A', 'a b', 'told.json', 'x'.repeat(64)])
    assert.throws(
      () => load(`${HEAD}sinks: {${JSON.stringify(name)}: {type: file, path: /x}}\n`),
      /small letters, digits and dashes|sinks/,
    );
});

test('a sink from the environment', () => {
  const { config } = load(HEAD, {
    env: {
      NETGUARD_SINKS__PAGER__TYPE: 'webhook',
      NETGUARD_SINKS__PAGER__URL: 'https://x/y',
      NETGUARD_SINKS__PAGER__MIN_SEVERITY: 'high',
    },
  });
  const { pager } = config.sinks;
  assert.deepEqual([pager?.type, pager?.minSeverity], ['webhook', 'high']);
});

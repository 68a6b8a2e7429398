import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../config/problem.ts';
import { loadIdentities, parseIdentities } from './load-identities.ts';

const HEAD = 'apiVersion: netguard/v1\nkind: Identities\n';
const UID = '1c7f9a5e-3b0d-4c8a-9f61-0d2e4b6a8c10';
const OTHER = '2d8f9a5e-3b0d-4c8a-9f61-0d2e4b6a8c10';
const ID = '7be92808767a667f35c8505cbf40d14e931ef6db5b0210329cf193b15ba9d605';

const full = `${HEAD}pods:
  - uid: ${UID.toUpperCase()}
    namespace: shop
    name: web-7d4f
    workload: {kind: Deployment, name: web}
    labels: {app: web}
    ips: [10.244.1.7, "2001:DB8:0:0::7", "::ffff:10.244.1.8"]
    node: worker-1
    containers: [{id: "containerd://${ID}", name: nginx}]
services:
  - {namespace: shop, name: web, ips: [10.96.0.10], ports: [80, {port: 53, protocol: UDP, name: dns}]}
nodes:
  - {name: worker-1, ips: [192.168.0.11]}
`;

function problems(text: string): readonly string[] {
  try {
    parseIdentities(text, 'ids.yaml');
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map((problem) => `${problem.where}: ${problem.message}`);
  }
  throw new Error('nothing was refused');
}

const pod = (fields: string) => `${HEAD}pods:\n  - {uid: ${UID}, namespace: shop, name: web, ${fields}}\n`;

test('a full file is read, with canonical addresses, UIDs and container ids', () => {
  const file = parseIdentities(full, 'ids.yaml');
  const [web] = file.pods;
  assert.equal(web?.uid, UID);
  assert.deepEqual(web?.ips, ['10.244.1.7', '2001:db8::7', '10.244.1.8']);
  assert.deepEqual(web?.containers, [{ id: ID, name: 'nginx' }]);
  assert.deepEqual([web?.hostNetwork, web?.phase], [false, 'Running']);
  assert.deepEqual(file.services[0]?.ports, [
    { port: 80, protocol: 'TCP' },
    { port: 53, protocol: 'UDP', name: 'dns' },
  ]);
});

test('every list may be left out', () => {
  assert.deepEqual(parseIdentities(HEAD, 'ids.yaml'), {
    apiVersion: 'netguard/v1',
    kind: 'Identities',
    pods: [],
    services: [],
    nodes: [],
  });
});

const refused: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ['an empty file', '', /apiVersion is missing/],
  ['another kind', 'apiVersion: netguard/v1\nkind: Pods\n', /^ids\.yaml:2:7: kind: .*found "Pods"/],
  [
    'an unknown key',
    pod('namspace: x'),
    /^ids\.yaml:4:\d+: unknown key "pods\[0\]\.namspace", did you mean "namespace"\?/,
  ],
  [
    'an address that is none',
    pod('ips: [10.244.1.300]'),
    /pods\[0\]\.ips\[0\]: must be an IPv4 or IPv6 address, found "10\.244\.1\.300"/,
  ],
  ['an octal-looking address', pod('ips: [010.0.0.1]'), /must be an IPv4/],
  ['an address with a zone', pod('ips: ["fe80::1%eth0"]'), /must be an IPv4/],
  ['a terminal escape in a name', pod('node: "a\\x1b[31m"'), /pods\[0\]\.node: must be a name/],
  ['a control character in a label', pod('labels: {"a\\n": b}'), /labels/],
  ['a path in a UID', `${HEAD}pods: [{uid: ../../etc/passwd, namespace: a, name: b}]`, /must be a pod UID/],
  ['a number as a name', `${HEAD}pods: [{uid: ${UID}, namespace: 7, name: b}]`, /namespace/],
  ['a short container id', pod('containers: [{id: 7be928, name: x}]'), /64 hex digits/],
  ['a port out of range', `${HEAD}services: [{namespace: a, name: b, ports: [70000]}]`, /services\[0\]\.ports\[0\]/],
  ['a start that is no time', pod('startedAt: yesterday'), /startedAt/],
  [
    'the same UID twice',
    `${HEAD}pods:\n  - {uid: ${UID}, namespace: a, name: b}\n  - {uid: ${UID}, namespace: a, name: c}\n`,
    /^ids\.yaml:5:\d+: pod UID .* stands already at ids\.yaml:4:\d+/,
  ],
  [
    'the same running pod twice',
    `${HEAD}pods:\n  - {uid: ${UID}, namespace: a, name: b}\n  - {uid: ${OTHER}, namespace: a, name: b}\n`,
    /running pod a\/b stands already/,
  ],
  [
    'an address of two running pods',
    `${HEAD}pods:\n  - {uid: ${UID}, namespace: a, name: b, ips: [10.0.0.1]}\n  - {uid: ${OTHER}, namespace: a, name: c, ips: [10.0.0.1]}\n`,
    /address 10\.0\.0\.1 stands already/,
  ],
  [
    'an address of a pod and a node',
    `${pod('ips: [10.0.0.1]')}nodes: [{name: n, ips: ["::ffff:10.0.0.1"]}]`,
    /address 10\.0\.0\.1 stands already/,
  ],
  [
    'the same service twice',
    `${HEAD}services: [{namespace: a, name: b}, {namespace: a, name: b}]`,
    /service a\/b stands already/,
  ],
  ['a key twice', `${HEAD}pods: []\npods: []\n`, /^ids\.yaml:4:1: .*unique.*"pods: \[\]"/],
  ['bad YAML', `${HEAD}pods: [\n`, /^ids\.yaml:\d+:\d+: /],
  ['a list instead of a map', '- a\n', /expected object|must be/i],
  [
    'an alias bomb',
    `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
    /alias/i,
  ],
];

for (const [what, text, message] of refused) {
  test(`${what} is refused with its place`, () => {
    const found = problems(text);
    assert.ok(
      found.some((line) => message.test(line)),
      found.join('\n'),
    );
  });
}

test('completed and host-network pods may share an address', () => {
  const text = `${HEAD}pods:
  - {uid: ${UID}, namespace: a, name: job, ips: [10.0.0.1], phase: Succeeded}
  - {uid: ${OTHER}, namespace: a, name: web, ips: [10.0.0.1]}
  - {uid: 3d8f9a5e-3b0d-4c8a-9f61-0d2e4b6a8c10, namespace: a, name: proxy, ips: [192.168.0.11], hostNetwork: true}
nodes: [{name: n, ips: [192.168.0.11]}]
`;
  assert.equal(parseIdentities(text, 'ids.yaml').pods.length, 3);
});

test('a missing file is named, with what to check', () => {
  assert.throws(
    () => loadIdentities('/nowhere/ids.yaml'),
    (error: Error & { code?: string; hint?: string }) =>
      error.code === 'NG_ERR_IDENTITY_READ' &&
      /\/nowhere\/ids\.yaml/.test(error.message) &&
      /identity\.file/.test(error.hint ?? ''),
  );
});

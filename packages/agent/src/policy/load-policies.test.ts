import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ConfigError } from '../config/problem.ts';
import { parsePolicies } from './load-policies.ts';

const META = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n';
const EMPTY = { matchLabels: {}, matchExpressions: [] };

function only(text: string) {
  const { networkPolicies } = parsePolicies(text, 'p.yaml');
  assert.equal(networkPolicies.length, 1);
  return networkPolicies[0]!;
}

function problems(text: string): string[] {
  try {
    parsePolicies(text, 'p.yaml');
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.code, 'NG_ERR_POLICY_INVALID');
    assert.match(error.hint ?? '', /docs\/reference\/policy\.md/);
    return error.problems.map(({ where, message }) => `${where}: ${message}`);
  }
  return [];
}

describe('NetworkPolicy files', () => {
  it('without policyTypes mean ingress, and egress where there are egress rules', () => {
    assert.deepEqual(only(`${META}spec: {podSelector: {}}`), {
      namespace: 'shop',
      name: 'p',
      podSelector: EMPTY,
      ingress: [],
      egress: null,
    });
    assert.equal(only(`${META}spec: {podSelector: {}, egress: []}`).egress, null);
    assert.deepEqual(only(`${META}spec: {podSelector: {}, egress: [{}]}`).egress, [{ peers: [], ports: [] }]);
  });

  it('with policyTypes mean those alone', () => {
    const { ingress, egress } = only(`${META}spec: {podSelector: {}, policyTypes: [Egress], ingress: [{}]}`);
    assert.deepEqual([ingress, egress], [null, []]);
  });

  it('with null where kubectl prints it are the same as without', () => {
    const policy = only(`${META}spec:\n  podSelector:\n  ingress:\n  - from:\n    ports:\n  policyTypes:\n`);
    assert.deepEqual(policy.podSelector, EMPTY);
    assert.deepEqual(policy.ingress, [{ peers: [], ports: [] }]);
  });

  it('keep peers, ranges, exceptions and ports, TCP unless said', () => {
    const { ingress } = only(`${META}spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [db]}]}
  ingress:
  - from:
    - ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}
    - namespaceSelector: {matchLabels: {project: x}}
      podSelector: {matchLabels: {role: y}}
    ports: [{port: 6379}, {protocol: UDP, port: 32000, endPort: 32768}, {port: http}, {protocol: SCTP}]
`);
    assert.deepEqual(ingress?.[0], {
      peers: [
        { ipBlock: { cidr: '172.17.0.0/16', except: ['172.17.1.0/24'] } },
        {
          podSelector: { matchLabels: { role: 'y' }, matchExpressions: [] },
          namespaceSelector: { matchLabels: { project: 'x' }, matchExpressions: [] },
        },
      ],
      ports: [
        { protocol: 'TCP', port: 6379 },
        { protocol: 'UDP', port: 32_000, endPort: 32_768 },
        { protocol: 'TCP', port: 'http' },
        { protocol: 'SCTP' },
      ],
    });
  });

  it('are in the namespace default unless they say', () => {
    const text = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {}}';
    assert.equal(only(text).namespace, 'default');
  });

  it('hold several documents, lists as kubectl prints them, JSON, and other kinds that are passed over', () => {
    const item = (name: string, kind = true) =>
      `{${kind ? '"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy",' : ''}"metadata":{"name":"${name}","uid":"u","managedFields":[]},"spec":{"podSelector":{}},"status":{}}`;
    const text = [
      `apiVersion: v1\nkind: List\nitems: [${item('a')}, ${item('b')}]`,
      `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems: [${item('c', false)}]`,
      item('d'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}',
      '',
    ].join('\n---\n');
    const { networkPolicies, notes } = parsePolicies(text, 'p.yaml');
    assert.deepEqual(
      networkPolicies.map(({ name }) => name),
      ['a', 'b', 'c', 'd'],
    );
    assert.deepEqual(notes, []);
  });

  it('say that policies of other makers are not read, and that a file holds none', () => {
    const { notes } = parsePolicies('apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n', 'c.yaml');
    assert.equal(notes.length, 2);
    assert.match(notes[0] ?? '', /^c\.yaml:1:1: cilium\.io\/v2 CiliumNetworkPolicy is not read/);
  });

  it('name file, line and what is wrong', () => {
    const spec = (text: string) => problems(`${META}spec:\n  podSelector: {}\n${text}`);
    assert.match(spec('  ingres: []\n')[0] ?? '', /^p\.yaml:6:3: unknown key "spec\.ingres", did you mean "ingress"\?/);
    assert.match(spec('  ingress: [{from: [{}]}]\n')[0] ?? '', /must have podSelector, namespaceSelector or both/);
    assert.match(
      spec('  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/33}}]}]\n')[0] ?? '',
      /^p\.yaml:6:.*must be a range such as 10\.0\.0\.0\/8, found "10\.0\.0\.0\/33"/,
    );
    assert.match(spec('  ingress: [{ports: [{port: 80, endPort: 79}]}]\n')[0] ?? '', /endPort needs a numeric port/);
    assert.match(spec('  ingress: [{ports: [{port: 0}]}]\n')[0] ?? '', /port/);
    assert.match(
      problems(`${META}spec: {podSelector: {matchExpressions: [{key: a, operator: In}]}}`)[0] ?? '',
      /In and NotIn need values/,
    );
  });

  it('name the place inside a list, and every problem of a file', () => {
    const text = `apiVersion: v1
kind: List
items:
- apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: a}
  spec: {podSelector: {}, policyTypes: [Inbound]}
- apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {}
  spec: {podSelector: {}}
`;
    const found = problems(text);
    assert.equal(found.length, 2);
    assert.match(found[0] ?? '', /^p\.yaml:7:/);
    assert.match(found[1] ?? '', /^p\.yaml:10:.*metadata\.name is missing/);
  });

  it('may not say the same policy twice', () => {
    const one = `${META}spec: {podSelector: {}}`;
    assert.match(problems(`${one}\n---\n${one}`)[0] ?? '', /NetworkPolicy shop\/p stands already at p\.yaml:1:1/);
  });

  it('that are no YAML say so by line', () => {
    assert.throws(() => parsePolicies(`${META}spec: {podSelector: {}\n`, 'p.yaml'), { code: 'NG_ERR_POLICY_SYNTAX' });
  });

  it('with a document that is no object are refused', () => {
    assert.match(problems('- a\n- b\n')[0] ?? '', /must be an object with apiVersion and kind/);
  });
});

describe('AdminNetworkPolicy files', () => {
  const head = (kind: string) =>
    `apiVersion: policy.networking.k8s.io/v1alpha1\nkind: ${kind}\nmetadata: {name: default}\nspec:\n`;
  const subject = '  subject: {namespaces: {matchLabels: {team: blue}}}\n';

  it('keep subjects, peers of each kind, actions and ports', () => {
    const { adminPolicies } = parsePolicies(
      `${head('AdminNetworkPolicy')}  priority: 10
  subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}}
  ingress:
  - {name: ops, action: Pass, from: [{namespaces: {matchLabels: {team: red}}}]}
  egress:
  - action: Deny
    to: [{networks: [10.0.0.0/8]}, {nodes: {}}, {domainNames: ['*.example.com']}, {pods: {namespaceSelector: {}, podSelector: {}}}]
    ports: [{portNumber: {port: 53, protocol: UDP}}, {portRange: {start: 1, end: 9}}, {namedPort: http}]
---
${head('BaselineAdminNetworkPolicy')}${subject}  ingress: [{action: Deny, from: [{namespaces: {}}]}]
`,
      'p.yaml',
    );
    const [admin, baseline] = adminPolicies ?? [];
    const labels = (matchLabels: Record<string, string>) => ({ matchLabels, matchExpressions: [] });
    assert.deepEqual(admin?.subject, { namespaceSelector: EMPTY, podSelector: labels({ app: 'db' }) });
    assert.equal(admin?.priority, 10);
    assert.deepEqual(admin?.ingress, [
      { name: 'ops', action: 'Pass', peers: [{ kind: 'pods', namespaceSelector: labels({ team: 'red' }) }], ports: [] },
    ]);
    assert.deepEqual(admin?.egress[0]?.peers, [
      { kind: 'networks', cidrs: ['10.0.0.0/8'] },
      { kind: 'nodes', selector: EMPTY },
      { kind: 'unknown' },
      { kind: 'pods', namespaceSelector: EMPTY, podSelector: EMPTY },
    ]);
    assert.deepEqual(admin?.egress[0]?.ports, [
      { protocol: 'UDP', port: 53 },
      { protocol: 'TCP', port: 1, endPort: 9 },
      ...['TCP', 'UDP', 'SCTP'].map((protocol) => ({ protocol, port: 'http' })),
    ]);
    assert.deepEqual(
      [baseline?.kind, baseline?.subject],
      ['BaselineAdminNetworkPolicy', { namespaceSelector: labels({ team: 'blue' }) }],
    );
  });

  it('say what is wrong, and where', () => {
    const wrong = `${head('AdminNetworkPolicy')}  priority: 1\n${subject}  ingress: [{action: Deny, from: [{}]}]\n`;
    assert.match(
      problems(wrong)[0] ?? '',
      /^p\.yaml:7:.*must have one of namespaces, pods, nodes, networks or domainNames/,
    );
    assert.match(problems(`${head('AdminNetworkPolicy')}  priority: 1\n`)[0] ?? '', /subject/);
  });
});

describe('AccessPolicy files', () => {
  it('say who may talk to whom', () => {
    const { accessPolicies } = parsePolicies(
      `apiVersion: netguard/v1
kind: AccessPolicy
name: payments
protect: [{namespace: pay}]
confine: [{namespace: [pay, shop], labels: {app: batch}}]
allow:
- name: web asks pay
  from: [{namespace: shop, workload: Deployment/web}, {cidr: 10.0.0.0/8}]
  to: [{service: pay/api}]
  ports: [8080, http, {port: 53, protocol: UDP}]
deny:
- to: [{kind: world}]
`,
      'a.yaml',
    );
    assert.deepEqual(accessPolicies, [
      {
        name: 'payments',
        protect: [{ namespaces: ['pay'] }],
        confine: [{ namespaces: ['pay', 'shop'], labels: { matchLabels: { app: 'batch' }, matchExpressions: [] } }],
        allow: [
          {
            name: 'web asks pay',
            from: [
              { workload: { kind: 'Deployment', name: 'web' }, namespaces: ['shop'] },
              { cidr: { cidr: '10.0.0.0/8', except: [] } },
            ],
            to: [{ service: 'pay/api' }],
            ports: [
              { protocol: 'TCP', port: 8080 },
              { protocol: 'TCP', port: 'http' },
              { protocol: 'UDP', port: 53 },
            ],
          },
        ],
        deny: [{ from: [], to: [{ kinds: ['world'] }], ports: [] }],
      },
    ]);
  });

  const head = 'apiVersion: netguard/v1\nkind: AccessPolicy\nname: a\n';
  it('that forbid nothing are refused', () => {
    assert.match(problems(`${head}allow: []\n`)[0] ?? '', /forbids nothing/);
  });

  it('with an end that says nothing, or a slip, are refused by line', () => {
    assert.match(problems(`${head}protect: [{}]\n`)[0] ?? '', /^p\.yaml:4:.*must say something/);
    assert.match(problems(`${head}protect: [{namespaces: a}]\n`)[0] ?? '', /^p\.yaml:4:.*did you mean "namespace"\?/);
    assert.match(problems('apiVersion: netguard/v2\nkind: AccessPolicy\nname: a\n')[0] ?? '', /apiVersion/);
  });
});

it('the examples of the policy page load', () => {
  const page = readFileSync(new URL('../../../../docs/reference/policy.md', import.meta.url), 'utf8');
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  const policies = examples.filter((text) => text.includes('kind: AccessPolicy'));
  assert.equal(policies.length, 1);
  for (const text of policies) assert.equal(parsePolicies(text, 'policy.md').accessPolicies.length, 1);
});

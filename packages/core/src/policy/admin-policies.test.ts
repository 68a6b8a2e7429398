import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../endpoint.ts';
import { AccessRules } from './access-rules.ts';
import type { LabelSelector, Labels } from './label-selector.ts';
import type { AdminPeer, AdminPolicy, AdminRule, NetworkPolicy } from './policies.ts';
import type { PodFacts, SubjectLookup } from './subject.ts';

const select = (matchLabels: Labels = {}): LabelSelector => ({ matchLabels, matchExpressions: [] });
const NAMESPACES: Readonly<Record<string, Labels>> = { shop: { team: 'blue' }, ops: { team: 'red' } };

function pod(name: string, namespace: string, ip: string, hostNetwork = false): PodFacts {
  const labels = NAMESPACES[namespace];
  return {
    name,
    namespace: { name: namespace, labels: labels ?? {}, isComplete: labels !== undefined },
    labels: { app: name },
    ips: [ip],
    hostNetwork,
    node: 'n1',
    ports: [{ port: 5432, protocol: 'TCP', name: 'sql' }],
  };
}

const PODS = [
  pod('web', 'shop', '10.1.0.1'),
  pod('db', 'shop', '10.1.0.2'),
  pod('probe', 'ops', '10.1.0.3'),
  pod('stray', 'nobody', '10.1.0.4'),
  pod('host', 'ops', '192.168.0.9', true),
];
const at = (name: string): Endpoint => {
  const { namespace, ips } = PODS.find((one) => one.name === name)!;
  return { ip: ips[0]!, kind: 'pod', namespace: namespace.name, pod: name };
};
const world: Endpoint = { ip: '203.0.113.9', kind: 'world' };
const node: Endpoint = { ip: '192.168.0.6', kind: 'node', workload: { kind: 'Node', name: 'n2' } };
const lookup: SubjectLookup = {
  generation: 1,
  pod: (endpoint) => PODS.find(({ name }) => name === endpoint.pod),
  backends: () => undefined,
  services: () => [],
  isOwnNode: () => false,
};

const red: AdminPeer = { kind: 'pods', namespaceSelector: select({ team: 'red' }) };
const anyPod: AdminPeer = { kind: 'pods', namespaceSelector: select() };
const rule = (action: AdminRule['action'], peer: AdminPeer, more: Partial<AdminRule> = {}): AdminRule => ({
  action,
  peers: [peer],
  ports: [],
  ...more,
});

function admin(more: Partial<AdminPolicy>): AdminPolicy {
  const subject = { namespaceSelector: select({ team: 'blue' }) };
  return { kind: 'AdminNetworkPolicy', name: 'a', priority: 10, subject, ingress: [], egress: [], ...more };
}
const baseline = (more: Partial<AdminPolicy>) =>
  admin({ kind: 'BaselineAdminNetworkPolicy', name: 'default', ...more });
const network = (more: Partial<NetworkPolicy>): NetworkPolicy => ({
  namespace: 'shop',
  name: 'p',
  podSelector: select(),
  ingress: null,
  egress: null,
  ...more,
});

function judge(adminPolicies: readonly AdminPolicy[], networkPolicies: readonly NetworkPolicy[] = []): AccessRules {
  const rules = new AccessRules(lookup);
  rules.setPolicies({ networkPolicies, accessPolicies: [], adminPolicies });
  return rules;
}

type Row = [what: string, AdminPolicy[], NetworkPolicy[], Endpoint, Endpoint, 'allowed' | 'ingress' | 'egress'];
const denyRed = admin({ ingress: [rule('Deny', red)] });
const closed = network({ ingress: [] });
const open = network({ ingress: [{ peers: [], ports: [] }] });
const ROWS: readonly Row[] = [
  ['a deny rule forbids', [denyRed], [], at('probe'), at('db'), 'ingress'],
  ['also what a NetworkPolicy allows', [denyRed], [open], at('probe'), at('db'), 'ingress'],
  ['whom it does not name it leaves alone', [denyRed], [], at('web'), at('db'), 'allowed'],
  ['and who is no subject', [denyRed], [], at('web'), at('probe'), 'allowed'],
  [
    'an allow rule goes before every NetworkPolicy',
    [admin({ ingress: [rule('Allow', red)] })],
    [closed],
    at('probe'),
    at('db'),
    'allowed',
  ],
  [
    'the first rule that matches says',
    [admin({ ingress: [rule('Allow', red), rule('Deny', anyPod)] })],
    [],
    at('probe'),
    at('db'),
    'allowed',
  ],
  [
    'the lowest priority number is asked first',
    [
      admin({ name: 'z', priority: 1, ingress: [rule('Deny', red)] }),
      admin({ priority: 2, ingress: [rule('Allow', red)] }),
    ],
    [],
    at('probe'),
    at('db'),
    'ingress',
  ],
  [
    'pass leaves it to NetworkPolicies',
    [admin({ ingress: [rule('Pass', red), rule('Deny', red)] })],
    [closed],
    at('probe'),
    at('db'),
    'ingress',
  ],
  [
    'which may allow it',
    [admin({ ingress: [rule('Pass', red), rule('Deny', red)] })],
    [open],
    at('probe'),
    at('db'),
    'allowed',
  ],
  [
    'and, where there is none, to the baseline',
    [admin({ ingress: [rule('Pass', red)] }), baseline({ ingress: [rule('Deny', anyPod)] })],
    [],
    at('probe'),
    at('db'),
    'ingress',
  ],
  [
    'a baseline forbids where no NetworkPolicy selects the pod',
    [baseline({ ingress: [rule('Deny', red)] })],
    [],
    at('probe'),
    at('db'),
    'ingress',
  ],
  [
    'and is not asked where one does',
    [baseline({ ingress: [rule('Deny', red)] })],
    [open],
    at('probe'),
    at('db'),
    'allowed',
  ],
  [
    'for each direction by itself',
    [baseline({ ingress: [rule('Deny', red)] })],
    [network({ egress: [] })],
    at('probe'),
    at('db'),
    'ingress',
  ],
  [
    'ports are the rule’s',
    [admin({ ingress: [rule('Deny', red, { ports: [{ protocol: 'TCP', port: 80, endPort: 90 }] })] })],
    [],
    at('probe'),
    at('db'),
    'allowed',
  ],
  [
    'names of ports are the target’s',
    [admin({ ingress: [rule('Deny', red, { ports: [{ protocol: 'TCP', port: 'sql' }] })] })],
    [],
    at('probe'),
    at('db'),
    'ingress',
  ],
  [
    'networks are addresses outside',
    [admin({ egress: [rule('Deny', { kind: 'networks', cidrs: ['203.0.113.0/24'] })] })],
    [],
    at('web'),
    world,
    'egress',
  ],
  [
    'and pods perhaps',
    [admin({ egress: [rule('Deny', { kind: 'networks', cidrs: ['10.0.0.0/8'] })] })],
    [],
    at('web'),
    at('db'),
    'allowed',
  ],
  [
    'every node',
    [admin({ egress: [rule('Deny', { kind: 'nodes', selector: select() })] })],
    [],
    at('web'),
    node,
    'egress',
  ],
  [
    'some nodes: their labels are not known',
    [admin({ egress: [rule('Deny', { kind: 'nodes', selector: select({ a: 'b' }) })] })],
    [],
    at('web'),
    node,
    'allowed',
  ],
  [
    'what may be allowed by name is not accused',
    [admin({ egress: [rule('Allow', { kind: 'unknown' }), rule('Deny', { kind: 'networks', cidrs: ['0.0.0.0/0'] })] })],
    [],
    at('web'),
    world,
    'allowed',
  ],
  [
    'what may be denied by name is judged by the rest',
    [admin({ ingress: [rule('Deny', { kind: 'unknown' })] })],
    [closed],
    at('web'),
    at('db'),
    'ingress',
  ],
  [
    'labels of a namespace that are not known may be the right ones',
    [admin({ ingress: [rule('Allow', red), rule('Deny', anyPod)] })],
    [],
    at('stray'),
    at('db'),
    'allowed',
  ],
  [
    'host-network pods are nobody’s pods',
    [admin({ ingress: [rule('Deny', red)] })],
    [],
    at('host'),
    at('db'),
    'allowed',
  ],
];

describe('AdminNetworkPolicy and BaselineAdminNetworkPolicy', () => {
  for (const [what, adminPolicies, networkPolicies, from, to, verdict] of ROWS) {
    it(what, () => {
      const denial = judge(adminPolicies, networkPolicies).denial(from, to, 5432, 'TCP');
      assert.equal(denial?.direction ?? 'allowed', verdict);
    });
  }

  it('name the rule that forbids, and one that would allow', () => {
    const denied = judge([admin({ ingress: [rule('Deny', red, { name: 'no red' })] })]);
    assert.deepEqual(denied.denial(at('probe'), at('db'), 5432, 'TCP'), {
      direction: 'ingress',
      policies: ['AdminNetworkPolicy a'],
      rule: 'AdminNetworkPolicy a ingress[0] “no red”',
      missing: 'it is denied there by name',
      allowWith:
        'ingress: [{"action":"Allow","from":[{"pods":{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"ops"}},"podSelector":{"matchLabels":{"app":"probe"}}}}],"ports":[{"portNumber":{"protocol":"TCP","port":5432}}]}]',
    });
    const based = judge([baseline({ egress: [rule('Deny', { kind: 'networks', cidrs: ['203.0.113.0/24'] })] })]);
    assert.equal(
      based.denial(at('web'), world, 443, 'TCP')?.allowWith,
      'egress: [{"to":[{"ipBlock":{"cidr":"203.0.113.9/32"}}],"ports":[{"protocol":"TCP","port":443}]}]',
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../endpoint.ts';
import { AccessRules } from './access-rules.ts';
import type { LabelRequirement, LabelSelector, Labels } from './label-selector.ts';
import type { AccessPolicy, NetworkPolicy, PolicyRule } from './policies.ts';
import type { Backend, PodFacts, SubjectLookup } from './subject.ts';

const select = (matchLabels: Labels = {}, matchExpressions: LabelRequirement[] = []): LabelSelector => ({
  matchLabels,
  matchExpressions,
});
const everybody: PolicyRule = { peers: [], ports: [] };

function facts(name: string, namespace: string, ip: string, labels: Labels, more: Partial<PodFacts> = {}): PodFacts {
  const namespaceLabels: Record<string, Labels> = { shop: { team: 'blue' }, ops: { team: 'red' } };
  return {
    name,
    namespace: {
      name: namespace,
      labels: { 'kubernetes.io/metadata.name': namespace, ...namespaceLabels[namespace] },
      isComplete: namespaceLabels[namespace] !== undefined,
    },
    labels,
    ips: [ip],
    hostNetwork: false,
    node: 'n1',
    workload: { kind: 'Deployment', name },
    ports: [{ port: 8080, protocol: 'TCP', name: 'http' }],
    ...more,
  };
}

const PODS = [
  facts('web', 'shop', '10.1.0.1', { app: 'web', tier: 'front' }),
  facts('db', 'shop', '10.1.0.2', { app: 'db', 'pod-template-hash': 'x1' }),
  facts('monitor', 'ops', '10.1.0.3', { app: 'monitor' }),
  facts('stray', 'unlabelled', '10.1.0.4', { app: 'web' }),
  facts('agent', 'ops', '10.9.0.1', { app: 'agent' }, { hostNetwork: true }),
  facts('dual', 'shop', '10.1.0.6', { app: 'dual' }, { ips: ['10.1.0.6', 'fd00::6'] }),
];
const endpoints = Object.fromEntries(
  PODS.map(({ name, namespace, ips }) => [
    name,
    { ip: ips[0]!, kind: 'pod', namespace: namespace.name, pod: name } satisfies Endpoint,
  ]),
) as Record<string, Endpoint>;
const { web, db, monitor, stray, agent, dual } = endpoints as Record<string, Endpoint> & {
  web: Endpoint;
  db: Endpoint;
  monitor: Endpoint;
  stray: Endpoint;
  agent: Endpoint;
  dual: Endpoint;
};
const world: Endpoint = { ip: '203.0.113.9', kind: 'world' };
const node = (name: string, ip: string): Endpoint => ({ ip, kind: 'node', workload: { kind: 'Node', name } });
const service: Endpoint = { ip: '10.96.0.2', kind: 'service', namespace: 'shop', service: 'db' };

class Lookup implements SubjectLookup {
  generation = 1;
  behind: readonly Backend[] = [{ ip: '10.1.0.2', port: 5432, pod: PODS[1] }];

  pod({ namespace, pod }: Endpoint): PodFacts | undefined {
    return PODS.find((one) => one.name === pod && one.namespace.name === namespace);
  }

  backends(endpoint: Endpoint): readonly Backend[] | undefined {
    return endpoint.kind === 'service' || endpoint.kind === 'kube-apiserver' ? this.behind : undefined;
  }

  services(endpoint: Endpoint): readonly string[] {
    return endpoint === service || endpoint === db ? ['shop/db'] : [];
  }

  isOwnNode(ip: string): boolean {
    return ip === '192.168.0.1';
  }
}

function rules(policies: readonly NetworkPolicy[], accessPolicies: readonly AccessPolicy[] = []): AccessRules {
  const judge = new AccessRules(new Lookup());
  judge.setPolicies({ networkPolicies: policies, accessPolicies });
  return judge;
}

function policy(more: Partial<NetworkPolicy>): NetworkPolicy {
  return { namespace: 'shop', name: 'p', podSelector: select(), ingress: null, egress: null, ...more };
}

type Row = readonly [
  what: string,
  policies: NetworkPolicy[],
  from: Endpoint,
  to: Endpoint,
  port: number,
  verdict: 'allowed' | 'ingress' | 'egress',
  protocol?: 'TCP' | 'UDP' | 'SCTP',
];

const denyIn = policy({ name: 'deny-in', ingress: [] });
const denyOut = policy({ name: 'deny-out', egress: [] });
const onlyWeb = policy({
  name: 'only-web',
  podSelector: select({ app: 'db' }),
  ingress: [{ peers: [{ podSelector: select({ app: 'web' }) }], ports: [{ protocol: 'TCP', port: 5432 }] }],
});

/* The semantics of https://kubernetes.io/docs/concepts/services-networking/network-policies/, a row a sentence. */
const ROWS: readonly Row[] = [
  ['no policy selects the pods: all is allowed', [policy({ namespace: 'other', ingress: [] })], web, db, 1, 'allowed'],
  ['an empty podSelector selects every pod of the namespace', [denyIn], web, db, 5432, 'ingress'],
  ['and no pod of another namespace', [denyIn], web, monitor, 80, 'allowed'],
  ['default deny of ingress leaves egress alone', [denyIn], db, world, 443, 'allowed'],
  ['default deny of egress', [denyOut], db, world, 443, 'egress'],
  ['an empty rule allows everything', [policy({ ingress: [everybody] })], world, db, 1, 'allowed'],
  ['a pod that a policy selects may be reached only as it says', [onlyWeb], monitor, db, 5432, 'ingress'],
  ['by the peer it names', [onlyWeb], web, db, 5432, 'allowed'],
  ['at the port it names', [onlyWeb], web, db, 5433, 'ingress'],
  ['with the protocol it names', [onlyWeb], web, db, 5432, 'ingress', 'UDP'],
  ['other pods of the namespace are not isolated by it', [onlyWeb], monitor, web, 80, 'allowed'],
  ['a podSelector alone means the policy’s own namespace', [onlyWeb], stray, db, 5432, 'ingress'],
  ['policies add up', [denyIn, onlyWeb], web, db, 5432, 'allowed'],
  ['in any order', [onlyWeb, denyIn], web, db, 5432, 'allowed'],
  ['both ends have to allow: the target does not', [onlyWeb, policy({ egress: [everybody] })], web, db, 1, 'ingress'],
  ['both ends have to allow: the source does not', [onlyWeb, denyOut], web, db, 5432, 'egress'],
  [
    'a namespaceSelector alone selects all pods there',
    [policy({ ingress: [{ peers: [{ namespaceSelector: select({ team: 'red' }) }], ports: [] }] })],
    monitor,
    db,
    80,
    'allowed',
  ],
  [
    'an empty namespaceSelector selects all namespaces',
    [policy({ ingress: [{ peers: [{ namespaceSelector: select() }], ports: [] }] })],
    stray,
    db,
    80,
    'allowed',
  ],
  [
    'but no address outside the cluster',
    [policy({ ingress: [{ peers: [{ namespaceSelector: select() }], ports: [] }] })],
    world,
    db,
    80,
    'ingress',
  ],
  [
    'both selectors in one peer are AND',
    [
      policy({
        ingress: [
          { peers: [{ namespaceSelector: select({ team: 'red' }), podSelector: select({ app: 'web' }) }], ports: [] },
        ],
      }),
    ],
    monitor,
    db,
    80,
    'ingress',
  ],
  [
    'two peers are OR',
    [
      policy({
        ingress: [
          {
            peers: [{ namespaceSelector: select({ team: 'red' }) }, { podSelector: select({ app: 'web' }) }],
            ports: [],
          },
        ],
      }),
    ],
    monitor,
    db,
    80,
    'allowed',
  ],
  [
    'the label kubernetes.io/metadata.name is every namespace’s name',
    [
      policy({
        ingress: [
          { peers: [{ namespaceSelector: select({ 'kubernetes.io/metadata.name': 'unlabelled' }) }], ports: [] },
        ],
      }),
    ],
    stray,
    db,
    80,
    'allowed',
  ],
  [
    'labels of a namespace that are not known may be the right ones',
    [policy({ ingress: [{ peers: [{ namespaceSelector: select({ team: 'red' }) }], ports: [] }] })],
    stray,
    db,
    80,
    'allowed',
  ],
  [
    'but its name is known',
    [
      policy({
        ingress: [
          {
            peers: [{ namespaceSelector: select({ team: 'red', 'kubernetes.io/metadata.name': 'ops' }) }],
            ports: [],
          },
        ],
      }),
    ],
    stray,
    db,
    80,
    'ingress',
  ],
  [
    'In, NotIn, Exists and DoesNotExist',
    [
      policy({
        ingress: [
          {
            peers: [
              {
                podSelector: select({}, [
                  { key: 'app', operator: 'In', values: ['web', 'api'] },
                  { key: 'tier', operator: 'Exists', values: [] },
                  { key: 'old', operator: 'DoesNotExist', values: [] },
                  { key: 'zone', operator: 'NotIn', values: ['a'] },
                ]),
              },
            ],
            ports: [],
          },
        ],
      }),
    ],
    web,
    db,
    80,
    'allowed',
  ],
  [
    'an expression that does not hold',
    [
      policy({
        ingress: [
          { peers: [{ podSelector: select({}, [{ key: 'app', operator: 'NotIn', values: ['web'] }]) }], ports: [] },
        ],
      }),
    ],
    web,
    db,
    80,
    'ingress',
  ],
  [
    'an ipBlock holds addresses',
    [policy({ ingress: [{ peers: [{ ipBlock: { cidr: '203.0.113.0/24', except: [] } }], ports: [] }] })],
    world,
    db,
    80,
    'allowed',
  ],
  [
    'except those it excepts',
    [
      policy({
        ingress: [{ peers: [{ ipBlock: { cidr: '203.0.0.0/16', except: ['203.0.113.0/24'] } }], ports: [] }],
      }),
    ],
    world,
    db,
    80,
    'ingress',
  ],
  [
    'an ipBlock of a pod’s address is not held against it: implementations differ',
    [policy({ ingress: [{ peers: [{ ipBlock: { cidr: '10.1.0.0/16', except: [] } }], ports: [] }] })],
    monitor,
    db,
    80,
    'allowed',
  ],
  [
    'an ipBlock of either family of a pod',
    [policy({ namespace: 'ops', egress: [{ peers: [{ ipBlock: { cidr: 'fd00::/8', except: [] } }], ports: [] }] })],
    monitor,
    dual,
    80,
    'allowed',
  ],
  [
    'a port without a number is all ports of its protocol',
    [policy({ ingress: [{ peers: [], ports: [{ protocol: 'UDP' }] }] })],
    world,
    db,
    9999,
    'allowed',
    'UDP',
  ],
  [
    'a range of ports, its ends included',
    [policy({ ingress: [{ peers: [], ports: [{ protocol: 'TCP', port: 32000, endPort: 32768 }] }] })],
    world,
    db,
    32768,
    'allowed',
  ],
  [
    'and not beyond',
    [policy({ ingress: [{ peers: [], ports: [{ protocol: 'TCP', port: 32000, endPort: 32768 }] }] })],
    world,
    db,
    32769,
    'ingress',
  ],
  [
    'a named port is the target’s, for ingress',
    [policy({ ingress: [{ peers: [], ports: [{ protocol: 'TCP', port: 'http' }] }] })],
    world,
    db,
    8080,
    'allowed',
  ],
  [
    'and for egress',
    [policy({ namespace: 'ops', egress: [{ peers: [], ports: [{ protocol: 'TCP', port: 'http' }] }] })],
    monitor,
    db,
    8080,
    'allowed',
  ],
  [
    'a name that the target does not have allows nothing',
    [policy({ ingress: [{ peers: [], ports: [{ protocol: 'TCP', port: 'admin' }] }] })],
    world,
    db,
    8080,
    'ingress',
  ],
  ['the pod’s own node is always allowed: kubelet probes', [denyIn], node('n1', '192.168.0.5'), db, 8080, 'allowed'],
  ['by its address, too', [denyIn], { ip: '192.168.0.1', kind: 'unit', service: 'kubelet' }, db, 80, 'allowed'],
  ['to its own node, too', [denyOut], db, node('n1', '192.168.0.5'), 10250, 'allowed'],
  ['another node is not', [denyIn], node('n2', '192.168.0.6'), db, 8080, 'ingress'],
  ['host-network pods are exempt', [policy({ namespace: 'ops', egress: [] })], agent, world, 443, 'allowed'],
  ['a pod may talk to itself', [denyIn, denyOut], db, { ...db }, 5432, 'allowed'],
  ['a pod that nobody described is not judged', [denyIn], { ip: '10.1.0.99', kind: 'pod', pod: 'x' }, db, 1, 'allowed'],
  ['what is behind a service is judged, at its own port', [onlyWeb], web, service, 80, 'allowed'],
  ['and who may not reach it there', [onlyWeb], monitor, service, 80, 'ingress'],
];

describe('NetworkPolicy', () => {
  for (const [what, policies, from, to, port, verdict, protocol = 'TCP'] of ROWS) {
    it(what, () => {
      const denial = rules(policies).denial(from, to, port, protocol);
      assert.equal(denial?.direction ?? 'allowed', verdict);
    });
  }

  it('names the policies that select, the rule that comes nearest, and a rule that would do', () => {
    const denial = rules([denyIn, onlyWeb]).denial(web, db, 5433, 'TCP');
    assert.deepEqual(denial, {
      direction: 'ingress',
      policies: ['NetworkPolicy shop/deny-in', 'NetworkPolicy shop/only-web'],
      rule: 'NetworkPolicy shop/only-web ingress[0]',
      missing: 'port TCP 5433',
      allowWith:
        'ingress: [{"from":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"shop"}},"podSelector":{"matchLabels":{"app":"web","tier":"front"}}}],"ports":[{"protocol":"TCP","port":5433}]}]',
    });
    assert.equal(rules([onlyWeb]).denial(monitor, db, 5432, 'TCP')?.missing, 'peer namespace ops, labels app=monitor');
    assert.equal(rules([denyIn]).denial(world, db, 1, 'TCP')?.missing, 'a rule for 203.0.113.9 at TCP 1');
  });

  it('names no label that the next rollout changes', () => {
    const denial = rules([policy({ namespace: 'ops', ingress: [] })]).denial(db, monitor, 80, 'TCP');
    assert.doesNotMatch(denial?.allowWith ?? '', /pod-template-hash/);
  });

  it('does not judge a service of which nothing behind is known', () => {
    const lookup = new Lookup();
    lookup.behind = [];
    const judge = new AccessRules(lookup);
    judge.setPolicies({ networkPolicies: [denyOut], accessPolicies: [] });
    assert.equal(judge.denial(web, service, 80, 'TCP'), undefined);
  });

  it('allows the API server’s service where the address behind it is allowed', () => {
    const lookup = new Lookup();
    lookup.behind = [{ ip: '172.18.0.2', port: 6443, pod: undefined }];
    const judge = new AccessRules(lookup);
    const apiServer: Endpoint = {
      ip: '10.96.0.1',
      kind: 'kube-apiserver',
      namespace: 'default',
      service: 'kubernetes',
    };
    const egress = (cidr: string) =>
      policy({
        egress: [{ peers: [{ ipBlock: { cidr, except: [] } }], ports: [{ protocol: 'TCP', port: 6443 }] }],
      });
    judge.setPolicies({ networkPolicies: [egress('172.18.0.2/32')], accessPolicies: [] });
    assert.equal(judge.denial(web, apiServer, 443, 'TCP'), undefined);
    judge.setPolicies({ networkPolicies: [egress('10.96.0.1/32')], accessPolicies: [] });
    assert.equal(judge.denial(web, apiServer, 443, 'TCP'), undefined);
    judge.setPolicies({ networkPolicies: [egress('172.18.0.3/32')], accessPolicies: [] });
    assert.equal(judge.denial(web, apiServer, 443, 'TCP')?.direction, 'egress');
  });
});

describe('access policies', () => {
  const own = (more: Partial<AccessPolicy>): AccessPolicy => ({
    name: 'shop',
    protect: [],
    confine: [],
    allow: [],
    deny: [],
    ...more,
  });
  const webToDb = { from: [{ workload: { name: 'web' } }], to: [{ service: 'shop/db' }], ports: [] };
  const cases: readonly [string, AccessPolicy[], Endpoint, Endpoint, 'allowed' | 'ingress' | 'egress'][] = [
    ['nobody who is not selected is isolated', [own({ protect: [{ namespaces: ['ops'] }] })], web, db, 'allowed'],
    ['whom a policy protects may not be reached', [own({ protect: [{ namespaces: ['shop'] }] })], web, db, 'ingress'],
    ['but as a rule says', [own({ protect: [{ namespaces: ['shop'] }], allow: [webToDb] })], web, db, 'allowed'],
    ['and by nobody else', [own({ protect: [{ namespaces: ['shop'] }], allow: [webToDb] })], monitor, db, 'ingress'],
    [
      'rules of all policies add up',
      [own({ protect: [{ namespaces: ['shop'] }] }), own({ name: 'more', allow: [webToDb] })],
      web,
      db,
      'allowed',
    ],
    [
      'whom a policy confines may reach nothing else',
      [own({ confine: [{ labels: select({ app: 'db' }) }] })],
      db,
      world,
      'egress',
    ],
    [
      'addresses are ranges',
      [
        own({
          confine: [{ namespaces: ['shop'] }],
          allow: [{ from: [], to: [{ cidr: { cidr: '203.0.113.0/24', except: [] } }], ports: [] }],
        }),
      ],
      db,
      world,
      'allowed',
    ],
    [
      'a deny rule wins over an allow rule',
      [own({ allow: [webToDb], deny: [{ name: 'never', from: [{ namespaces: ['shop'] }], to: [], ports: [] }] })],
      web,
      db,
      'ingress',
    ],
    ['kinds', [own({ deny: [{ from: [], to: [{ kinds: ['world'] }], ports: [] }] })], db, world, 'egress'],
    [
      'a workload by kind and name',
      [own({ deny: [{ from: [{ workload: { kind: 'StatefulSet', name: 'web' } }], to: [], ports: [] }] })],
      web,
      db,
      'allowed',
    ],
    [
      'labels of a namespace that are not known deny nobody',
      [own({ deny: [{ from: [{ namespaceLabels: select({ team: 'red' }) }], to: [], ports: [] }] })],
      stray,
      db,
      'allowed',
    ],
    [
      'the own node is not isolated',
      [own({ protect: [{ namespaces: ['shop'] }] })],
      node('n1', '1.2.3.4'),
      db,
      'allowed',
    ],
  ];
  for (const [what, policies, from, to, verdict] of cases) {
    it(what, () => {
      assert.equal(rules([], policies).denial(from, to, 5432, 'TCP')?.direction ?? 'allowed', verdict);
    });
  }

  it('stand beside NetworkPolicies: what either forbids is forbidden', () => {
    assert.ok(
      rules([onlyWeb], [own({ allow: [webToDb], protect: [{ namespaces: ['shop'] }] })]).denial(
        monitor,
        db,
        5432,
        'TCP',
      ),
    );
    const denied = rules(
      [onlyWeb],
      [own({ deny: [{ name: 'never', from: [], to: [{ service: 'shop/db' }], ports: [] }] })],
    );
    assert.equal(denied.denial(web, db, 5432, 'TCP')?.rule, 'AccessPolicy shop deny[0] “never”');
  });
});

describe('decisions', () => {
  it('are made anew when policies or identities change', () => {
    const lookup = new Lookup();
    const judge = new AccessRules(lookup);
    assert.equal(judge.isActive, false);
    judge.setPolicies({ networkPolicies: [denyIn], accessPolicies: [] });
    assert.ok(judge.isActive && judge.denial(web, db, 80, 'TCP'));
    const before = judge.generation;
    judge.setPolicies({ networkPolicies: [], accessPolicies: [] });
    assert.equal(judge.denial(web, db, 80, 'TCP'), undefined);
    judge.setPolicies({
      networkPolicies: [policy({ ingress: [{ peers: [{ podSelector: select({ app: 'web' }) }], ports: [] }] })],
      accessPolicies: [],
    });
    assert.equal(judge.denial(web, db, 80, 'TCP'), undefined);
    assert.ok(judge.generation > before);
    const policies = judge.generation;
    assert.ok(judge.denial(monitor, db, 80, 'TCP'));
    lookup.pod = () => undefined;
    assert.ok(judge.denial(monitor, db, 80, 'TCP'), 'kept until something is said to be different');
    lookup.generation++;
    assert.equal(judge.denial(monitor, db, 80, 'TCP'), undefined);
    assert.equal(judge.generation, policies);
  });

  it('are bounded under a million addresses', () => {
    const judge = rules([onlyWeb]);
    for (let nth = 0; nth < 100_000; nth++) {
      const stranger: Endpoint = { ip: `203.${nth >> 16}.${(nth >> 8) & 255}.${nth & 255}`, kind: 'world' };
      assert.ok(judge.denial(stranger, db, 5432, 'TCP'));
    }
    assert.ok(judge.cached <= 32_768);
  });
});

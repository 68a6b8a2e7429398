import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../alert/alert.ts';
import type { Endpoint } from '../../endpoint.ts';
import { AccessRules } from '../access-rules.ts';
import type { NetworkPolicy } from '../policies.ts';
import type { PodFacts } from '../subject.ts';
import { ciliumPolicyManifest } from './cilium-policy-manifest.ts';
import { generatePolicies, type PolicyScene } from './generate-policies.ts';
import { type GeneratedPolicy, networkPolicyOf, type PolicyOptions } from './generated.ts';
import { learnedEdges } from './learned-edges.ts';
import type { ObservedEdge } from './observed-edge.ts';
import { podEndpointOf } from './pod-units.ts';
import { policyAgainst } from './policy-against.ts';
import { edge, HOUR, OPTIONS, samplePod, sampleScene, sampleService, T0 } from './sample-scene.ts';
import { verifyPolicies } from './verify-policies.ts';

const web = samplePod('shop/Deployment/web', 1);
const api = samplePod('shop/Deployment/api', 1);
const db = samplePod('shop/StatefulSet/db', 1, { ports: [{ port: 5432, protocol: 'TCP' }] });
const dns = samplePod('kube-system/Deployment/coredns', 1, { labels: { 'k8s-app': 'kube-dns' } });
const agentPod = samplePod('ops/DaemonSet/agent', 1, { hostNetwork: true, ips: ['192.168.0.2'], node: 'n2' });
const PODS = [web, api, db, dns, agentPod];
const world = (ip: string): Endpoint => ({ ip, kind: 'world' });
const apiServer: Endpoint = { ip: '10.96.0.1', kind: 'kube-apiserver', namespace: 'default', service: 'kubernetes' };
const node = (name: string): Endpoint => ({ ip: '', kind: 'node', workload: { kind: 'Node', name } });

/** Made, and judged as the command judges them. */
function made(scene: PolicyScene, options: Partial<PolicyOptions> = {}, alerts: readonly Alert[] = []) {
  const all = generatePolicies(scene, alerts, { ...OPTIONS, ...options });
  verifyPolicies(all.policies.map(networkPolicyOf), all.policies, scene);
  return all;
}

function policyFor(edges: readonly ObservedEdge[], workload: string, more: Parameters<typeof sampleScene>[2] = {}) {
  const { policies } = made(sampleScene(PODS, edges, more));
  const found = policies.find(({ unit }) => unit.workloads.includes(workload));
  assert.ok(found, workload);
  return found;
}

/** Rules but that for DNS, as `port to peers`. */
function rules({ ingress, egress }: GeneratedPolicy, direction: 'ingress' | 'egress'): string[] {
  const list = (direction === 'ingress' ? ingress : egress) ?? [];
  return list
    .filter(({ subject }) => subject !== 'dns')
    .map(({ peers, ports }) => {
      const at = ports.map(({ protocol, port, endPort }) => `${protocol} ${port}${endPort ? `-${endPort}` : ''}`);
      const who = peers.map(({ ipBlock, ...pods }) =>
        ipBlock
          ? ipBlock.cidr
          : Object.values((pods as { podSelector: { matchLabels: object } }).podSelector.matchLabels),
      );
      return `${at.join(',')} ${who.flat().join(',')}`;
    });
}

function alertOf(more: Partial<Alert>): Alert {
  return {
    id: 'A1',
    status: 'open',
    category: 'scan',
    title: 'a scan',
    source: podEndpointOf(web),
    target: podEndpointOf(db),
    firstSeen: new Date(T0 + HOUR).toISOString(),
    ...more,
  } as Alert;
}

describe('policies from edges', () => {
  it('name peers by namespace and labels at both ends, and nothing else is allowed', () => {
    const edges = [edge(web, api, 8080), edge(web, api, 8080, { seenBy: 'server' }), edge(api, db, 5432)];
    assert.deepEqual(rules(policyFor(edges, 'shop/Deployment/web'), 'ingress'), []);
    assert.deepEqual(rules(policyFor(edges, 'shop/Deployment/web'), 'egress'), ['TCP 8080 api']);
    assert.deepEqual(rules(policyFor(edges, 'shop/Deployment/api'), 'ingress'), ['TCP 8080 web']);
    assert.deepEqual(rules(policyFor(edges, 'shop/Deployment/api'), 'egress'), ['TCP 5432 db']);
  });

  it('resolve services to the pods behind them and their ports, also of what was learned', () => {
    const services = [sampleService('shop/db', 80, 5432, [db])];
    const service: Endpoint = { ip: '10.96.0.9', kind: 'service', namespace: 'shop', service: 'db' };
    const policy = policyFor([edge(web, service, 80)], 'shop/Deployment/web', { services });
    assert.deepEqual(rules(policy, 'egress'), ['TCP 5432 db']);
    const learned = learnedEdges('shop/Deployment/web', [['>shop/StatefulSet/db|80|TCP', T0 - HOUR, T0, 9]]);
    assert.deepEqual(rules(policyFor(learned, 'shop/Deployment/web', { services }), 'egress'), ['TCP 5432 db']);
  });

  it('always allow DNS: to the servers that are known, else to the usual labels', () => {
    const [first] = policyFor([edge(web, api, 80)], 'shop/Deployment/web').egress ?? [];
    assert.deepEqual(first?.peers, [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' }, matchExpressions: [] },
        podSelector: { matchLabels: { 'k8s-app': 'kube-dns' }, matchExpressions: [] },
      },
    ]);
    const services = [sampleService('kube-system/dns', 53, 5353, [dns])];
    const [second] = policyFor([edge(web, api, 80)], 'shop/Deployment/web', { services }).egress ?? [];
    assert.deepEqual(
      second?.ports.map(({ protocol, port }) => `${protocol} ${port}`),
      ['UDP 53', 'TCP 53', 'UDP 5353', 'TCP 5353'],
    );
  });

  it('let everybody ask a DNS server', () => {
    const scene = sampleScene(PODS, [edge(web, dns, 53, { protocol: 'UDP', seenBy: 'server' })]);
    const [policy] = made(scene, { namespace: 'kube-system' }).policies;
    assert.deepEqual(policy?.ingress?.[0]?.peers, [{ namespaceSelector: { matchLabels: {}, matchExpressions: [] } }]);
  });

  it('leave out what was seen once, never answered, of unknown ends and other protocols, and say so', () => {
    const edges = [
      edge(web, api, 8080),
      edge(web, db, 22, { count: 1, windows: 1, lastMs: T0 + HOUR + 10_000 }),
      edge(web, db, null, { isAnswered: false, failed: 900, count: 0 }),
      edge(web, { ip: '10.9.9.9', kind: 'service', namespace: 'shop', service: 'gone' }, 80),
      edge(web, db, 0, { protocol: 'ICMP' }),
    ];
    const policy = policyFor(edges, 'shop/Deployment/web');
    assert.deepEqual(rules(policy, 'egress'), ['TCP 8080 api']);
    assert.deepEqual(policy.leftOut.map(({ why }) => why).sort(), ['nobody', 'protocol', 'rare', 'unanswered']);
    const { policies } = made(sampleScene(PODS, edges), { includeRare: true });
    assert.ok(policies.some((one) => rules(one, 'egress').includes('TCP 22 db')));
  });

  it('leave out what an open alert is about, not what the two did before, unless asked', () => {
    const edges = [edge(web, db, 5432, { firstMs: T0 }), edge(web, db, 6000, { firstMs: T0 + HOUR, count: 5 })];
    const scene = sampleScene(PODS, edges);
    const egress = (alerts: readonly Alert[], options = {}) =>
      made(scene, options, alerts).policies.flatMap((policy) => rules(policy, 'egress'));
    assert.deepEqual(egress([alertOf({})]), ['TCP 5432 db']);
    assert.deepEqual(egress([alertOf({})], { includeAlerted: true }), ['TCP 5432,TCP 6000 db']);
    assert.deepEqual(egress([alertOf({ status: 'resolved' })]), ['TCP 5432,TCP 6000 db']);
    assert.deepEqual(egress([alertOf({ category: 'health' })]), ['TCP 5432,TCP 6000 db']);
    assert.deepEqual(egress([alertOf({ target: { ...podEndpointOf(db), port: 5432 } })]), ['TCP 6000 db']);
  });

  it('name the API server, other nodes and host-network pods by address, and their own node not at all', () => {
    const services = [
      {
        ...sampleService('default/kubernetes', 443, 6443, []),
        targets: { 443: [{ ip: '192.168.0.3', port: 6443, pod: undefined }] },
      },
    ];
    const edges = [
      edge(web, apiServer, 443),
      edge(web, node('n2'), 9100),
      edge(node('n1'), web, 80),
      edge(agentPod, web, 81),
    ];
    const policy = policyFor(edges, 'shop/Deployment/web', { services });
    assert.deepEqual(rules(policy, 'egress'), [
      'TCP 443,TCP 6443 10.96.0.1/32,192.168.0.3/32',
      'TCP 9100 192.168.0.2/32',
    ]);
    assert.deepEqual(rules(policy, 'ingress'), ['TCP 81 192.168.0.2/32']);
    const { remarks } = made(sampleScene(PODS, edges, { services }));
    assert.ok(
      remarks.some((line) => /ops\/DaemonSet\/agent: NetworkPolicies do not hold/.test(line)),
      remarks.join(),
    );
  });

  it('know addresses outside exactly since the start, and by network from before it', () => {
    const learned = (firstMs: number) =>
      learnedEdges('shop/Deployment/web', [['>203.0.113.0/24|443|TCP', firstMs, T0 + HOUR, 9]]);
    const recent = edge(web, world('203.0.113.7'), 443);
    const egress = (edges: readonly ObservedEdge[]) => rules(policyFor(edges, 'shop/Deployment/web'), 'egress');
    assert.deepEqual(egress([recent, ...learned(T0 + HOUR)]), ['TCP 443 203.0.113.7/32']);
    assert.deepEqual(egress([recent, ...learned(T0 - HOUR)]), ['TCP 443 203.0.113.0/24']);
  });

  it('allow the internet to who talks to ever new addresses there', () => {
    const learning = new Map([['shop/Deployment/web', { progress: 1, watchedMs: HOUR, isDiverse: true }]]);
    const policy = policyFor([edge(web, world('203.0.113.7'), 443)], 'shop/Deployment/web', { learning });
    assert.deepEqual(rules(policy, 'egress'), ['TCP 443 0.0.0.0/0']);
    assert.match(policy.egress?.at(-1)?.notes.join() ?? '', /ever new addresses/);
  });

  it('allow all high ports only where nothing tells which', () => {
    const learned = learnedEdges('shop/Deployment/web', [['>shop/Deployment/api|high|TCP', T0 - HOUR, T0, 9]]);
    const egress = (edges: readonly ObservedEdge[]) => rules(policyFor(edges, 'shop/Deployment/web'), 'egress');
    assert.deepEqual(egress(learned), ['TCP 32768-65535 api']);
    assert.deepEqual(egress([...learned, edge(web, api, 50_051)]), ['TCP 50051 api']);
  });

  it('are for workloads that were seen from their own end', () => {
    const { policies, remarks } = made(sampleScene(PODS, [edge(web, api, 8080)]));
    assert.deepEqual(
      policies.map(({ name }) => name),
      ['netguard-web'],
    );
    assert.ok(remarks.some((line) => /shop\/Deployment\/api: its pods run on other nodes/.test(line)));
    assert.ok(remarks.some((line) => /shop\/StatefulSet\/db: it was not seen to talk/.test(line)));
  });

  it('have names that the API server takes, and no two the same', () => {
    const pods = ['Deployment', 'StatefulSet', 'Job'].map((kind, index) =>
      samplePod(`shop/${kind}/We.b_X${'y'.repeat(250)}`, index, { labels: { app: `${index}` } }),
    );
    const { policies } = made(
      sampleScene(
        [...pods, db],
        pods.map((pod) => edge(pod, db, 1)),
      ),
    );
    const names = policies.map(({ name }) => name);
    assert.equal(new Set(names).size, 3);
    for (const name of names) assert.match(name, /^[a-z0-9]([-a-z0-9]{0,251}[a-z0-9])?$/);
  });

  it('come out the same whatever order things are told in', () => {
    const edges = [edge(web, api, 8080), edge(api, db, 5432), edge(web, world('9.9.9.9'), 443), edge(db, web, 80)];
    const text = (pods: readonly PodFacts[], list: readonly ObservedEdge[]) =>
      JSON.stringify(made(sampleScene(pods, list)).policies.map(networkPolicyOf));
    assert.equal(text(PODS.toReversed(), edges.toReversed()), text(PODS, edges));
  });

  it('allow all that was seen and nothing between pods that was not, whatever was seen', () => {
    const names = ['shop/Deployment/a', 'shop/Deployment/b', 'ops/Deployment/c', 'ops/StatefulSet/d'];
    const pods = names.flatMap((name, index) => [1, 2].map((number) => samplePod(name, index * 10 + number)));
    const pair = fc.record({
      from: fc.constantFrom(...pods),
      to: fc.constantFrom(...pods),
      port: fc.constantFrom(80, 443, 8080),
    });
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 8 }), (list) => {
        const edges = list.flatMap(({ from, to, port }) => [
          edge(from, to, port),
          edge(from, to, port, { seenBy: 'server' }),
        ]);
        const scene = sampleScene(pods, edges);
        const { policies } = made(scene);
        const judge = new AccessRules(scene.inputs.lookup);
        judge.setPolicies({ networkPolicies: policies.map(networkPolicyOf), accessPolicies: [] });
        const talked = new Set(list.flatMap(({ from, to }) => [from.workload?.name, to.workload?.name]));
        const seen = new Set(list.map(({ from, to, port }) => `${from.workload?.name} ${to.workload?.name} ${port}`));
        for (const from of pods) {
          for (const to of pods) {
            if (from === to || !(talked.has(from.workload?.name) || talked.has(to.workload?.name))) continue;
            for (const port of [80, 443, 8080, 22]) {
              const isDenied = judge.denial(podEndpointOf(from), podEndpointOf(to), port, 'TCP') !== undefined;
              assert.equal(isDenied, !seen.has(`${from.workload?.name} ${to.workload?.name} ${port}`));
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the check before policies are printed', () => {
  const scene = sampleScene(PODS, [edge(web, api, 8080), edge(web, api, 8080, { seenBy: 'server' })]);
  const { policies } = generatePolicies(scene, [], OPTIONS);
  const read = policies.map(networkPolicyOf);

  it('counts what it tried', () => {
    const { allowed, denied } = verifyPolicies(read, policies, scene);
    assert.equal(allowed, 1);
    assert.ok(denied >= 8, `${denied}`);
  });

  it('refuses policies that cut what was seen, and those that let in others', () => {
    const spoil = (change: (policy: NetworkPolicy) => NetworkPolicy) => () =>
      verifyPolicies(read.map(change), policies, scene);
    const error = { code: 'NG_ERR_POLICY_VERIFY' };
    assert.throws(
      spoil((policy) => ({ ...policy, ingress: [] })),
      { ...error, message: /not allowed: .*api TCP 8080/ },
    );
    assert.throws(
      spoil((policy) => ({ ...policy, ingress: [{ peers: [], ports: [] }] })),
      error,
    );
    assert.throws(
      spoil((policy) => ({ ...policy, egress: null, ingress: null })),
      error,
    );
    assert.throws(() => verifyPolicies([], policies, scene), error);
  });
});

describe('a policy against an alert', () => {
  const ordinary = [edge(api, db, 5432, { seenBy: 'server', firstMs: T0 })];
  const against = (edges: readonly ObservedEdge[], alert: Partial<Alert>, pods = PODS) => {
    const scene = sampleScene(pods, [...ordinary, ...edges]);
    const answer = policyAgainst(scene, alertOf(alert), OPTIONS);
    if (answer.policy !== undefined) verifyPolicies([networkPolicyOf(answer.policy)], [answer.policy], scene);
    return answer;
  };

  it('lets into the target all but the source', () => {
    const { policy } = against([edge(web, db, 5432, { seenBy: 'server' })], {});
    assert.ok(policy);
    assert.equal(policy.egress, null);
    assert.deepEqual(rules(policy, 'ingress'), ['TCP 5432 api']);
  });

  it('is about the source where the target is outside, and excepts its address from ranges', () => {
    const many = Array.from({ length: 20 }, (_, index) => edge(web, world(`203.0.113.${index}`), 443));
    const { policy } = against([...many, edge(web, world('203.0.113.99'), 443)], {
      target: { ...world('203.0.113.99'), port: 443 },
    });
    assert.ok(policy);
    assert.equal(policy.ingress, null);
    assert.deepEqual(policy.egress?.at(-1)?.peers, [
      { ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.99/32'] } },
    ]);
  });

  it('says what ordinary traffic it costs', () => {
    const { policy, ...rest } = against([edge(web, db, 5432, { firstMs: T0 - HOUR, seenBy: 'server' })], {
      target: { ...podEndpointOf(db), port: 5432 },
    });
    assert.ok(policy && 'remarks' in rest);
    assert.match(rest.remarks.join(), /was there before the alert: the policy stops that, too/);
  });

  it('does not exist where no NetworkPolicy could stop it, and that is said', () => {
    const why = (edges: readonly ObservedEdge[], alert: Partial<Alert>): string => {
      const answer = against(edges, alert);
      return answer.policy === undefined ? answer.reason : 'there is one';
    };
    assert.match(why([], { source: podEndpointOf(db) }), /same pod/);
    assert.match(why([], { source: node('n1') }), /node of the pod itself/);
    assert.match(why([], { source: world('9.9.9.9'), target: podEndpointOf(agentPod) }), /network of their node/);
    assert.match(why([], { source: null, target: null }), /neither its source nor its target/);
    const served = edge({ ip: '0.0.0.0', kind: 'world' }, db, 5432, { seenBy: 'server' });
    assert.match(why([served], { source: null, category: 'flood' }), /spoofed or too many/);
  });
});

describe('Cilium’s form', () => {
  it('has endpoints by label and namespace, entities for nodes, API server and world, ranges for addresses', () => {
    const many = Array.from({ length: 40 }, (_, index) => edge(web, world(`${20 + index}.1.1.1`), 443));
    const edges = [
      edge(web, api, 8080),
      edge(web, apiServer, 443),
      edge(web, node('n2'), 9100),
      edge(web, world('9.9.9.9'), 25),
      ...many,
    ];
    const { manifest, egress } = ciliumPolicyManifest(policyFor(edges, 'shop/Deployment/web'));
    const spec = manifest.spec as { endpointSelector: object; ingress: object[]; egress: Record<string, unknown>[] };
    assert.deepEqual(spec.endpointSelector, { matchLabels: { 'k8s:app': 'web' } });
    assert.deepEqual(spec.ingress, [{ fromEntities: ['host'] }]);
    assert.deepEqual(
      spec.egress
        .slice(1)
        .map(({ toPorts, ...peers }) => [peers, (toPorts as { ports: { port: string }[] }[])[0]?.ports[0]?.port]),
      [
        [{ toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'shop', 'k8s:app': 'api' } }] }, '8080'],
        [{ toEntities: ['kube-apiserver'] }, '443'],
        [{ toEntities: ['remote-node'] }, '9100'],
        [{ toCIDRSet: [{ cidr: '9.9.9.9/32' }] }, '25'],
        [{ toEntities: ['world'] }, '443'],
      ],
    );
    assert.equal(egress.length, spec.egress.length);
  });
});

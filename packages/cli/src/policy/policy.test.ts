import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Endpoint } from '@netguard/core';
import { parseAllDocuments } from 'yaml';
import type { BaselineView, PolicyInputsView } from '../client/api-types.ts';
import { demoPods, demoServices } from '../demo/topology.ts';
import { ApiServer } from '../testing/api-server.ts';
import { sampleAlert, sampleStatus } from '../testing/samples.ts';

const directory = mkdtempSync(join(tmpdir(), 'netguard-policy-'));
after(() => rmSync(directory, { recursive: true }));

const SINCE = '2026-11-25T00:00:00.000Z';
type Pod = PolicyInputsView['identities']['pods'][number];

const pods = demoPods.map(
  ({ namespace, name, workload, labels = {} }, index): Pod => ({
    uid: `00000000-${index}`,
    namespace,
    name,
    ...(workload && { workload }),
    labels,
    ips: [`10.77.0.${index + 1}`],
    node: 'node-a',
    containers: [],
    hostNetwork: false,
    phase: 'Running',
  }),
);

function end(name: string): Endpoint {
  const pod = pods.find((one) => one.workload?.name.startsWith(name));
  assert.ok(pod?.workload, name);
  return { ip: '', kind: 'pod', namespace: pod.namespace, workload: pod.workload };
}

function seen(from: Endpoint, to: Endpoint, port: number, more: Partial<PolicyInputsView['edges'][number]> = {}) {
  const reporters = from.kind === 'pod' && to.kind === 'pod' ? (['client', 'server'] as const) : (['client'] as const);
  return reporters.map((reporter) => ({
    source: from,
    destination: to,
    port,
    protocol: 'TCP' as const,
    reporter,
    isAnswered: true,
    established: 120,
    failed: 0,
    requestBytes: 1000,
    responseBytes: 9000,
    windows: 12,
    firstSeen: '2026-11-25T00:00:10.000Z',
    lastSeen: '2026-11-25T02:00:00.000Z',
    ...more,
  }));
}

/** What an agent that watched the shop of the demo tells. */
function shop(more: Partial<PolicyInputsView> = {}): PolicyInputsView {
  return {
    node: 'node-a',
    now: '2026-11-25T02:00:00.000Z',
    observedSince: SINCE,
    hasIdentities: true,
    identities: { apiVersion: 'netguard/v1', kind: 'Identities', pods, services: demoServices(), nodes: [] },
    networkPolicies: null,
    nodeAddresses: ['192.168.0.1'],
    apiServers: [],
    edges: [
      ...seen(end('shopper'), end('web'), 80),
      ...seen(end('web'), end('api'), 8080),
      ...seen(end('api'), end('cache'), 6379),
      ...seen(end('api'), end('db'), 5432),
      ...seen(end('report'), end('db'), 5432),
      ...seen(end('web'), end('coredns'), 53, { protocol: 'UDP', established: 0 }),
      ...seen(end('web'), { ip: '203.0.113.7', kind: 'world' }, 443),
      ...seen(end('shopper'), end('db'), 5432, { established: 1, windows: 1, lastSeen: '2026-11-25T00:00:20.000Z' }),
      ...seen(end('shopper'), end('cache'), 22, { isAnswered: false, established: 0, failed: 7 }),
    ],
    edgesForgotten: 0,
    ...more,
  };
}

const learned = (workload: string, progress = 1): BaselineView => ({
  workload,
  firstSeen: SINCE,
  lastSeen: '2026-11-25T02:00:00.000Z',
  watchedSeconds: 7200,
  progress,
  measures: {},
  facts: [],
  factsEvicted: 0,
  runs: [],
});
const BASELINES = [
  learned('batch/CronJob/report'),
  learned('clients/Deployment/shopper'),
  learned('shop/Deployment/api'),
  learned('shop/Deployment/cache'),
  learned('shop/Deployment/web', 0.5),
  learned('shop/StatefulSet/db'),
];

async function server(view = shop(), alerts: readonly object[] = []): Promise<ApiServer> {
  return (await ApiServer.start())
    .json('/api/v1/status', sampleStatus())
    .json('/api/v1/policy/inputs', view)
    .json('/api/v1/baselines', { items: BASELINES })
    .json('/api/v1/alerts', { items: alerts });
}

const LAUNCHER = fileURLToPath(new URL('../../bin/netguard', import.meta.url));

function generate(api: ApiServer, ...args: string[]) {
  const { promise, resolve } = Promise.withResolvers<{ status: number; stdout: string; stderr: string }>();
  const env = { PATH: '/usr/bin:/bin', NETGUARD_SERVER: api.url.origin };
  execFile(LAUNCHER, ['policy', 'generate', ...args], { env }, (error, stdout, stderr) => {
    resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
  });
  return promise;
}

function golden(name: string): string {
  return readFileSync(new URL(`./golden/${name}`, import.meta.url), 'utf8');
}

describe('netguard policy generate', () => {
  it('writes the policies of the demo’s shop as they are kept, explained, and in Cilium’s form', async () => {
    await using api = await server();
    const [plain, whole, cilium] = await Promise.all([
      generate(api),
      generate(api, '-n', 'shop', '--explain'),
      generate(api, '-n', 'shop', '--format', 'cilium'),
    ]);
    assert.equal(plain.stdout, golden('shop.yaml'));
    assert.equal(whole.stdout, golden('shop-explained.yaml'));
    assert.equal(cilium.stdout, golden('shop-cilium.yaml'));
    assert.deepEqual([plain.status, whole.status, cilium.status], [0, 0, 0]);
    assert.match(plain.stderr, /Seen by node node-a: in whole for 2h, since the start/);
    assert.match(plain.stderr, /Only 5 of 6 workloads are learned/);
    assert.match(plain.stderr, /1 edge is left out: seen once/);
    assert.match(plain.stderr, /1 edge is left out: never answered/);
    assert.match(plain.stderr, /6 policies, read back and judged: \d+ observed edges are allowed, \d+ others/);
  });

  it('writes a List for programs, with where rules come from when asked', async () => {
    await using api = await server();
    const [{ stdout }, whole] = await Promise.all([
      generate(api, '-o', 'json'),
      generate(api, '-o', 'json', '--explain'),
    ]);
    const list = JSON.parse(stdout);
    assert.deepEqual([list.apiVersion, list.kind, list.items.length, list.netguard], ['v1', 'List', 6, undefined]);
    const { netguard } = JSON.parse(whole.stdout);
    const web = netguard.policies.find(({ name }: { name: string }) => name === 'netguard-web');
    assert.equal(web.ingress[0].edges[0].edge, 'clients/Deployment/shopper → shop/Deployment/web TCP 80');
    assert.deepEqual(netguard.leftOut.map(({ why }: { why: string }) => why).sort(), ['rare', 'unanswered']);
  });

  it('shows what would change in files, whatever order and names these have', async () => {
    await using api = await server();
    const { stdout } = await generate(api, '-n', 'shop');
    const same = join(directory, 'same.yaml');
    writeFileSync(same, stdout.replaceAll('netguard-', 'mine-'));
    const unchanged = await generate(api, '-n', 'shop', '--diff', same);
    assert.deepEqual([unchanged.status, unchanged.stdout], [0, '']);
    assert.match(unchanged.stderr, /0 added, 0 changed, 4 unchanged, 0 only in the files/);

    const other = join(directory, 'other.yaml');
    const meta = (name: string) =>
      `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\n`;
    const deny = `${meta('deny')}spec: {podSelector: {}, policyTypes: [Ingress]}\n`;
    const stale = `${meta('stale')}spec: {podSelector: {matchLabels: {app: old}}, ingress: [{}]}\n`;
    const open = `${meta('open')}spec: {podSelector: {matchLabels: {app: db}}, ingress: [{}]}\n`;
    writeFileSync(other, `${deny}${stale}${open}`);
    const { stdout: diff, stderr, status } = await generate(api, '-n', 'shop', '--diff', other);
    assert.equal(status, 0);
    assert.match(stderr, /3 added, 1 changed, 0 unchanged, 1 only in the files/);
    assert.match(diff, /^--- .*other\.yaml shop\/open\n\+\+\+ generated shop\/open$/m);
    assert.match(diff, /^--- .*other\.yaml shop\/stale\n\+\+\+ \/dev\/null$/m);
    assert.match(diff, /^--- \/dev\/null\n\+\+\+ generated shop\/netguard-web$/m);
    assert.match(diff, /^-\s+- \{\}$/m);
    assert.doesNotMatch(diff, /^[-+].*deny/m);
  });

  it('shows what would change in the cluster, where the agent follows it', async () => {
    const everything = { matchLabels: {}, matchExpressions: [] };
    const stale = { namespace: 'shop', name: 'stale', podSelector: everything, egress: null };
    const networkPolicies = [{ ...stale, ingress: [{ peers: [], ports: [] }] }];
    await using following = await server(shop({ networkPolicies }));
    await using other = await server();
    const [known, unknown] = await Promise.all([
      generate(following, '-n', 'shop', '--diff'),
      generate(other, '-n', 'shop', '--diff'),
    ]);
    assert.equal(known.status, 0);
    assert.match(known.stdout, /^--- cluster shop\/stale\n\+\+\+ \/dev\/null$/m);
    assert.match(known.stderr, /4 added, 0 changed, 0 unchanged, 1 only in the cluster/);
    assert.equal(unknown.status, 1);
    assert.match(unknown.stderr, /does not know those of the cluster\n.*policy\.fromCluster: always/);
  });

  it('makes the narrowest policy against an alert, or says why there is none', async () => {
    const alert = (id: string, more: object) =>
      sampleAlert({ id, rule: 'port-scan', category: 'scan', firstSeen: '2026-11-25T00:00:10.000Z', ...more });
    const [shopper, db] = [
      pods.find(({ name }) => name.startsWith('shopper')),
      pods.find(({ name }) => name === 'db-0'),
    ];
    assert.ok(shopper && db);
    const endpoint = ({ namespace, name, workload, ips }: Pod): Endpoint => ({
      ip: ips[0] ?? '',
      kind: 'pod',
      namespace,
      pod: name,
      ...(workload && { workload }),
    });
    const alerts = [
      alert('01AAA', { source: endpoint(shopper), target: endpoint(db) }),
      alert('01BBB', { source: endpoint(db), target: endpoint(db) }),
    ];
    await using api = await server(shop(), alerts);
    const { stdout, status } = await generate(api, '--from-alert', '01A');
    assert.equal(status, 0);
    const [policy] = parseAllDocuments(stdout)
      .map((document) => document.toJS())
      .filter((value) => value !== null);
    assert.deepEqual(policy.spec.policyTypes, ['Ingress']);
    assert.doesNotMatch(JSON.stringify(policy), /shopper/);
    const none = await generate(api, '--from-alert', '01B');
    assert.deepEqual([none.status, none.stdout], [1, '']);
    assert.match(none.stderr, /against alert 01BBB: source and target are the same pod.*\n.*alerts explain 01BBB/);
  });

  it('says what is missing and what cannot be asked together', async () => {
    await using api = await server();
    await using nameless = await server(shop({ hasIdentities: false }));
    const [names, namespace, cilium, alert, prefix] = await Promise.all([
      generate(nameless),
      generate(api, '-n', 'nowhere'),
      generate(api, '--format', 'cilium', '--diff', '/dev/null'),
      generate(api, '-n', 'shop', '--from-alert', 'x'),
      generate(api, '--prefix', '40'),
    ]);
    assert.match(names.stderr, /knows no pods and no labels\n.*identity\.file.*\n.*NG_ERR_CLI_NO_POLICY/);
    assert.match(namespace.stderr, /no pod of namespace nowhere is known/);
    assert.match(cilium.stderr, /--diff reads NetworkPolicies only/);
    assert.match(alert.stderr, /names the workload by itself/);
    assert.match(prefix.stderr, /from 8 to 32/);
    assert.deepEqual(
      [names, namespace, cilium, alert, prefix].map(({ status }) => status),
      [1, 1, 2, 2, 2],
    );
  });

  it('writes hostile names and labels so that YAML of any version reads them as they are', async () => {
    const hostile = [
      'yes',
      '1e3',
      '0x1f',
      '012',
      '~',
      '-',
      'a: b # c',
      '"',
      "'",
      '{{x}}',
      '*a',
      '!t',
      '<<',
      'null',
      ' x ',
    ];
    const strange = hostile.map((value, index): Pod => {
      const workload = { kind: 'Deployment', name: `odd-${index}\n---\nkind: Evil\u2028\u202e` };
      const labels = { [`app${index}`]: value, on: 'off' };
      return {
        ...(pods[0] as Pod),
        uid: `odd-${index}`,
        namespace: 'odd',
        name: `odd-${index}`,
        workload,
        labels,
        ips: [`10.78.0.${index + 1}`],
      };
    });
    const identities = { ...shop().identities, pods: [...pods, ...strange] };
    const ends = strange.map(
      ({ namespace, workload }): Endpoint => ({ ip: '', kind: 'pod', namespace, ...(workload && { workload }) }),
    );
    const edges = ends.flatMap((one) => seen(one, end('db'), 5432));
    await using api = await server(shop({ identities, edges }));
    for (const format of ['kubernetes', 'cilium']) {
      const { stdout, stderr, status } = await generate(api, '-n', 'odd', '--explain', '--format', format);
      assert.equal(status, 0, stderr);
      for (const version of ['1.1', '1.2'] as const) {
        const documents = parseAllDocuments(stdout, { version }).map((document) => document.toJS());
        const policies = documents.filter((value) => value !== null);
        assert.equal(policies.length, hostile.length);
        const values = policies.flatMap(({ spec }) =>
          Object.entries({ ...spec.podSelector?.matchLabels, ...spec.endpointSelector?.matchLabels }).flatMap(
            ([key, value]) => (/app\d/.test(key) ? [value] : []),
          ),
        );
        assert.deepEqual(values.sort(), hostile.toSorted());
        assert.ok(policies.every(({ kind }) => /NetworkPolicy$/.test(kind)));
      }
      assert.doesNotMatch(stdout, /^kind: Evil|[^\P{Cc}\n]|[\u2028\u202e]/mu);
    }
  });
});

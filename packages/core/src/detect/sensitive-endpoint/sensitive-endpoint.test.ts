import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../alert/alert.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { Learning } from '../../learn/learning.ts';
import { type DetectorContext, detectorContext, unknownCluster } from '../context.ts';
import type { Detector } from '../detector.ts';
import { DetectorSet } from '../detector-set.ts';
import { type Found, play, type Seen, START_MS } from '../scenario.ts';
import { pod } from '../session-observations.ts';
import { apiServer, contacts, context, learned, metadata, operator, web } from './scenarios.ts';
import { sensitiveEndpoint } from './sensitive-endpoint.ts';

const nameAddress = (ip: string): Endpoint => ({ ip, kind: 'world' });
const node: Endpoint = { ip: '192.168.0.11', kind: 'node', workload: { kind: 'Node', name: 'n1' } };

function setOf(known: Partial<DetectorContext> = context(), others: readonly Detector[] = []): DetectorSet {
  return new DetectorSet({
    context: detectorContext({ nameAddress, ...known }),
    detectors: [...others, sensitiveEndpoint],
  });
}

function findings(seen: Seen[], known?: Partial<DetectorContext>): Finding[] {
  const set = setOf(known);
  const last = seen.at(-1)?.observation.timeMs ?? START_MS;
  const found = play(set, seen, last + 1500);
  assert.equal(set.status()[0]?.errors, 0, set.status()[0]?.lastError);
  return found.map(({ finding }) => finding);
}

/** A detector that finds something about `web` between two moments. */
function elsewhere(fromMs: number, untilMs: number): Detector {
  return {
    id: 'port-scan',
    category: 'scan',
    mitre: [],
    default: 'alert',
    description: 'for this test',
    parameters: {},
    create: () => ({
      observe: () => {},
      nextDueMs: Number.POSITIVE_INFINITY,
      state: { entries: 0, capacity: 1, evicted: 0 },
      evaluate: (nowMs) =>
        nowMs < fromMs || nowMs > untilMs
          ? []
          : [
              {
                rule: 'port-scan',
                category: 'scan',
                severity: 'medium',
                confidence: 1,
                title: 't',
                description: 'd',
                source: web,
                target: null,
                sinceMs: nowMs,
                count: 1,
                evidence: { observed: 1, threshold: 1, unit: 'u', windowMs: 1 },
                mitre: [],
                suggestion: 's',
              },
            ],
    }),
  };
}

/** So that there are evaluations from the start on. */
const early = (seen: Seen[]): Seen[] => [...contacts(1, { client: operator }), ...seen];

const ours = (found: Found[]): Found[] => found.filter(({ finding }) => finding.rule === 'sensitive-endpoint');

describe('a first contact', () => {
  const kinds: readonly [string, Endpoint, number, string][] = [
    ['the API server', apiServer, 443, 'kube-apiserver'],
    ['a kubelet', node, 10_250, 'kubelet'],
    ['a kubelet’s read-only port', node, 10_255, 'kubelet'],
    ['etcd', node, 2379, 'etcd'],
    ['an etcd peer', node, 2380, 'etcd'],
    ['cloud metadata', metadata, 80, 'cloud-metadata'],
    ['cloud metadata over IPv6', { ip: 'fd00:ec2::254', kind: 'private' }, 80, 'cloud-metadata'],
    ['a container runtime', node, 2375, 'container-runtime'],
    [
      'the dashboard',
      { ip: '10.96.0.9', kind: 'service', namespace: 'kubernetes-dashboard', service: 'kubernetes-dashboard-web' },
      443,
      'kubernetes-dashboard',
    ],
  ];
  for (const [what, server, port, endpoint] of kinds) {
    it(`with ${what} is low`, () => {
      const [first] = findings(contacts(1, { server, port }));
      assert.deepEqual([first?.severity, first?.evidence.endpoint], ['low', endpoint]);
      assert.deepEqual([first?.source, first?.target?.ip, first?.target?.port], [web, server.ip, port]);
    });
  }

  it('with what the configuration calls metadata', () => {
    const cluster = { ...unknownCluster, isMetadata: (ip: string) => ip === '100.100.100.200' };
    const known = { ...context(), cluster };
    assert.equal(
      findings(contacts(1, { server: { ip: '100.100.100.200', kind: 'private' }, port: 80 }), known).length > 0,
      true,
    );
  });

  it('is told whether it was answered', () => {
    const refused = contacts(1, { server: metadata, port: 80, established: false, closeReason: 'refused' });
    const [tried] = findings(refused);
    assert.match(tried?.title ?? '', /tries to talk/);
    assert.match(findings(contacts(1, { server: metadata, port: 80 }))[0]?.title ?? '', /talks to the cloud/);
  });

  it('is told once a workload, however many contacts and pods follow', () => {
    const set = setOf();
    const first = play(set, contacts(3, {}), START_MS + 100_000);
    assert.ok(first.length > 0);
    const other = { ...web, ip: '10.244.1.6', pod: 'web-y' };
    assert.deepEqual(play(set, contacts(30, { client: other }, START_MS + 200_000), START_MS + 600_000), []);
  });

  it('is told once also where nothing can be learned', () => {
    const set = setOf({ learning: learned([], { learn: () => {} }) });
    assert.ok(play(set, contacts(3, {}), START_MS + 900_000).length > 0);
    assert.deepEqual(play(set, contacts(3, {}, START_MS + 1_000_000), START_MS + 1_200_000), []);
  });

  it('is medium beside another finding about the workload, before or after it', () => {
    const before = setOf(context(), [elsewhere(START_MS + 1000, START_MS + 5000)]);
    const beforeIt = ours(play(before, early(contacts(1, {}, START_MS + 300_000)), START_MS + 310_000));
    assert.equal(beforeIt[0]?.finding.severity, 'medium');
    assert.equal(beforeIt[0]?.finding.evidence.otherRule, 'port-scan');

    const after = setOf(context(), [elsewhere(START_MS + 400_000, START_MS + 402_000)]);
    const afterIt = ours(play(after, contacts(1, {}), START_MS + 420_000));
    assert.equal(afterIt[0]?.finding.severity, 'low');
    assert.equal(afterIt.at(-1)?.finding.severity, 'medium');
    assert.ok(afterIt.at(-1)!.atMs >= START_MS + 400_000);
  });

  it('is low beside a finding of long before, or about others', () => {
    const set = setOf(context(), [elsewhere(START_MS, START_MS + 2000)]);
    const found = ours(play(set, early(contacts(1, {}, START_MS + 900_000)), START_MS + 905_000));
    assert.deepEqual(new Set(found.map(({ finding }) => finding.severity)), new Set(['low']));
    const other = setOf(context(), [elsewhere(START_MS, START_MS + 20_000)]);
    const api = ours(play(other, contacts(1, { client: pod('10.1.1.1', 'shop', 'api') }), START_MS + 9000));
    assert.deepEqual(new Set(api.map(({ finding }) => finding.severity)), new Set(['low']));
  });

  it('names the program, where the kernel told', () => {
    assert.equal(findings(contacts(1, {}))[0]?.evidence.comm, 'test');
  });
});

describe('no first contact is', () => {
  const silent = (what: string, seen: () => Seen[], known?: Partial<DetectorContext>) =>
    it(what, () => assert.deepEqual(findings(seen(), known), []));

  silent('what an operator always did', () => contacts(100, { client: operator }));
  silent('one while the workload learns', () => contacts(100, {}), {
    learning: learned([], { progress: () => 0.5, knows: () => false }),
  });
  silent('a query to the node-local resolver', () =>
    contacts(100, { server: { ip: '169.254.20.10', kind: 'link-local' }, port: 53 }),
  );
  silent('traffic to a pod that listens on etcd’s number in the world', () =>
    contacts(100, { server: { ip: '203.0.113.1', kind: 'world' }, port: 2379 }),
  );
  silent('a pod that uses a kubelet’s port number', () =>
    contacts(100, { server: pod('10.244.2.2', 'shop', 'app'), port: 10_250 }),
  );
  silent('one that never left the socket', () => contacts(10, { established: false, closeReason: 'none' }));
  silent('what the server’s end tells: the client’s node does', () => contacts(10, { reporter: 'server' }));
  silent('ordinary traffic', () => contacts(100, { server: pod('10.244.2.2', 'shop', 'app'), port: 8080 }));
  silent('one of a workload that did more than is remembered', () => contacts(10, {}), {
    learning: learned([], { isDiverse: () => true }),
  });
});

it('what a workload does while it learns is known afterwards', () => {
  let progress = 0.5;
  const learning: Learning = learned([], { progress: () => progress });
  const set = setOf({ learning });
  play(set, contacts(3, {}), START_MS + 60_000);
  progress = 1;
  assert.deepEqual(play(set, contacts(3, {}, START_MS + 100_000), START_MS + 200_000), []);
  assert.ok(play(set, contacts(1, { server: metadata, port: 80 }, START_MS + 300_000), START_MS + 302_000).length > 0);
});

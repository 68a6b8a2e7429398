import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Alert, Finding } from '../../alert/alert.ts';
import { AlertBook } from '../../alert/alert-book.ts';
import { connection, inOrder, pod, probe, world } from '../../contacts/simulated-contacts.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { SignatureObservation } from '../../observation.ts';
import {
  everyDetector,
  grave,
  node as nodeEndpoint,
  quickLearning,
  rulesOf,
  told,
} from '../kubernetes-rules-cluster.ts';
import { type Found, play, type Seen, START_MS } from '../scenario.ts';
import { darkHosts, mesh, PORT, podsOf, talk, worm } from './scenarios.ts';
import type { TreeNode } from './tree.ts';

const LEARNED_MS = START_MS + 200_000;
const pods = podsOf(9);
const names = pods.map(({ namespace, pod: name }) => `${namespace}/${name}`);

const worms = (found: readonly Found[]): Finding[] =>
  found.map(({ finding }) => finding).filter(({ rule }) => rule === 'worm-propagation');
const last = (found: readonly Found[]): Finding => worms(found).at(-1) as Finding;
const treeOf = (finding: Finding | Alert): TreeNode[] => finding.evidence.tree as TreeNode[];

/** Who infected whom, by the names' places in `pods`; −1 for nobody. */
function parents(finding: Finding | Alert): [number, number][] {
  const tree = treeOf(finding);
  return tree
    .map((node): [number, number] => [
      names.indexOf(node.name),
      node.parent === null ? -1 : names.indexOf(tree[node.parent]?.name ?? ''),
    ])
    .sort(([a], [b]) => a - b);
}

/** Each pod keeps calling the next one on a port, so that this is what its workload does. */
function usual(port: number, untilMs: number): Seen[] {
  const rounds = Math.floor((untilMs - START_MS) / 10_000);
  return inOrder(
    ...Array.from({ length: rounds }, (_, round) =>
      pods.flatMap((from, n) =>
        talk(from, pods[(n + 2) % pods.length] as Endpoint, START_MS + round * 10_000 + n * 50, port),
      ),
    ),
  );
}

describe('a worm is told as one alert that grows:', () => {
  const spreading = worm({ pods, fanOut: 2, dark: 6, fromMs: START_MS });

  it('the tree says who infected whom, patient zero first', () => {
    const finding = last(told(spreading));
    assert.deepEqual(
      parents(finding),
      pods.map((_, n) => [n, n === 0 ? -1 : (n - 1) >> 1]),
    );
    const [zero, ...others] = treeOf(finding);
    assert.deepEqual([zero?.name, zero?.parent, zero?.generation], [names[0], null, 1]);
    for (const node of others) {
      assert.ok((node.parent ?? 99) < node.id, 'parents come before their children');
      assert.ok(node.at > (treeOf(finding)[node.parent ?? 0]?.at ?? ''), 'and were infected before them');
    }
    const { patientZero, infected, generations, port, observed } = finding.evidence;
    assert.deepEqual([infected, generations, port, observed], [9, 4, PORT, 9]);
    assert.equal((patientZero as { name: string }).name, names[0]);
    assert.equal(finding.severity, 'high');
    assert.match(finding.suggestion, /kubectl label pod -n shop app-0-0 quarantine=true/);
  });

  it('it opens with the third workload, is told again as it grows, and ends as one', () => {
    const book = new AlertBook({ cluster: 'c', node: 'n', yieldsTo: everyDetector().yieldsTo });
    const set = everyDetector();
    const slow = worm({ pods: podsOf(13), fanOut: 1, dark: 6, fromMs: START_MS }).map(stretched);
    const events: string[] = [];
    const fingerprints = new Set<string>();
    const open = new Set<string>();
    play(set, slow, START_MS + 600_000, (findings, nowMs) => {
      for (const { type, alert } of book.apply(findings, nowMs, set.yielded)) {
        if (alert.rule !== 'worm-propagation') continue;
        events.push(`${type} ${alert.evidence.observed}`);
        fingerprints.add(alert.fingerprint);
      }
      for (const { rule } of book.list()) if (nowMs > START_MS + 30_000) open.add(rule);
    });
    assert.deepEqual(events, ['open 3', 'update 6', 'update 12', 'resolve 13']);
    assert.equal(fingerprints.size, 1);
    assert.deepEqual([...open], ['worm-propagation']);
  });

  it('what others say of the same pods on that port is left to it, and a sweep of another port is not', () => {
    const found = told(spreading);
    const after = found.filter(({ atMs }) => atMs > START_MS + 3000);
    assert.deepEqual(rulesOf(after), ['worm-propagation']);
    const sweep = darkHosts(pods[3] as Endpoint, START_MS + 1500, 30, 22, '10.77.1');
    const both = told(inOrder(spreading, sweep)).filter(({ atMs }) => atMs > START_MS + 3000);
    assert.deepEqual(rulesOf(both), ['host-sweep', 'worm-propagation']);
  });

  it('a second port of the same patient zero is the same alert', () => {
    const second = worm({ pods, fanOut: 2, dark: 6, fromMs: START_MS + 5000, port: 22 });
    const findings = told(inOrder(spreading, second)).filter(({ atMs }) => atMs >= START_MS + 20_000);
    const [finding] = worms(findings);
    assert.equal(worms(findings.filter(({ atMs }) => atMs === findings[0]?.atMs)).length, 1);
    assert.deepEqual(finding?.evidence.otherPorts, [{ port: 22, infected: 9 }]);
  });

  it('seen by clients alone, by servers alone, or by what found no socket, it is the same tree', () => {
    const expected = pods.map((_, n) => [n, n === 0 ? -1 : (n - 1) >> 1]);
    const clients = spreading.filter(
      ({ observation }) => observation.kind !== 'connection' || observation.role === 'client',
    );
    assert.deepEqual(parents(last(told(clients))), expected);
    const servers = spreading.map((seen): Seen => {
      const { observation, who } = seen;
      if (observation.kind !== 'connection' || observation.established || who.remote === null) return seen;
      const to = pod('dark', `host-${observation.remote.ip}`, observation.remote.ip);
      return probe({
        atMs: observation.timeMs,
        from: who.local,
        to,
        shapes: { syn: 1 },
        distinctPorts: 1,
        lastPort: PORT,
      });
    });
    const probed = servers.filter(
      ({ observation }) => observation.kind !== 'connection' || observation.role === 'server',
    );
    assert.deepEqual(parents(last(told(probed))), expected);
  });

  it('who only knocked infected nobody, and who comes late neither', () => {
    const [zero, first, second] = pods as [Endpoint, Endpoint, Endpoint];
    const knock = connection({ atMs: START_MS + 100, from: zero, to: second, port: PORT, close: 'fin' });
    const seen = inOrder(
      [knock],
      spreading.filter(({ who }) => who.local !== second || who.remote !== zero),
      [...talk(first, second, START_MS + 190), ...talk(zero, second, START_MS + 3000)],
    );
    const without = seen.filter(
      ({ observation, who }) =>
        !(
          observation.timeMs > START_MS + 190 &&
          observation.timeMs < START_MS + 300 &&
          who.local === zero &&
          who.remote === second
        ),
    );
    const found = last(told(without));
    assert.equal(new Map(parents(found)).get(2), 1);
  });

  it('pods that were reached and do not spread are in the tree as such', () => {
    const extra = podsOf(12).slice(10);
    const reached = extra.flatMap((to, n) => talk(pods[1] as Endpoint, to, START_MS + 1000 + n * 10));
    const finding = last(told(inOrder(spreading, reached)));
    assert.equal(finding.evidence.infected, 9);
    assert.equal(finding.evidence.reached, 2);
    const nodes = treeOf(finding).filter(({ state }) => state === 'reached');
    assert.deepEqual(
      nodes.map(({ name, parent }) => [name, treeOf(finding)[parent ?? -1]?.name]),
      extra.map(({ pod: name }) => [`shop/${name}`, names[1]]),
    );
  });

  it('once workloads are learned, a worm that never fails is found by the edges that it makes', () => {
    const learning = quickLearning();
    const seen = inOrder(usual(8080, LEARNED_MS), stealthy(LEARNED_MS));
    const finding = last(told(seen, { learning }));
    assert.deepEqual(parents(finding).slice(0, 6), stealthyParents);
    assert.equal(finding.severity, 'high');
  });

  it('a list of two victims each is enough, as soon as the tree is large', () => {
    const many = podsOf(18).filter((_, n) => n % 2 === 0);
    const list = worm({ pods: many, fanOut: 2, dark: 0, fromMs: LEARNED_MS });
    const known = Array.from({ length: 20 }, (_, round) =>
      many.flatMap((from, n) => talk(from, many[(n + 1) % 9] as Endpoint, START_MS + round * 10_000 + n * 50, 8080)),
    );
    const finding = last(told(inOrder(...known, list), { learning: quickLearning() }));
    const tree = treeOf(finding);
    assert.deepEqual([finding.evidence.infected, finding.evidence.reached, tree.length], [4, 5, 9]);
    for (const node of tree) {
      const n = many.findIndex(({ ip }) => ip === node.ip);
      assert.equal(
        node.parent === null ? -1 : many.findIndex(({ ip }) => ip === tree[node.parent ?? 0]?.ip),
        n === 0 ? -1 : (n - 1) >> 1,
      );
    }
  });

  it('a rule that matched in its connections tells it before anything is learned', () => {
    const seen = stealthy(START_MS);
    assert.deepEqual(worms(told(seen)), []);
    const finding = last(told(inOrder(seen, seen.flatMap(signatureOf))));
    assert.deepEqual(parents(finding).slice(0, 6), stealthyParents);
    assert.ok(finding.confidence > 0.85);
  });
});

describe('what is no worm is silent:', () => {
  it('clusters whose members all talk to each other on one port, with dead members, before and after they are learned', () => {
    for (const dead of [0, 1, 4]) {
      assert.deepEqual(worms(told(mesh(pods, START_MS, 6, dead, 7000))), [], `${dead} dead`);
      const learned = mesh(pods, START_MS, 60, dead, 7000);
      assert.deepEqual(worms(told(learned, { learning: quickLearning() })), [], `${dead} dead, learned`);
    }
  });

  it('the replicas of one workload, most of whose members are gone', () => {
    const ring = Array.from({ length: 6 }, (_, n) => pod('data', 'cassandra', `10.244.5.${n + 1}`, n));
    assert.deepEqual(worms(told(mesh(ring, START_MS, 6, 9, 7000))), []);
  });

  it('a chain of services that all listen on 8080, begun at once by one request', () => {
    const chain = pods.flatMap((from, n) =>
      pods.slice(n + 1).flatMap((to, m) => talk(from, to, START_MS + n * 300 + m * 40, 8080)),
    );
    assert.deepEqual(worms(told(inOrder(chain))), []);
    const after = pods.flatMap((from, n) =>
      pods.slice(n + 1).flatMap((to, m) => talk(from, to, LEARNED_MS + n * 300 + m * 40, 8080)),
    );
    const learning = quickLearning();
    assert.deepEqual(worms(told(inOrder(chain, usual(9000, LEARNED_MS), after), { learning })), []);
  });

  it('a chain of services whose callees are gone, as long as they were there lately or are declared', () => {
    const gone = pods.slice(4);
    const before = pods
      .slice(0, 4)
      .flatMap((from, n) => gone.flatMap((to, m) => talk(from, to, START_MS + n * 300 + m * 40, 8080)));
    const failing = pods
      .slice(0, 4)
      .flatMap((from, n) => [
        ...talk(from, pods[(n + 1) % 4] as Endpoint, START_MS + 20_000 + n * 1000, 8080),
        ...gone.map((to, m) =>
          connection({ atMs: START_MS + 20_500 + n * 1000 + m * 20, from, to, port: 8080, close: 'unreachable' }),
        ),
      ]);
    assert.deepEqual(worms(told(inOrder(before, failing))), []);
    const declared = gone.map(({ ip }) => `${ip}:8080`);
    assert.deepEqual(worms(told(inOrder(failing), { declared })), []);
  });

  it('a scraper, an ingress and a load balancer: one that contacts many, none of which does', () => {
    const ingress = pod('edge', 'ingress', '10.244.7.1');
    const scraper = pod('monitoring', 'prometheus', '10.244.7.2');
    const seen = pods.flatMap((to, n) => [
      ...talk(world('203.0.113.9'), ingress, START_MS + n * 100, 443),
      ...talk(ingress, to, START_MS + n * 100 + 5, 443),
      ...talk(scraper, to, START_MS + n * 100 + 30, 443),
    ]);
    assert.deepEqual(worms(told(inOrder(seen, darkHosts(scraper, START_MS + 50, 20, 443)))), []);
  });

  it('a rollout of learned workloads, whose new pods call everybody anew', () => {
    const learning = quickLearning();
    const changedMs = LEARNED_MS - 60_000;
    const anew = pods.flatMap((from, n) =>
      pods.slice(n + 1).flatMap((to, m) => talk(from, to, LEARNED_MS + n * 300 + m * 40, 8080)),
    );
    const scale = () => ({ replicas: 2, changedMs });
    assert.deepEqual(grave(told(inOrder(usual(9000, LEARNED_MS), anew), { learning, scale })), []);
  });

  it('jobs that start jobs, and executors that fetch from each other', () => {
    const driver = pod('batch', 'driver', '10.244.8.1');
    const executors = Array.from({ length: 12 }, (_, n) => pod('batch', `exec-${n}`, `10.244.8.${n + 2}`));
    const seen = executors.flatMap((to, n) => [
      ...talk(driver, to, START_MS + n * 50, 7337),
      ...executors.slice(0, n).flatMap((from, m) => talk(to, from, START_MS + 2000 + n * 50 + m * 10, 7337)),
    ]);
    assert.deepEqual(worms(told(inOrder(seen))), []);
  });

  it('a swarm of peers, each of which asks a tracker, tries dead peers first and then finds the others', () => {
    const seen = pods.flatMap((from, n) => [
      ...darkHosts(from, START_MS + n * 20, 8, 6881, `10.8.${n}`),
      ...pods.flatMap((to, m) => (from === to ? [] : talk(from, to, START_MS + 3000 + n * 200 + m * 15, 6881))),
      ...darkHosts(from, START_MS + 6000 + n * 20, 8, 6881, `10.7.${n}`),
    ]);
    assert.deepEqual(worms(told(inOrder(seen))), []);
  });

  it('a kubelet that probes pods that begin to fail, on the port that they serve', () => {
    const kubelet: Endpoint = { ip: nodeEndpoint.ip, kind: 'unit', service: 'kubelet.service' };
    const seen = pods.flatMap((to, n) => [
      ...talk(kubelet, to, LEARNED_MS + n * 100, 8080),
      ...darkHosts(to, LEARNED_MS + 2000 + n * 100, 6, 8080, `10.5.${n}`),
    ]);
    const known = [...usual(9000, LEARNED_MS), ...talk(kubelet, pods[0] as Endpoint, START_MS, 10)];
    assert.deepEqual(worms(told(inOrder(known, seen), { learning: quickLearning() })), []);
  });

  it('replicas of databases, and a failover to another', () => {
    const [primary, ...replicas] = podsOf(6, 'db') as [Endpoint, ...Endpoint[]];
    const seen = replicas.flatMap((replica, n) => [
      ...talk(replica, primary, START_MS + n * 200, 5432),
      connection({ atMs: START_MS + 10_000 + n * 100, from: replica, to: primary, port: 5432, close: 'refused' }),
      ...replicas.flatMap((other, m) =>
        other === replica ? [] : talk(replica, other, START_MS + 12_000 + n * 200 + m * 30, 5432),
      ),
    ]);
    assert.deepEqual(worms(told(inOrder(seen))), []);
  });

  it('a headless service that learned clients begin to use, one after the other', () => {
    const learning = quickLearning();
    const tiers = [0, 1, 2, 3].map((tier) =>
      Array.from({ length: 6 }, (_, n) => pod('shop', `tier-${tier}`, `10.244.2${tier}.${n + 1}`, n)),
    );
    const calls = (fromMs: number, port: number): Seen[] =>
      tiers
        .slice(1)
        .flatMap((to, tier) =>
          (tiers[tier] as Endpoint[]).flatMap((from, n) =>
            to.flatMap((one, m) => talk(from, one, fromMs + tier * 500 + n * 60 + m * 5, port)),
          ),
        );
    const known = Array.from({ length: 20 }, (_, round) => calls(START_MS + round * 10_000, 9000)).flat();
    assert.deepEqual(worms(told(inOrder(known, calls(LEARNED_MS, 8080)), { learning })), []);
  });

  it('learned services that begin to call two others each, because a switch was turned', () => {
    const services = podsOf(12).filter((_, n) => n % 2 === 0);
    const known = Array.from({ length: 20 }, (_, round) =>
      services.flatMap((from, n) =>
        talk(from, services[(n + 1) % 6] as Endpoint, START_MS + round * 10_000 + n * 50, 9000),
      ),
    );
    const calls = services
      .slice(0, 3)
      .flatMap((from, n) =>
        [1, 2].flatMap((by) => talk(from, services[n + by] as Endpoint, LEARNED_MS + n * 300 + by * 40, 8080)),
      );
    assert.deepEqual(worms(told(inOrder(...known, calls), { learning: quickLearning() })), []);
  });

  it('several independent sweeps of the same port', () => {
    const seen = pods.slice(0, 4).map((from, n) => darkHosts(from, START_MS + n * 1000, 40, 22, `10.6.${n}`));
    assert.deepEqual(worms(told(inOrder(...seen))), []);
  });
});

/** A worm that has a list of its victims and never fails; six of them go on to visit all others. */
function stealthy(fromMs: number): Seen[] {
  const visits = pods
    .slice(0, 6)
    .flatMap((from, n) =>
      pods.flatMap((to, m) => (from === to ? [] : talk(from, to, fromMs + 1500 + n * 800 + m * 50))),
    );
  return inOrder(worm({ pods, fanOut: 3, dark: 0, fromMs }), visits);
}
const stealthyParents = [-1, 0, 0, 0, 1, 1].map((parent, n) => [n, parent]);

/** The same, ten times as slow. */
function stretched({ observation, who }: Seen): Seen {
  const timeMs = START_MS + (observation.timeMs - START_MS) * 10;
  const moved = { ...observation, timeMs, ...('startMs' in observation ? { startMs: timeMs - 1 } : undefined) };
  return { observation: moved as Seen['observation'], who };
}

function signatureOf({ observation, who }: Seen): Seen[] {
  if (observation.kind !== 'connection' || observation.role !== 'server') return [];
  const { timeMs, id, cgroupId, netns, local, remote } = observation;
  const signature: SignatureObservation['signature'] = {
    gid: 1,
    sid: 1,
    rev: 1,
    msg: 'exploit',
    classType: 'attempted-admin',
    priority: 1,
    metadata: {},
    references: [],
    text: '',
    file: '',
    line: 1,
  };
  const signed: SignatureObservation = {
    kind: 'signature',
    timeMs,
    transport: 'TCP',
    id,
    role: 'server',
    cgroupId,
    netns,
    local,
    remote,
    sent: false,
    signature,
  };
  return [{ observation: signed, who }];
}

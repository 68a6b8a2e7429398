import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../alert/alert.ts';
import type { Endpoint } from '../../endpoint.ts';
import { datagrams } from '../../flow/observation-samples.ts';
import type { DatagramObservation } from '../../observation.ts';
import { type DetectorContext, detectorContext, unknownCluster } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { session } from '../session-observations.ts';
import { policyViolation } from './policy-violation.ts';
import { batch, connections, database, judge, onlyWeb, outside, web } from './scenarios.ts';

const nameAddress = (ip: string): Endpoint => ({ ip, kind: 'world' });

function setOf(known: Partial<DetectorContext> = { access: judge() }): DetectorSet {
  return new DetectorSet({ context: detectorContext({ nameAddress, ...known }), detectors: [policyViolation] });
}

function found(seen: Seen[], known?: Partial<DetectorContext>): Finding[] {
  const set = setOf(known);
  const last = Math.max(...seen.map(({ observation }) => observation.timeMs));
  const findings = play(set, seen, last + 1500).map(({ finding }) => finding);
  assert.equal(set.status()[0]?.errors, 0, set.status()[0]?.lastError);
  return findings;
}

function dns(more: Partial<DatagramObservation>): Seen {
  const observation = datagrams({ timeMs: START_MS + 1000, role: 'server', ...more });
  return {
    observation: { ...observation, local: { ip: database.ip, port: 53 } },
    who: { local: database, remote: web },
  };
}

describe('policy violation', () => {
  it('names who talked to whom, by which policies it was forbidden, and a rule that would allow it', () => {
    const [first] = found(connections(1, {}));
    assert.ok(first);
    assert.deepEqual([first.source, first.target, first.severity], [batch, database, 'medium']);
    assert.equal(first.confidence, 0.95);
    assert.deepEqual(first.evidence.policies, ['NetworkPolicy shop/only-web']);
    assert.equal(first.evidence.nearestRule, 'NetworkPolicy shop/only-web ingress[0]');
    assert.equal(first.evidence.direction, 'ingress');
    assert.deepEqual(first.evidence.topPorts, [{ port: 'TCP 5432', count: 1 }]);
    assert.match(first.suggestion, /ingress: \[\{"from":.*"app":"batch".*5432/);
  });

  it('is the same whichever end tells of it, and counts once', () => {
    const [server, client] = [connections(3, {}), connections(3, { reporter: 'client' })];
    const key = ({ source, target }: Finding) => `${source?.pod} ${target?.pod}`;
    assert.equal(key(found(server)[0]!), key(found(client)[0]!));
    const both = [...server, ...client].sort((a, b) => a.observation.timeMs - b.observation.timeMs);
    assert.equal(found(both).at(-1)?.evidence.observed, 3);
  });

  it('through a service names the workload behind it', () => {
    const service: Endpoint = { ip: '10.96.0.2', kind: 'service', namespace: 'shop', service: 'db' };
    const cluster = { ...unknownCluster, behind: (endpoint: Endpoint) => (endpoint === service ? database : endpoint) };
    const access = { isActive: true, generation: 1, denial: () => judge().denial(batch, database, 5432, 'TCP') };
    const [first] = found(connections(1, { server: service, reporter: 'client' }), { access, cluster });
    assert.equal(first?.target, database);
  });

  it('that was only attempted is low, and told after a few', () => {
    const refused = { reporter: 'client', established: false, closeReason: 'timeout' } as const;
    assert.deepEqual(found(connections(4, refused)), []);
    const [first] = found(connections(5, refused));
    assert.deepEqual([first?.severity, first?.evidence.unit], ['low', 'attempts']);
    assert.match(first?.title ?? '', /tries to reach/);
  });

  it('counts a SYN that waits for its answer as one attempt, also before it gives up', () => {
    const spec = { client: batch, server: database, port: 5432, reporter: 'client', established: false } as const;
    const ids = [1, 2, 3, 4, 5].flatMap((nth) => {
      const [began, waits, over] = [
        session(START_MS + nth * 10, { ...spec, phase: 'live', durationMs: 0 }),
        session(START_MS + 1500 + nth, { ...spec, phase: 'live', isNew: false, durationMs: 1500 }),
        session(START_MS + 9000 + nth, { ...spec, closeReason: 'timeout', isNew: false, durationMs: 9000 }),
      ];
      return [began, waits, over].map((seen) => ({
        ...seen,
        observation: { ...seen.observation, id: `c${nth}` } as never,
      }));
    });
    const ordered = (ids as Seen[]).sort((a, b) => a.observation.timeMs - b.observation.timeMs);
    const findings = found(ordered);
    assert.equal(findings[0]?.evidence.observed, 5);
    assert.equal(findings.at(-1)?.evidence.observed, 5);
  });

  it('never began where no packet was sent', () => {
    assert.deepEqual(found(connections(20, { reporter: 'client', established: false, closeReason: 'none' })), []);
  });

  it('is found when a connection is established a tick after it was first seen', () => {
    const spec = { client: batch, server: database, port: 5432, reporter: 'client', phase: 'live' } as const;
    const seen = [
      session(START_MS + 10, { ...spec, established: false, durationMs: 5 }),
      session(START_MS + 1010, { ...spec, isNew: false, durationMs: 1005 }),
    ].map((one) => ({ ...one, observation: { ...one.observation, id: 'c' } as never }));
    assert.equal(found(seen)[0]?.severity, 'medium');
  });

  it('goes on while a forbidden connection moves, and ends after it', () => {
    const spec = { client: batch, server: database, port: 5432, phase: 'live' } as const;
    const live = Array.from({ length: 200 }, (_, nth) => {
      const seen = session(START_MS + nth * 1000, { ...spec, isNew: nth === 0 });
      return { ...seen, observation: { ...seen.observation, id: 'c' } as never };
    });
    const findings = play(setOf(), live, START_MS + 400_000);
    assert.ok(findings.at(-1)!.atMs >= START_MS + 199_000);
    assert.ok(findings.at(-1)!.atMs <= START_MS + 262_000);
  });

  it('is found of connections that were open when the policy came', () => {
    const access = judge([{ ...onlyWeb, namespace: 'elsewhere' }]);
    const set = setOf({ access });
    const live = (nth: number): Seen => {
      const seen = session(START_MS + nth * 1000, {
        client: batch,
        server: database,
        port: 5432,
        phase: 'live',
        isNew: nth === 0,
      });
      return { ...seen, observation: { ...seen.observation, id: 'c' } as never };
    };
    for (const nth of [0, 1]) set.observe(live(nth).observation, live(nth).who);
    assert.deepEqual(set.evaluate(START_MS + 1500), []);
    access.setPolicies({ networkPolicies: [onlyWeb], accessPolicies: [] });
    set.observe(live(2).observation, live(2).who);
    assert.equal(set.evaluate(START_MS + 2500).length, 1);
  });

  it('of datagrams needs that they arrived', () => {
    assert.equal(found([dns({})]).length > 0, true);
    const sentOnly = { receivedBytes: 0, receivedPackets: 0, sentBytes: 50, sentPackets: 1 };
    assert.deepEqual(found([dns({ delta: sentOnly })]), []);
    assert.deepEqual(found([dns({ role: 'unknown' })]), []);
    assert.deepEqual(found([dns({ loopback: true })]), []);
  });

  it('of an address that many share is low and not sure', () => {
    const node: Endpoint = { ip: '192.168.0.12', kind: 'node' };
    const [first] = found(connections(3, { client: node }));
    assert.deepEqual([first?.severity, first?.confidence, first?.evidence.sharedSource], ['low', 0.5, true]);
  });

  it('of outside addresses is one finding, however many there are', () => {
    const clients = Array.from({ length: 50 }, (_, nth) => ({ ...outside, ip: `203.0.113.${nth}` }));
    const findings = found(clients.flatMap((client, nth) => connections(1, { client }, START_MS + nth * 10)));
    assert.deepEqual(new Set(findings.map(({ source }) => source)), new Set([null]));
    const last = findings.at(-1);
    assert.equal(last?.target, database);
    assert.ok((last?.sources?.distinctEstimate ?? 0) > 40 && (last?.sources?.top.length ?? 0) === 10);
    assert.match(found(connections(1, { client: outside }))[0]?.title ?? '', /^203\.0\.113\.7 talks to shop\/db-x/);
  });

  it('into the world is one finding, too', () => {
    const denied = { ...onlyWeb, ingress: null, egress: [] };
    const server = (nth: number): Endpoint => ({ ip: `203.0.113.${nth}`, kind: 'world' });
    const seen = [1, 2, 3].flatMap((nth) =>
      connections(1, { client: database, server: server(nth), port: 443, reporter: 'client' }, START_MS + nth),
    );
    const last = found(seen, { access: judge([denied]) }).at(-1);
    assert.deepEqual([last?.source, last?.target, last?.evidence.direction], [database, null, 'egress']);
    const targets = last?.evidence.targets as { distinctEstimate: number } | undefined;
    assert.equal(targets?.distinctEstimate, 3);
  });
});

describe('an address that nobody has claimed yet', () => {
  const newcomer: Endpoint = { ip: '10.244.7.7', kind: 'private' };
  const [first] = connections(1, { client: newcomer });
  assert.ok(first);
  /** Named as `named` from `atMs` after the connection on. */
  const foundWith = (named: Endpoint, atMs: number, seen: Seen[] = [first]) => {
    let nowMs = START_MS;
    const known: Partial<DetectorContext> = {
      access: judge(),
      nameAddress: (ip) =>
        ip === newcomer.ip && nowMs >= START_MS + atMs ? { ...named, ip } : { ip, kind: 'private' },
    };
    const set = setOf(known);
    for (const { observation, who } of seen) set.observe(observation, who);
    const findings: { atMs: number; finding: Finding }[] = [];
    for (; nowMs < START_MS + 12_000; nowMs += 1000) {
      for (const finding of set.evaluate(nowMs)) findings.push({ atMs: nowMs - START_MS, finding });
    }
    assert.equal(set.status()[0]?.errors, 0);
    return { findings, state: set.status()[0] };
  };

  it('is a pod that a rule allows, once its name has come', () => {
    assert.deepEqual(foundWith(web, 3000).findings, []);
  });

  it('or one that no rule allows, which is named then', () => {
    const { findings } = foundWith(batch, 3000);
    assert.equal(findings[0]?.finding.source?.workload?.name, 'batch');
  });

  it('or nobody, which is told five seconds later', () => {
    const { findings } = foundWith(web, 60_000);
    assert.deepEqual([findings[0]?.finding.source?.kind, findings[0]?.finding.severity], ['private', 'medium']);
    assert.ok(findings[0]!.atMs >= 5000 && findings[0]!.atMs <= 6000, `${findings[0]!.atMs}`);
  });

  it('and many of them wait in bounded room: the oldest are judged as they are', () => {
    const seen = Array.from({ length: 3000 }, (_, nth) => {
      const observation = { ...first.observation, id: `c${nth}` } as Seen['observation'];
      return { observation, who: first.who };
    });
    const { findings, state } = foundWith(web, 60_000, seen);
    assert.ok((findings[0]?.atMs ?? 0) < 2000);
    assert.equal(findings[0]?.finding.evidence.observed, 3000 - 2048);
    assert.equal(state?.evicted, 3000 - 2048);
  });
});

describe('no policy violation is', () => {
  const silent = (what: string, seen: () => Seen[], known?: Partial<DetectorContext>) =>
    it(what, () => assert.deepEqual(found(seen(), known), []));
  silent('what a rule allows', () => connections(50, { client: web }));
  silent('the answer to what a rule allows', () =>
    connections(50, { client: web, clientBytes: 1, serverBytes: 900_000 }),
  );
  silent('a pod that no policy selects', () => connections(50, { server: web, client: batch }));
  silent('a probe of the own node’s kubelet', () => connections(50, { client: { ip: '192.168.0.11', kind: 'node' } }));
  silent('anything while there is no policy', () => connections(50, {}), { access: judge([]) });
  silent('a redirect of a mesh inside the pod', () => connections(50, { port: 15_006 }));
  silent('a pod that nobody described', () =>
    connections(50, { client: { ip: '10.244.9.9', kind: 'pod', pod: '1c7f9a5e' } }),
  );
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../alert/alert.ts';
import type { Endpoint } from '../../endpoint.ts';
import { nothingLearned } from '../../learn/learning.ts';
import { type ClusterView, type DetectorContext, detectorContext, unknownCluster } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { pod, type SessionSpec } from '../session-observations.ts';
import { bruteForce } from './brute-force.ts';
import { ansible, attacker, bastion, database, outside, refusedSsh, runner, sessions } from './scenarios.ts';

const nameAddress = (ip: string): Endpoint => ({ ip, kind: 'world' });

function found(seen: Seen[], known: Partial<DetectorContext> = {}): Finding[] {
  const set = new DetectorSet({ context: detectorContext({ nameAddress, ...known }), detectors: [bruteForce] });
  const ordered = seen.toSorted((a, b) => a.observation.timeMs - b.observation.timeMs);
  const last = ordered.at(-1)?.observation.timeMs ?? START_MS;
  const findings = play(set, ordered, last + 1000).map(({ finding }) => finding);
  assert.equal(set.status()[0]?.errors, 0, set.status()[0]?.lastError);
  return findings;
}

function cluster(more: Partial<ClusterView>): Partial<DetectorContext> {
  return { cluster: { ...unknownCluster, ...more } };
}

const refusedFtp: SessionSpec = {
  client: outside,
  server: bastion,
  port: 21,
  clientBytes: 24,
  serverBytes: 137,
  durationMs: 2000,
};
const refusedMysql: SessionSpec = {
  client: attacker,
  server: database,
  port: 3306,
  clientBytes: 67,
  serverBytes: 147,
  durationMs: 10,
  closedFirst: 'server',
};
const refusedPostgres: SessionSpec = { ...refusedMysql, port: 5432, clientBytes: 235, serverBytes: 223 };

describe('brute force is found', () => {
  it('over SSH from outside at the eighth session, with who, where and how many guesses', () => {
    const findings = found(sessions(11, 6000, (nth) => refusedSsh(outside, nth)));
    const [first] = findings;
    assert.ok(first);
    assert.equal(first.severity, 'medium');
    assert.deepEqual([first.source, first.target?.pod, first.target?.port], [outside, bastion.pod, 22]);
    assert.deepEqual(
      [first.evidence.observed, first.evidence.threshold, first.evidence.unit, first.evidence.service],
      [8, 8, 'sessions', 'ssh'],
    );
    assert.ok((first.evidence.guessesEstimate as number) > 8);
    assert.equal(first.sinceMs, START_MS + 48_000);
  });

  it('is judged at once, not at the next tick', () => {
    const set = new DetectorSet({ context: detectorContext({ nameAddress }), detectors: [bruteForce] });
    const seen = sessions(8, 700, { ...refusedFtp });
    const [first] = play(set, seen, START_MS + 60_000);
    assert.equal(first?.atMs, START_MS + 5600);
  });

  it('over FTP, and not with one session less', () => {
    assert.ok(found(sessions(8, 2000, refusedFtp)).length > 0);
    assert.deepEqual(found(sessions(7, 2000, refusedFtp)), []);
  });

  it('by a pod of the cluster, once it does more than programs do', () => {
    assert.deepEqual(found(sessions(19, 2000, (nth) => refusedSsh(attacker, nth))), []);
    const [first] = found(sessions(20, 2000, (nth) => refusedSsh(attacker, nth)));
    assert.equal(first?.evidence.threshold, 20);
    assert.match(first?.suggestion ?? '', /shop\/attacker-x/);
  });

  it('once, when both ends tell of it, and as the same alert', () => {
    const both = sessions(25, 2000, (nth) => refusedSsh(attacker, nth)).concat(
      sessions(25, 2000, (nth) => ({ ...refusedSsh(attacker, nth), reporter: 'client' })),
    );
    const findings = found(both);
    assert.ok(findings.length > 0);
    assert.deepEqual(new Set(findings.map(({ target }) => target?.pod)), new Set([bastion.pod]));
    assert.equal(findings[0]?.evidence.observed, 20);
    const counted = findings.reduce((sum, { count }) => sum + count, 0);
    assert.ok(counted >= 20 && counted <= 26, `${counted} sessions`);
  });

  it('through a service, at the workload behind it', () => {
    const service: Endpoint = { ip: '10.96.0.22', kind: 'service', namespace: 'ops', service: 'bastion' };
    const view = cluster({ behind: (endpoint) => (endpoint === service ? bastion : endpoint) });
    const seen = sessions(25, 2000, (nth) => ({ ...refusedSsh(attacker, nth, service), reporter: 'client' as const }));
    assert.equal(found(seen, view)[0]?.target?.pod, bastion.pod);
  });

  it('slowly: thirty guesses in half an hour', () => {
    const seen = sessions(40, 45_000, (nth) => ({
      ...refusedSsh(outside, nth),
      durationMs: 3000 + ((nth * 911) % 9000),
    }));
    const jittered = seen.map((one, nth) => ({
      ...one,
      observation: { ...one.observation, startMs: START_MS + nth * 45_000 + ((nth * 7919) % 40_000) } as never,
    }));
    const [first] = found(jittered);
    assert.equal(first?.evidence.unit, 'guesses');
    assert.ok((first?.evidence.observed ?? 0) >= 30);
  });

  it('with several guesses a session: FTP servers allow three', () => {
    const [first] = found(sessions(10, 20_000, { ...refusedFtp, clientBytes: 76, serverBytes: 260, durationMs: 9000 }));
    assert.equal(first?.evidence.guessesEstimate, 24);
  });

  it('at databases, where the server hangs up', () => {
    for (const refused of [refusedMysql, refusedPostgres]) {
      const [first] = found(sessions(80, 300, refused));
      assert.equal(first?.evidence.threshold, 60);
    }
  });

  it('with a login that succeeds after it, as high', () => {
    const seen = sessions(12, 3000, (nth) => refusedSsh(outside, nth)).concat(
      sessions(1, 45_000, {
        client: outside,
        server: bastion,
        port: 22,
        clientBytes: 9000,
        serverBytes: 60_000,
        durationMs: 5000,
      }),
      sessions(1, 47_000, refusedSsh(outside, 1)),
    );
    const findings = found(seen);
    assert.equal(findings[0]?.severity, 'medium');
    assert.equal(findings.at(-1)?.severity, 'high');
    assert.equal(findings.at(-1)?.evidence.mayHaveSucceeded, true);
  });

  it('with a login that succeeds after it, while that session is still open', () => {
    const open: SessionSpec = {
      client: outside,
      server: bastion,
      port: 22,
      clientBytes: 9000,
      serverBytes: 60_000,
      durationMs: 3000,
      phase: 'live',
      isNew: false,
    };
    const findings = found(sessions(12, 3000, (nth) => refusedSsh(outside, nth)).concat(sessions(1, 40_000, open)));
    assert.equal(findings.at(-1)?.evidence.mayHaveSucceeded, true);
  });

  it('by many sources that each do little, with nobody named', () => {
    const bots = (nth: number): Endpoint => ({ ip: `198.51.100.${nth % 40}`, kind: 'world' });
    const findings = found(sessions(60, 4000, (nth) => refusedSsh(bots(nth), 1)));
    const [first] = findings;
    assert.equal(first?.source, null);
    assert.ok((first?.sources?.distinctEstimate ?? 0) >= 20);
    assert.ok((first?.sources?.top.length ?? 0) <= 10);
    assert.deepEqual(new Set(findings.map(({ source }) => source)), new Set([null]));
  });

  it('at a port that the configuration names', () => {
    const view = cluster({ loginPorts: new Map([[8022, 'ssh' as const]]) });
    const seen = () => sessions(10, 3000, (nth) => ({ ...refusedSsh(outside, nth), port: 8022 }));
    assert.ok(found(seen(), view).length > 0);
    assert.deepEqual(found(seen()), []);
  });

  it('behind a shared address with half the confidence at most', () => {
    const view = cluster({ isShared: () => true });
    const findings = found(
      sessions(100, 1000, (nth) => refusedSsh(attacker, nth)),
      view,
    );
    assert.equal(findings[0]?.evidence.sharedSource, true);
    assert.ok(findings.every(({ confidence }) => confidence <= 0.5));
  });
});

describe('brute force stays silent on', () => {
  const silent = (what: string, seen: () => Seen[], known?: Partial<DetectorContext>) =>
    it(what, () =>
      assert.deepEqual(
        found(seen(), known)
          .slice(0, 3)
          .map(({ title, evidence }) => ({ title, evidence })),
        [],
      ),
    );

  silent('ansible, whose sessions are of several kinds', () => sessions(300, 500, ansible));
  silent('a CI runner that pulls repositories over SSH', () =>
    sessions(200, 1500, (nth) => ({
      client: runner,
      server: bastion,
      port: 22,
      clientBytes: 3400 + (nth % 7) * 120,
      serverBytes: 3900 + ((nth * 331) % 60_000),
      durationMs: 700,
    })),
  );
  silent('a monitor that logs in over SSH each minute, all day', () =>
    sessions(600, 60_000, { client: runner, server: bastion, port: 22, clientBytes: 3300, serverBytes: 3500 }),
  );
  silent('a check every ten seconds, like clockwork', () =>
    sessions(170, 10_000, { client: runner, server: bastion, port: 22, clientBytes: 3300, serverBytes: 3500 }),
  );
  silent('kubelet probes of ports 22 and 3306: the server speaks first, the probe says nothing', () =>
    sessions(300, 1000, (nth) => ({
      client: { ip: '192.168.0.11', kind: 'node', workload: { kind: 'Node', name: 'n1' } },
      server: nth % 2 === 0 ? bastion : database,
      port: nth % 2 === 0 ? 22 : 3306,
      serverBytes: nth % 2 === 0 ? 21 : 78,
      durationMs: 1,
    })),
  );
  silent(
    'what the server’s end tells of clients on its own node: their own end does',
    () => sessions(300, 1000, { ...refusedMysql, client: { ip: '192.168.0.11', kind: 'process' } }),
    cluster({ isOwnNode: (ip) => ip === '192.168.0.11' }),
  );
  silent('HAProxy’s mysql-check every two seconds', () =>
    sessions(600, 2000, { ...refusedMysql, clientBytes: 85, serverBytes: 106, closedFirst: 'client' }),
  );
  silent('health checks that ask SELECT 1, where nobody can tell who closed', () => {
    const { closedFirst: _unseen, ...check } = refusedMysql;
    return sessions(600, 2000, { ...check, clientBytes: 85, serverBytes: 168 });
  });
  silent('a web application that opens a connection a page', () =>
    sessions(2000, 150, (nth) => ({
      ...refusedMysql,
      closedFirst: 'client' as const,
      clientBytes: 120 + (nth % 9) * 30,
      serverBytes: 180 + ((nth * 97) % 3000),
    })),
  );
  silent('PostgreSQL clients that reconnect', () =>
    sessions(1000, 200, { ...refusedPostgres, clientBytes: 254, serverBytes: 653, closedFirst: 'client' }),
  );
  silent('mail that is delivered, a session a message', () =>
    sessions(500, 500, (nth) => ({ ...refusedMysql, port: 25, clientBytes: 900 + (nth % 50), serverBytes: 300 })),
  );
  silent('a person who mistypes a password nine times in three sessions', () =>
    sessions(3, 30_000, (nth) => ({ ...refusedSsh(outside, nth), clientBytes: 2885, serverBytes: 2448 })),
  );
  silent('nightly backups over SSH', () =>
    sessions(30, 5000, { client: runner, server: bastion, port: 22, clientBytes: 40_000_000, serverBytes: 90_000 }),
  );
  silent('connections to ports where nobody logs in', () =>
    sessions(1000, 100, (nth) => ({ ...refusedSsh(outside, nth), port: 8080 })),
  );
  silent('handshakes without a word', () => sessions(1000, 100, { client: outside, server: bastion, port: 22 }));
});

describe('what a workload has always done', () => {
  it('is learned while it learns, and then needs ten times as much', () => {
    const facts = new Set<string>();
    const learning = {
      ...nothingLearned,
      learn: (workload: string, fact: string) => void facts.add(`${workload} ${fact}`),
      knows: (workload: string, fact: string) => facts.has(`${workload} ${fact}`),
    };
    const daily = sessions(40, 60_000, (nth) => refusedSsh(runner, nth * 20 + 1));
    found(daily, { learning });
    assert.equal(facts.size, 1);
    const burst = () => sessions(100, 1000, (nth) => refusedSsh(runner, nth));
    assert.ok(found(burst()).length > 0);
    assert.deepEqual(found(burst(), { learning }), []);
    const flood = found(
      sessions(300, 500, (nth) => refusedSsh(runner, nth)),
      { learning },
    );
    assert.equal(flood[0]?.evidence.isUsual, true);
  });

  it('is not learned from a burst', () => {
    const facts: string[] = [];
    const learning = { ...nothingLearned, learn: (_: string, fact: string) => void facts.push(fact) };
    found(
      sessions(100, 1000, (nth) => refusedSsh(outside, nth)),
      { learning },
    );
    assert.deepEqual(facts, []);
  });
});

it('a pod’s name does not matter, its workload does', () => {
  const replicas = [1, 2, 3].map((nth) => ({ ...pod(`10.244.1.${nth}`, 'shop', 'attacker'), pod: `attacker-${nth}` }));
  const findings = found(sessions(24, 2000, (nth) => refusedSsh(replicas[nth % 3]!, nth)));
  assert.ok(findings.length > 0);
});

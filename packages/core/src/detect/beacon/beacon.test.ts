import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../alert/alert.ts';
import type { Endpoint } from '../../endpoint.ts';
import { LearningStore } from '../../learn/learning-store.ts';
import { peerFact } from '../../learn/peer-fact.ts';
import { converse, noise, pod, together, world } from '../../learn/sample-traffic.ts';
import { clientHello, said } from '../application-observations.ts';
import { type DetectorContext, detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { newEdge } from '../new-edge/new-edge.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { beacon } from './beacon.ts';
import { checkIns, commandServer, implant, pages } from './scenarios.ts';

const nameAddress = (ip: string): Endpoint => world(ip);

function run(seen: readonly Seen[], forMs: number, known: Partial<DetectorContext> = {}): Finding[] {
  const set = new DetectorSet({
    context: detectorContext({ nameAddress, ...known }),
    detectors: [beacon],
    settings: { beacon: { mode: 'alert' } },
  });
  const found = play(set, seen, START_MS + forMs).map(({ finding }) => finding);
  assert.deepEqual(
    set.status().map(({ errors }) => errors),
    [0],
  );
  return found;
}

/** A connection that is kept and on which something is sent each `everySeconds`. */
function heartbeat(more: {
  everySeconds: number;
  forSeconds: number;
  port?: number;
  local?: Endpoint;
  remote?: Endpoint;
}): Seen[] {
  const { everySeconds, forSeconds, port = 4041, local = implant, remote = commandServer } = more;
  const seconds = Array.from({ length: forSeconds }, (_, second) => {
    if (second === 0) return [500, 2000] as const;
    return second % everySeconds === 0 ? ([74 + (second % 3) * 20, 0] as const) : ([0, 0] as const);
  });
  return [...converse({ local, remote, role: 'client', port, fromMs: START_MS, seconds, stays: true })];
}

const titles = (found: readonly Finding[]): string[] => [...new Set(found.map(({ title }) => title))];

describe('beacon', () => {
  it('finds check-ins with half their sleep as jitter, and names both ends', () => {
    const found = run(checkIns(60, 10_000, 0.5), 600_000);
    const last = found.at(-1);
    assert.ok(last);
    assert.deepEqual([last.source?.workload?.name, last.target?.ip, last.target?.port], ['web', commandServer.ip, 443]);
    assert.equal(last.evidence.form, 'connections');
    assert.equal(last.severity, 'medium');
    assert.ok(found.reduce((sum, { count }) => sum + count, 0) <= 61);
  });

  it('is graver the longer a strict rhythm lasts', () => {
    const found = run(checkIns(60, 10_000, 0.1), 600_000);
    assert.deepEqual([found[0]?.severity, found.at(-1)?.severity], ['medium', 'high']);
  });

  it('finds the heartbeat within one long connection to an unusual port', () => {
    const found = run(heartbeat({ everySeconds: 13, forSeconds: 240 }), 240_000);
    assert.equal(found[0]?.evidence.form, 'bursts');
    assert.ok(Math.abs((found[0]?.evidence.medianIntervalMs as number) - 13_000) < 100);
  });

  it('finds slow beacons too: one a minute with its tenth', () => {
    const [first] = run(checkIns(12, 60_000, 0.1), 900_000);
    assert.ok(first && first.evidence.windowMs < 600_000, `${first?.evidence.windowMs}`);
  });

  it('counts the first visit, which needs no state, and finds a beacon among the visits of a crawler', () => {
    const crawl = together(
      ...Array.from({ length: 6000 }, (_, index) =>
        converse({
          local: implant,
          remote: world(`198.${18 + (index >> 14)}.${(index >> 6) & 255}.${(index & 63) * 4 + 1}`),
          role: 'client',
          port: 443,
          fromMs: START_MS + index * 50,
          seconds: [[300, 20_000]],
        }),
      ),
    );
    const found = run(together(checkIns(30, 10_000, 0.1), crawl), 310_000);
    assert.deepEqual([...new Set(found.map(({ target }) => target?.ip))], [commandServer.ip]);
    const alone = run(checkIns(8, 10_000, 0.1), 90_000);
    assert.equal(alone[0]?.count, 8, 'the eighth beat is the first that can be judged');
  });

  it('does not take a destination for learned that new-edge learned from its own first visit', () => {
    const set = new DetectorSet({
      context: detectorContext({ nameAddress, learning: new LearningStore() }),
      detectors: [beacon, newEdge],
      settings: { beacon: { mode: 'alert' } },
    });
    const found = play(set, checkIns(30, 10_000, 0.3), START_MS + 310_000).map(({ finding }) => finding);
    assert.deepEqual([found[0]?.severity, found[0]?.evidence.learnedDestination], ['medium', false]);
  });

  it('tells a session of commands on an unusual port as low, and not on a usual one', () => {
    const random = noise(3);
    let isTyping = true;
    let until = 4;
    const seconds = Array.from({ length: 180 }, (_, second) => {
      if (second >= until) {
        isTyping = !isTyping;
        until = second + (isTyping ? 2 + 5 * random() : 6 + 20 * random() ** 2);
      }
      return isTyping
        ? ([Math.floor(20 + 400 * random() ** 3), Math.floor(2000 * random())] as const)
        : ([0, 0] as const);
    });
    const session = (port: number) => [
      ...converse({
        local: implant,
        remote: commandServer,
        role: 'client',
        port,
        fromMs: START_MS,
        seconds,
        stays: true,
      }),
    ];
    const found = run(session(4444), 200_000);
    assert.deepEqual([found[0]?.severity, found[0]?.evidence.form], ['low', 'session']);
    assert.deepEqual(titles(run(session(443), 200_000)), []);
  });

  it('is silent on pages read at any time, whatever their seed', () => {
    for (let seed = 1; seed <= 20; seed++)
      assert.deepEqual(titles(run(pages(60, 8000, seed), 700_000)), [], `seed ${seed}`);
  });

  it('is silent inside the cluster: probes, scrapes and leases are perfect beacons', () => {
    const scrape = (remote: Endpoint) =>
      together(
        ...Array.from({ length: 40 }, (_, index) =>
          converse({
            local: pod('prometheus', 1, 'monitoring'),
            remote,
            role: 'client',
            port: 9100,
            fromMs: START_MS + index * 15_000,
            seconds: [[200, 4000]],
          }),
        ),
      );
    for (const remote of [
      pod('node-exporter'),
      { ip: '10.96.0.1', kind: 'kube-apiserver' } as const,
      { ip: '10.96.0.9', kind: 'service', service: 'metrics', namespace: 'shop' } as const,
      { ip: '10.0.0.7', kind: 'node' } as const,
      world('169.254.169.254'),
      { ip: '127.0.0.1', kind: 'private' } as const,
    ]) {
      assert.deepEqual(titles(run(scrape(remote), 700_000)), [], remote.kind);
    }
  });

  it('is silent on the server’s side: a load balancer that checks health is no beacon', () => {
    const checks = together(
      ...Array.from({ length: 60 }, (_, index) =>
        converse({
          local: implant,
          remote: world('198.51.100.1'),
          role: 'server',
          port: 8080,
          fromMs: START_MS + index * 5000,
          seconds: [[100, 100]],
        }),
      ),
    );
    assert.deepEqual(titles(run(checks, 400_000)), []);
  });

  it('is silent when three workloads share the destination of a slightly irregular push: telemetry; low when it is regular', () => {
    const push = (local: Endpoint, jitter = 0.5) =>
      checkIns(40, 10_000, jitter).map(
        ({ observation, who }, index): Seen => ({
          observation: { ...observation, id: `${local.pod}-${index >>> 0}` } as Seen['observation'],
          who: { ...who, local },
        }),
      );
    assert.ok(run(push(pod('a')), 500_000).length > 0);
    assert.deepEqual(titles(run(together(push(pod('a')), push(pod('b')), push(pod('c'))), 500_000)), []);
    const regular = run(together(...['a', 'b', 'c'].map((name) => push(pod(name), 0))), 500_000);
    assert.deepEqual([...new Set(regular.map(({ severity }) => severity))], ['low']);
  });

  it('is milder where the destination was learned', () => {
    const learning = new LearningStore({ learningMs: 60_000, maxWorkloads: 10 });
    learning.learn('shop/Deployment/web', peerFact(commandServer, 443), START_MS - 1000);
    const found = run(checkIns(40, 10_000, 0.05), 500_000, { learning });
    assert.deepEqual([...new Set(found.map(({ severity }) => severity))], ['low']);
    assert.deepEqual(titles(run(checkIns(40, 10_000, 0.5), 500_000, { learning })), []);
  });

  it('is silent on large regular transfers: a snapshot pushed every minute', () => {
    assert.deepEqual(titles(run(checkIns(20, 60_000, 0.05, 200_000), 1_300_000)), []);
  });

  it('is silent on a connection that never was: failed attempts are a scan’s or a dead target’s', () => {
    const failed = checkIns(40, 10_000, 0).map(
      ({ observation, who }): Seen => ({
        observation: { ...observation, established: false } as Seen['observation'],
        who,
      }),
    );
    assert.deepEqual(titles(run(failed, 500_000)), []);
  });

  /** Check-ins at one of several addresses in turn, each told of by its TLS hello first. */
  function named(addresses: number, name: string, everyMs: number, jitter: number): Seen[] {
    return checkIns(40, everyMs, jitter).flatMap(({ observation, who }, nth): Seen[] => {
      if (observation.kind !== 'connection') return [];
      const server = world(`203.0.113.${100 + (nth % addresses)}`);
      const localPort = 42_000 + nth;
      const local = { ...observation.local, port: localPort };
      const remote = { ip: server.ip, port: 443 };
      const hello = { atMs: observation.timeMs - 5, client: who.local, server, port: 443, localPort };
      return [
        said({ ...hello, by: 'client', facts: clientHello(name) }),
        { observation: { ...observation, local, remote }, who: { ...who, remote: { ...server, port: 443 } } },
      ];
    });
  }

  it('names the destination as the workload calls it, and tells how alike the answers are', () => {
    const last = run(named(1, 'c2.example.com', 10_000, 0.2), 500_000).at(-1);
    assert.deepEqual(last?.evidence.serverNames, ['c2.example.com']);
    assert.equal(last?.evidence.ja4, clientHello().ja4);
    assert.match(last?.title ?? '', /to 203\.0\.113\.100:443$/);
    assert.ok((last?.evidence.answerSizeScore as number) > 0.8 && (last?.evidence.medianReceivedBytes as number) > 300);
  });

  it('counts a first visit whose name was not seen, and goes on when another workload comes once', () => {
    const all = named(1, 'c2.example.com', 10_000, 0.2);
    const other = converse({
      ...{ local: pod('db'), remote: world('203.0.113.100'), role: 'client', port: 443 },
      ...{ fromMs: START_MS + 200_000, seconds: [[300, 300]] },
    });
    const seen = together(all.slice(1), other);
    const found = run(seen, 500_000, { learning: new LearningStore() });
    const last = found.at(-1);
    assert.equal(
      found.reduce((sum, { count }) => sum + count, 0),
      40,
    );
    assert.deepEqual([last?.evidence.beats, last?.evidence.learnedDestination], [40, false]);
  });

  it('finds a rhythm to a name whose addresses take turns, once, though none of them has it', () => {
    const found = run(named(20, 'c2.example.com', 10_000, 0.2), 500_000);
    assert.deepEqual(titles(found), ['Beacon from shop/web-1 to c2.example.com:443']);
    assert.ok((found[0]?.evidence.addresses as number) >= 8);
    const both = titles(run(named(2, 'c2.example.com', 10_000, 0), 500_000));
    assert.ok(both.length > 1 && both.every((title, nth) => nth === 0 || /203\.0\.113/.test(title)), both.join());
  });

  it('is silent on names of many addresses that are read at any time', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const seen = pages(60, 8000, seed).flatMap(({ observation, who }, nth): Seen[] => {
        if (observation.kind !== 'connection') return [];
        const server = world(`203.0.113.${100 + (nth % 5)}`);
        const at = { local: { ...observation.local, port: 42_000 + nth }, remote: { ip: server.ip, port: 443 } };
        const hello = { atMs: observation.timeMs - 5, client: who.local, server, port: 443, localPort: 42_000 + nth };
        return [
          said({ ...hello, by: 'client', facts: clientHello('www.example.com') }),
          { observation: { ...observation, ...at }, who: { ...who, remote: { ...server, port: 443 } } },
        ];
      });
      assert.deepEqual(titles(run(seen, 700_000)), [], `seed ${seed}`);
    }
  });

  it('ends when the beats do, three of them missed', () => {
    const found = play(
      new DetectorSet({
        context: detectorContext({ nameAddress }),
        detectors: [beacon],
        settings: { beacon: { mode: 'alert' } },
      }),
      checkIns(20, 10_000, 0),
      START_MS + 600_000,
    );
    const last = found.at(-1)?.atMs ?? 0;
    assert.ok(last - (START_MS + 190_000) <= 32_000 && last > START_MS + 190_000, `${last - START_MS}`);
  });
});

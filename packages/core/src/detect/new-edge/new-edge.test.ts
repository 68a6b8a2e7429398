import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AlertBook } from '../../alert/alert-book.ts';
import type { Endpoint } from '../../endpoint.ts';
import { type Learning, nothingLearned } from '../../learn/learning.ts';
import { LearningStore } from '../../learn/learning-store.ts';
import { converse, pod, runPod, together, world } from '../../learn/sample-traffic.ts';
import { type ClusterView, type DetectorContext, detectorContext, unknownCluster } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { type Found, play, type Seen, START_MS } from '../scenario.ts';
import { newEdge } from './new-edge.ts';
import { api, calls, context, database, LEARNED_MS, usual, web } from './scenarios.ts';

const nameAddress = (ip: string): Endpoint => world(ip);
const service: Endpoint = { ip: '10.96.0.5', kind: 'service', namespace: 'shop', service: 'db' };

function run(seen: readonly Seen[], untilMs: number, known: Partial<DetectorContext> = {}): Found[] {
  const set = new DetectorSet({
    context: detectorContext({ nameAddress, ...context(), ...known }),
    detectors: [newEdge],
    settings: { 'new-edge': { mode: 'alert' } },
  });
  const found = play(set, seen, untilMs);
  assert.deepEqual(
    set.status().map(({ errors }) => errors),
    [0],
  );
  return found;
}

const titles = (found: readonly Found[]): string[] => [...new Set(found.map(({ finding }) => finding.title))];
const afterLearning = (...then: Seen[][]): Seen[] => together(usual(), ...then);
const clusterWith = (more: Partial<ClusterView>): ClusterView => ({ ...unknownCluster, ...more });

describe('new-edge', () => {
  it('tells a contact that never was, at once, and learns it after ten minutes', () => {
    const again = calls(web, database, 5432, LEARNED_MS + 3_600_000, 5);
    const found = run(afterLearning(calls(web, database, 5432, LEARNED_MS, 30), again), LEARNED_MS + 3_700_000);
    const { finding, atMs } = found[0] as Found;
    assert.ok(atMs - LEARNED_MS <= 2000);
    assert.deepEqual([finding.source?.workload?.name, finding.target?.workload?.name], ['web', 'db']);
    assert.equal(finding.severity, 'medium');
    assert.ok((found.at(-1)?.atMs ?? 0) <= LEARNED_MS + 602_000);
  });

  it('learns of a crawler’s networks those that it comes back to, whichever of its pods comes', () => {
    const facts = new Set<string>();
    const learning: Learning = {
      ...nothingLearned,
      progress: () => 1,
      isDiverse: () => true,
      learn: (_, fact) => void facts.add(fact),
      knows: (_, fact) => facts.has(fact),
    };
    const visits = [pod('crawler', 1), pod('crawler', 2)].map((local, nth) =>
      calls(local, world('192.0.2.7'), 443, START_MS + nth * 60_000, 1),
    );
    const once = calls(pod('crawler', 1), world('198.51.100.7'), 443, START_MS + 30_000, 1);
    run(together(...visits, once), START_MS + 120_000, { learning });
    assert.deepEqual([...facts], ['>192.0.2.0/24|443|TCP']);
  });

  it('is one alert when both ends are watched and the client sees a service', () => {
    const asServer = together(
      ...Array.from({ length: 10 }, (_, index) =>
        converse({
          local: database,
          remote: web,
          role: 'server',
          port: 5432,
          fromMs: LEARNED_MS + index * 1000,
          seconds: [[1, 1]],
        }),
      ),
    );
    const cluster = clusterWith({
      behind: (endpoint) => (endpoint === service || endpoint.ip === service.ip ? database : endpoint),
    });
    const found = run(afterLearning(calls(web, service, 5432, LEARNED_MS, 10), asServer), LEARNED_MS + 60_000, {
      cluster,
    });
    const book = new AlertBook({ cluster: 'c', node: 'n', quietMs: 60_000 });
    const opened = found
      .flatMap(({ finding, atMs }) => book.apply([finding], atMs))
      .filter(({ type }) => type === 'open');
    assert.equal(opened.length, 1);
  });

  it('only learns while it is learning', () => {
    assert.deepEqual(titles(run(calls(web, database, 5432, START_MS, 30), START_MS + 60_000)), []);
  });

  it('knows the history of the workload of a new pod, and of a new address in a known network outside', () => {
    const outside = (ip: string, atMs: number) => calls(api, world(ip), 443, atMs, 5);
    const seen = together(
      usual(),
      outside('192.0.2.10', START_MS),
      outside('192.0.2.77', LEARNED_MS),
      calls(pod('web', 9), api, 8080, LEARNED_MS, 5),
    );
    assert.deepEqual(titles(run(seen, LEARNED_MS + 60_000)), []);
    const other = together(usual(), outside('192.0.2.10', START_MS), outside('198.51.100.1', LEARNED_MS));
    assert.equal(run(other, LEARNED_MS + 5000)[0]?.finding.severity, 'low');
  });

  it('is silent after a rollout or scaling of either end', () => {
    for (const changed of ['shop/Deployment/web', 'shop/Deployment/db']) {
      const cluster = clusterWith({
        scale: (workload) => ({
          replicas: 1,
          changedMs: workload === changed ? LEARNED_MS - 60_000 : Number.NEGATIVE_INFINITY,
        }),
      });
      assert.deepEqual(
        titles(run(afterLearning(calls(web, database, 5432, LEARNED_MS, 30)), LEARNED_MS + 60_000, { cluster })),
        [],
        changed,
      );
    }
  });

  it('is silent on resolvers, nodes, the API server, mesh legs, its own replicas and strangers who are served', () => {
    const served = converse({
      local: web,
      remote: world('203.0.113.9'),
      role: 'server',
      port: 443,
      fromMs: LEARNED_MS,
      seconds: [[1, 1]],
    });
    const seen = afterLearning(
      calls(web, { ip: '10.96.0.10', kind: 'service', port: 53, service: 'dns' }, 53, LEARNED_MS, 2),
      calls(web, { ip: '10.0.0.1', kind: 'node' }, 10250, LEARNED_MS, 2),
      calls(web, { ip: '10.96.0.1', kind: 'kube-apiserver' }, 443, LEARNED_MS, 2),
      calls(web, pod('other'), 15008, LEARNED_MS, 2),
      calls(web, pod('web', 2), 7946, LEARNED_MS, 2),
      [...served],
    );
    assert.deepEqual(titles(run(seen, LEARNED_MS + 60_000)), []);
  });

  it('is silent on CronJobs that do what their first three runs did, and not on a fourth that does more', () => {
    const nights = (last: Endpoint): string[] => {
      const learning = new LearningStore({ learningMs: 86_400_000, maxWorkloads: 10 });
      return [database, database, database, last].flatMap((target, index) => {
        const atMs = START_MS + index * 600_000;
        learning.sampleRun('ops/CronJob/backup', `backup-${28_493_040 + index}`, 'bytes', 1, atMs);
        return titles(run(calls(runPod('backup', index), target, 5432, atMs, 3), atMs + 60_000, { learning }));
      });
    };
    assert.deepEqual(nights(database), []);
    assert.deepEqual(nights(pod('vault')), ['ops/backup-28493043-x7k2p talks to shop/vault-1:5432 for the first time']);
  });

  it('does not learn what begins in an alarm until the alarm is over', () => {
    const learning = new LearningStore({ learningMs: 60_000, maxWorkloads: 100 });
    const fact = '>shop/Deployment/db|5432|TCP';
    const set = new DetectorSet({
      context: detectorContext({ nameAddress, learning }),
      detectors: [newEdge],
      settings: { 'new-edge': { mode: 'alert' } },
    });
    play(set, afterLearning(calls(web, database, 5432, LEARNED_MS, 5)), LEARNED_MS + 10_000);
    learning.freeze('shop/Deployment/web', LEARNED_MS + 900_000);
    for (let at = LEARNED_MS + 11_000; at < LEARNED_MS + 900_000; at += 1000) set.evaluate(at);
    assert.ok(!learning.knows('shop/Deployment/web', fact));
    set.evaluate(LEARNED_MS + 900_000);
    assert.ok(learning.knows('shop/Deployment/web', fact));
  });
});

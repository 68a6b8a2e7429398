import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../../endpoint.ts';
import { LearningStore } from '../../learn/learning-store.ts';
import { converse, pod, runPod, stranger, together, world } from '../../learn/sample-traffic.ts';
import { type ClusterView, type DetectorContext, detectorContext, unknownCluster } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { type Found, play, type Seen, START_MS } from '../scenario.ts';
import { clients, context, LEARNING_MS, usual, web } from './scenarios.ts';
import { volumeSurge } from './volume-surge.ts';

const SURGE_MS = START_MS + LEARNING_MS;
const nameAddress = (ip: string): Endpoint => world(ip);

function newSet(known: Partial<DetectorContext> = context()): DetectorSet {
  return new DetectorSet({ context: detectorContext({ nameAddress, ...known }), detectors: [volumeSurge] });
}

function run(seen: Iterable<Seen>, untilMs: number, set = newSet()): Found[] {
  const found = play(set, seen, untilMs);
  assert.deepEqual(
    set.status().map(({ errors, lastError }) => ({ errors, lastError })),
    [{ errors: 0, lastError: undefined }],
  );
  return found;
}

function* learned(...then: Iterable<Seen>[]): Generator<Seen, void, undefined> {
  yield* usual(LEARNING_MS / 1000);
  for (const part of then) yield* part;
}

const surge = (more: Partial<Parameters<typeof clients>[0]> = {}) =>
  clients({ count: 300, bytesPerSecond: 15_000_000, fromMs: SURGE_MS, seconds: 60, ...more });

function clusterWith(scale: ClusterView['scale']): ClusterView {
  return { ...unknownCluster, scale };
}

const titles = (found: readonly Found[]): string[] => [...new Set(found.map(({ finding }) => finding.title))];

describe('volume-surge', () => {
  it('is told within three windows, with what was expected, by how many, and how they are spread', () => {
    const found = run(learned(surge()), SURGE_MS + 60_000);
    const first = found[0];
    assert.ok(first && first.atMs - SURGE_MS <= 21_000, `${(first?.atMs ?? 0) - SURGE_MS} ms`);
    const { finding } = first;
    assert.deepEqual([finding.target?.workload?.name, finding.source], ['web', null]);
    assert.equal(finding.severity, 'medium');
    const { observed, expected, peerEntropy } = finding.evidence;
    assert.ok(observed > 14_000_000 && observed < 16_000_000, `${observed}`);
    assert.ok((expected as number) > 40_000 && (expected as number) < 60_000, `${expected}`);
    assert.ok((peerEntropy as number) > 0.95);
    const distinct = finding.sources?.distinctEstimate ?? 0;
    assert.ok(distinct > 250 && distinct < 350, `${distinct}`);
    assert.equal(finding.sources?.top.length, 10);
  });

  it('names the source when one makes most of it', () => {
    const [first] = run(learned(surge({ count: 1 })), SURGE_MS + 60_000);
    assert.equal(first?.finding.source?.ip, stranger(0).ip);
  });

  it('only learns until it has learned', () => {
    assert.deepEqual(titles(run(learned(surge()), SURGE_MS + 60_000, newSet({ learning: new LearningStore() }))), []);
  });

  it('learns nothing while in alarm: a second surge is as strange as the first', () => {
    const again = clients({ count: 300, bytesPerSecond: 15_000_000, fromMs: SURGE_MS + 600_000, seconds: 60 });
    const learning = new LearningStore({ learningMs: 60_000, maxWorkloads: 10 });
    const quiet = usual(500, SURGE_MS + 70_000);
    const found = run(learned(surge(), quiet, again), SURGE_MS + 700_000, newSet({ learning }));
    const expected = found.map(({ finding }) => finding.evidence.expected as number);
    assert.ok(
      found.some(({ atMs }) => atMs < SURGE_MS + 70_000) && found.some(({ atMs }) => atMs > SURGE_MS + 600_000),
    );
    assert.ok(Math.max(...expected) < 60_000, `${Math.max(...expected)}`);
  });

  it('takes an hour of it for the new normal', () => {
    const found = run(learned(surge({ count: 3, seconds: 3800 })), SURGE_MS + 3_800_000);
    const last = found.at(-1)?.atMs ?? 0;
    assert.ok(last > SURGE_MS + 3_500_000 && last < SURGE_MS + 3_700_000, `${last - SURGE_MS}`);
  });

  it('is silent on one burst of ten seconds', () => {
    assert.deepEqual(titles(run(learned(surge({ seconds: 10 })), SURGE_MS + 60_000)), []);
  });

  it('is silent below the floor, however quiet the workload was', () => {
    assert.deepEqual(titles(run(learned(surge({ bytesPerSecond: 4_000_000, count: 30 })), SURGE_MS + 60_000)), []);
  });

  it('is silent when it grows with its replicas: autoscaling', () => {
    const replicas = (atMs: number) => (atMs < SURGE_MS ? 2 : 200);
    const cluster = clusterWith((_, atMs) => ({ replicas: replicas(atMs), changedMs: SURGE_MS }));
    const known = { ...context(), cluster };
    assert.deepEqual(titles(run(learned(surge()), SURGE_MS + 60_000, newSet(known))), []);
    const stuck = { ...context(), cluster: clusterWith(() => ({ replicas: 2, changedMs: Number.NEGATIVE_INFINITY })) };
    assert.ok(run(learned(surge()), SURGE_MS + 60_000, newSet(stuck)).length > 0);
  });

  it('is silent on new connections after a rollout of either end, not on those without one', () => {
    const api = pod('api');
    const reconnects = (): Seen[] =>
      together(
        ...Array.from({ length: 60 * 300 }, (_, index) =>
          converse({
            local: api,
            remote: stranger(index % 500),
            role: 'server',
            port: 8080,
            fromMs: SURGE_MS + (index * 1000) / 300,
            seconds: [[100, 100]],
          }),
        ),
      );
    const story = function* () {
      yield* usual(LEARNING_MS / 1000, START_MS, api);
      yield* reconnects();
    };
    const rollout = { ...context(), cluster: clusterWith(() => ({ replicas: 1, changedMs: SURGE_MS - 1000 })) };
    assert.deepEqual(titles(run(story(), SURGE_MS + 70_000, newSet(rollout))), []);
    const found = run(story(), SURGE_MS + 70_000);
    assert.equal(found[0]?.finding.evidence.unit, 'flows/s');
  });

  it('is silent on a load test from inside the cluster, tells a far larger one as low', () => {
    const fromK6 = { client: () => pod('k6'), count: 3 };
    const story = function* (bytesPerSecond: number): Generator<Seen, void, undefined> {
      yield* clients({
        count: 5,
        bytesPerSecond: 1_000_000,
        fromMs: START_MS,
        seconds: LEARNING_MS / 1000,
        client: () => pod('edge'),
      });
      yield* surge({ ...fromK6, bytesPerSecond });
    };
    assert.deepEqual(titles(run(story(40_000_000), SURGE_MS + 60_000)), []);
    const [first] = run(story(100_000_000), SURGE_MS + 60_000);
    assert.deepEqual([first?.finding.severity, first?.finding.source?.workload?.name], ['low', 'k6']);
  });

  it('tells one surge once at a proxy that passes it on', () => {
    const passedOn = (fromMs: number, seconds: number, bytes: number) =>
      converse({
        local: web,
        remote: stranger(999),
        role: 'client',
        port: 443,
        fromMs,
        seconds: Array.from({ length: seconds }, () => [bytes, bytes] as const),
      });
    const story = together(
      usual(LEARNING_MS / 1000),
      passedOn(START_MS, LEARNING_MS / 1000, 20_000),
      surge(),
      passedOn(SURGE_MS, 60, 8_000_000),
    );
    const found = run(story, SURGE_MS + 60_000);
    assert.deepEqual([...new Set(found.map(({ finding }) => finding.evidence.direction))], ['served']);
  });

  it('needs no history for small packets from hundreds of strangers, and is silent on as many from a load generator', () => {
    const small = (count: number) =>
      Array.from({ length: 40 }, (_, second) =>
        Array.from({ length: count }, (_, index): Seen => {
          const [seen] = [
            ...converse({
              local: web,
              remote: stranger(index),
              role: 'server',
              port: 80,
              fromMs: START_MS + second * 1000,
              seconds: [[0, 0]],
              stays: true,
            }),
          ];
          const delta = {
            sentBytes: 0,
            receivedBytes: 3_000_000 / count,
            sentPackets: 0,
            receivedPackets: 30_000 / count,
            retransmits: 0,
          };
          return { ...seen!, observation: { ...seen!.observation, delta, isNew: second === 0 } as Seen['observation'] };
        }),
      ).flat();
    const [first] = run(small(1000), START_MS + 50_000);
    assert.deepEqual([first?.finding.evidence.unit, first?.finding.evidence.threshold], ['packets/s', 20_000]);
    assert.deepEqual(titles(run(small(16), START_MS + 50_000)), []);
  });
});

const giga = (bytes = 0): number => Math.round(bytes / 1e9);

describe('volume-surge of what runs and ends', () => {
  const backup = (index: number, bytes: number): Iterable<Seen> =>
    converse({
      local: runPod('backup', index),
      remote: world('192.0.2.10'),
      role: 'client',
      port: 443,
      fromMs: START_MS + index * 3_600_000,
      seconds: Array.from({ length: 60 }, () => [bytes / 60, 100] as const),
    });
  const nights = (sizes: readonly number[]): Found[] =>
    run(together(...sizes.map((size, index) => backup(index, size))), START_MS + sizes.length * 3_600_000);

  it('is silent on backups of the size of the last ones, and while the first three learn', () => {
    assert.deepEqual(titles(nights([1e9, 2e9, 9e9, 5e9, 20e9])), []);
  });

  it('is told when a run comes to more than three times the largest, by its Job', () => {
    const found = nights([1e9, 2e9, 1e9, 7e9]);
    assert.deepEqual([found[0]?.finding.severity, giga(found[0]?.finding.evidence.threshold)], ['low', 6]);
    assert.equal(found[0]?.finding.source?.workload?.name, 'backup-28493043');
    // It is over with the run.
    assert.ok((found.at(-1)?.atMs ?? 0) < START_MS + 3 * 3_600_000 + 150_000);
  });

  it('does not learn from a run in alarm', () => {
    const found = nights([1e9, 1e9, 1e9, 7e9, 7e9]);
    assert.deepEqual([...new Set(found.map(({ finding }) => giga(finding.evidence.threshold)))], [3]);
    assert.equal(new Set(found.map(({ finding }) => finding.source?.workload?.name)).size, 2);
  });
});

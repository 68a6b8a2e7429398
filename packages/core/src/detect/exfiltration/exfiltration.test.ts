import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Endpoint } from '../../endpoint.ts';
import { LearningStore } from '../../learn/learning-store.ts';
import { converse, pod, runPod, together, world } from '../../learn/sample-traffic.ts';
import { type DetectorContext, detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { type Found, play, type Seen, START_MS } from '../scenario.ts';
import { exfiltration } from './exfiltration.ts';
import { context, LEARNED_MS, store, thief, upload, usual, web } from './scenarios.ts';
import { SlidingSum } from './sliding-sum.ts';

const nameAddress = (ip: string): Endpoint => world(ip);
const titles = (found: readonly Found[]): string[] => [...new Set(found.map(({ finding }) => finding.title))];

function run(seen: readonly Seen[], untilMs: number, known: Partial<DetectorContext> = {}): Found[] {
  const set = new DetectorSet({
    context: detectorContext({ nameAddress, ...context(), ...known }),
    detectors: [exfiltration],
    settings: { exfiltration: { mode: 'alert' } },
  });
  const found = play(set, seen, untilMs);
  assert.deepEqual(
    set.status().map(({ errors }) => errors),
    [0],
  );
  return found;
}

describe('exfiltration', () => {
  it('tells an upload to a place where the workload never sent, when it crosses the floor', () => {
    const found = run(together(usual(), upload(web, thief, 200_000_000, LEARNED_MS, 120)), LEARNED_MS + 200_000);
    const { finding, atMs } = found[0] as Found;
    assert.ok(Math.abs(atMs - LEARNED_MS - 60_000) <= 2000, `${atMs - LEARNED_MS}`);
    assert.deepEqual(
      [finding.source?.workload?.name, finding.target?.ip, finding.target?.port],
      ['web', thief.ip, 443],
    );
    assert.equal(finding.severity, 'medium');
    assert.ok((finding.evidence.usual as number) < 20_000_000);
  });

  it('counts the little that was sent the first time', () => {
    const twice = (first: number, second: number): Found[] =>
      run(
        together(
          usual(),
          ...[first, second].map((bytes, n) =>
            converse({
              local: web,
              remote: thief,
              role: 'client',
              port: 443,
              fromMs: LEARNED_MS + n * 5000,
              seconds: [[bytes, 100]],
            }),
          ),
        ),
        LEARNED_MS + 60_000,
      );
    const floor = 100_000_000;
    assert.equal(twice(50_000, floor - 50_001).length, 0);
    const { evidence } = (twice(50_000, floor - 50_000)[0] as Found).finding;
    assert.equal(evidence.observed, floor);
  });

  it('tells more than one new place, each by itself', () => {
    const other = world('198.51.100.7');
    const seen = together(usual(), upload(web, thief, 2e8, LEARNED_MS, 60), upload(web, other, 2e9, LEARNED_MS, 60));
    const targets = new Map(
      run(seen, LEARNED_MS + 100_000).map(({ finding }) => [finding.target?.ip, finding.severity]),
    );
    assert.deepEqual(
      targets,
      new Map([
        [other.ip, 'high'],
        [thief.ip, 'medium'],
      ]),
    );
  });

  it('is silent on as much to a network that it knows, to the cluster, and as a server', () => {
    const served = converse({
      local: web,
      remote: thief,
      role: 'server',
      port: 443,
      fromMs: LEARNED_MS,
      seconds: [
        [2e9, 100],
        [0, 0],
      ],
    });
    const seen = together(
      usual(),
      upload(web, world('192.0.2.99'), 2e9, LEARNED_MS, 60),
      upload(web, pod('db'), 2e9, LEARNED_MS, 60),
      upload(web, { ip: '10.9.9.9', kind: 'private' }, 2e9, LEARNED_MS, 60),
      [...served],
    );
    assert.deepEqual(titles(run(seen, LEARNED_MS + 100_000)), []);
  });

  it('is silent on a conversation that receives as it sends', () => {
    const seen = together(usual(), upload(web, thief, 2e9, LEARNED_MS, 60, 1e7));
    assert.deepEqual(titles(run(seen, LEARNED_MS + 100_000)), []);
  });

  it('is silent where as much goes to changing places each hour: a mail relay, a crawler', () => {
    const places = Array.from({ length: 30 }, (_, hour) =>
      upload(web, world(`198.18.${hour}.1`), 3e8, START_MS + hour * 1_800_000, 1500),
    );
    const learning = new LearningStore({ learningMs: 12 * 1_800_000, maxWorkloads: 10 });
    // Half a gigabyte is overwhelming only for one that has not learned: these are smaller.
    assert.deepEqual(titles(run(together(...places), START_MS + 31 * 1_800_000, { learning })), []);
  });

  it('while it learns, only tells what is overwhelming', () => {
    assert.deepEqual(titles(run(upload(web, thief, 4e8, START_MS, 30), START_MS + 60_000)), []);
    const [first] = run(upload(web, thief, 6e8, START_MS, 30), START_MS + 60_000);
    assert.deepEqual([first?.finding.confidence, first?.finding.evidence.usual], [0.5, undefined]);
  });

  it('is silent on backups: the first three runs learn, the fourth sends as much to another network of the store', () => {
    const nights = (last: Endpoint, bytes: number): string[] => {
      const learning = new LearningStore({ learningMs: 86_400_000, maxWorkloads: 10 });
      return [store, store, store, last].flatMap((target, index) => {
        const atMs = START_MS + index * 86_400_000;
        const amount = index === 3 ? bytes : 5e9;
        return titles(run(upload(runPod('backup', index), target, amount, atMs, 900), atMs + 1_500_000, { learning }));
      });
    };
    assert.deepEqual(nights(store, 9e10), []);
    assert.deepEqual(nights(thief, 1e10), []);
    assert.equal(nights(thief, 2e10).length > 0, true);
  });

  it('is over five minutes after the last byte, and what was told stays new', () => {
    const learning = new LearningStore({ learningMs: 600_000, maxWorkloads: 10 });
    const twice = together(
      usual(),
      upload(web, thief, 2e8, LEARNED_MS, 60),
      upload(web, thief, 2e8, LEARNED_MS + 4 * 3_600_000, 60),
    );
    const found = run(twice, LEARNED_MS + 5 * 3_600_000, { learning }).map(({ atMs }) => atMs - LEARNED_MS);
    assert.ok(found.some((ms) => ms < 120_000) && found.some((ms) => ms > 4 * 3_600_000));
    assert.ok(!found.some((ms) => ms > 365_000 && ms < 4 * 3_600_000));
  });
});

describe('a sliding sum', () => {
  it('never holds more than two windows had, and all of the current one', () => {
    const step = fc.record({ bytes: fc.nat(1000), ms: fc.nat(700) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 100 }), (steps) => {
        const sliding = new SlidingSum();
        const past: { atMs: number; bytes: number }[] = [];
        let atMs = 5000;
        for (const { bytes, ms } of steps) {
          atMs += ms;
          sliding.add(bytes, atMs, 1000);
          past.push({ atMs, bytes });
          const within = (window: number) =>
            past.filter((one) => one.atMs > atMs - window).reduce((sum, one) => sum + one.bytes, 0);
          const sum = sliding.sum(atMs, 1000);
          assert.ok(sum <= within(2001) + 1e-6 && sum >= bytes, `${sum}`);
        }
        assert.equal(sliding.sum(atMs + 2000, 1000), 0);
      }),
    );
  });
});

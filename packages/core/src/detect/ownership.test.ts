import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../alert/alert.ts';
import { OWNED_FOR_MS } from '../alert/cause-key.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Learning } from '../learn/learning.ts';
import { nothingLearned } from '../learn/learning.ts';
import { type DetectorContext, detectorContext } from './context.ts';
import type { Detector, Yield } from './detector.ts';
import { DetectorSet, type DetectorSettings } from './detector-set.ts';
import { Ownership } from './ownership.ts';
import { detectors } from './registry.ts';

const T0 = 1_700_000_000_000;

function pod(workload: string, name = `${workload}-1`): Endpoint {
  return {
    ip: '10.0.0.1',
    kind: 'pod',
    namespace: 'shop',
    pod: name,
    workload: { kind: 'Deployment', name: workload },
  };
}

const web = pod('web');
const attacker = pod('attacker');

/** Detectors by id with the rules they yield to; each finds what the test puts into `now`. */
function stage(
  rules: Readonly<Record<string, readonly Yield[]>>,
  settings: DetectorSettings = {},
  known: Partial<DetectorContext> = {},
) {
  const now: Partial<Record<string, Partial<Finding>[]>> = {};
  let context: DetectorContext | undefined;
  const detectors = Object.entries(rules).map(
    ([id, yieldsTo]): Detector => ({
      id,
      category: 'scan',
      mitre: [],
      default: 'alert',
      description: id,
      parameters: {},
      yieldsTo,
      create: (_, given) => {
        context = given;
        return {
          nextDueMs: Number.POSITIVE_INFINITY,
          state: { entries: 0, capacity: 1, evicted: 0 },
          observe: () => {},
          evaluate: () => (now[id] ?? []).map((more) => finding(id, more)),
        };
      },
    }),
  );
  const nameAddress = (ip: string): Endpoint => ({ ip, kind: 'world' });
  const set = new DetectorSet({ context: detectorContext({ nameAddress, ...known }), detectors, settings });
  const evaluate = (found: typeof now, atMs: number): Finding[] => {
    for (const id of Object.keys(rules)) now[id] = found[id] ?? [];
    return set.evaluate(atMs);
  };
  return { set, evaluate, recent: () => context?.recentFindings };
}

function finding(rule: string, more: Partial<Finding>): Finding {
  return {
    rule,
    category: 'scan',
    severity: 'medium',
    confidence: 1,
    title: 't',
    description: 'd',
    source: attacker,
    target: web,
    sinceMs: T0,
    count: 1,
    evidence: { observed: 1, threshold: 1, unit: 'u', windowMs: 1 },
    mitre: [],
    suggestion: 's',
    ...more,
  };
}

const rulesOf = (findings: readonly Finding[]): string[] => findings.map(({ rule }) => rule);
const toScan = (same: Yield['same']): Record<string, Yield[]> => ({
  'slow-scan': [{ rule: 'port-scan', same }],
  'port-scan': [],
});

describe('one cause, one finding:', () => {
  it('a finding is dropped while a rule that owns its cause speaks, which mentions it', () => {
    const { set, evaluate } = stage(toScan('source'));
    const [owner, ...more] = evaluate({ 'slow-scan': [{}], 'port-scan': [{}] }, T0);
    assert.deepEqual([owner?.rule, owner?.evidence.alsoSeenAs, more], ['port-scan', ['slow-scan'], []]);
    assert.deepEqual(
      set.yielded.map((one) => [one.finding.rule, one.owner.rule]),
      [['slow-scan', 'port-scan']],
    );
    assert.deepEqual(
      set.status().map(({ id, yielded }) => [id, yielded]),
      [
        ['slow-scan', 1],
        ['port-scan', 0],
      ],
    );
  });

  it('it stays dropped for a minute after the owner last spoke, and not longer', () => {
    const { set, evaluate } = stage(toScan('target'));
    evaluate({ 'port-scan': [{}] }, T0);
    assert.deepEqual(evaluate({ 'slow-scan': [{}] }, T0 + OWNED_FOR_MS), []);
    assert.equal(set.yielded.length, 1);
    assert.deepEqual(rulesOf(evaluate({ 'slow-scan': [{}] }, T0 + OWNED_FOR_MS + 1)), ['slow-scan']);
    assert.deepEqual(set.yielded, []);
  });

  it('a mention outlives the moment, not the minute', () => {
    const { evaluate } = stage(toScan('source'));
    evaluate({ 'port-scan': [{}], 'slow-scan': [{}] }, T0);
    assert.deepEqual(evaluate({ 'port-scan': [{}] }, T0 + 1000)[0]?.evidence.alsoSeenAs, ['slow-scan']);
    assert.equal(evaluate({ 'port-scan': [{}] }, T0 + 2 * OWNED_FOR_MS)[0]?.evidence.alsoSeenAs, undefined);
  });

  it('what comes before its owner stays until the owner comes', () => {
    const { evaluate } = stage(toScan('source'));
    assert.deepEqual(rulesOf(evaluate({ 'slow-scan': [{}] }, T0)), ['slow-scan']);
    assert.deepEqual(rulesOf(evaluate({ 'slow-scan': [{}], 'port-scan': [{}] }, T0 + 1000)), ['port-scan']);
  });

  it('source, target and pair are told apart by workload, not by pod', () => {
    const other = { source: pod('attacker', 'attacker-2'), target: pod('db') };
    const kept = (same: Yield['same'], more: Partial<Finding>): number =>
      stage(toScan(same)).evaluate({ 'port-scan': [{}], 'slow-scan': [more] }, T0).length;
    assert.equal(kept('source', other), 1);
    assert.equal(kept('target', other), 2);
    assert.equal(kept('pair', other), 2);
    assert.equal(kept('pair', { source: pod('attacker', 'attacker-2') }), 1);
    assert.equal(kept('source', { source: pod('innocent') }), 2);
  });

  it('an owner speaks for others who take part too, and a yield may be for its ports alone', () => {
    const rules = { 'host-sweep': [{ rule: 'worm', same: 'source', ifSamePorts: true }], worm: [] } as const;
    const taking = { source: web, target: null };
    const worm = {
      source: attacker,
      target: null,
      alsoOwns: [taking],
      evidence: { observed: 1, threshold: 1, unit: 'u', windowMs: 1, port: 445 },
    };
    const kept = (...ports: number[]): string[] => {
      const evidence = { ...worm.evidence, port: undefined, topPorts: ports.map((port) => ({ port, count: 9 })) };
      return rulesOf(stage(rules).evaluate({ worm: [worm], 'host-sweep': [{ ...taking, evidence }] }, T0));
    };
    assert.deepEqual(kept(445), ['worm']);
    assert.deepEqual(kept(445, 22), ['host-sweep', 'worm'], 'a sweep of another port is its own cause');
    assert.deepEqual(kept(), ['host-sweep', 'worm'], 'and one that names no port may be of any');
  });

  it('an unknown source is the same as no other, not even as an unknown one', () => {
    const unknown = { source: null };
    const kept = (same: Yield['same']): number =>
      stage(toScan(same)).evaluate({ 'port-scan': [unknown], 'slow-scan': [unknown] }, T0).length;
    assert.deepEqual([kept('source'), kept('pair'), kept('target')], [2, 2, 1]);
  });

  it('what a dropped finding owned goes to its owner', () => {
    const { set, evaluate } = stage({
      c: [{ rule: 'b', same: 'target' }],
      b: [{ rule: 'a', same: 'source' }],
      a: [],
    });
    const [only, ...more] = evaluate({ a: [{ target: null }], b: [{}], c: [{ source: null }] }, T0);
    assert.deepEqual([only?.rule, only?.evidence.alsoSeenAs, more.length], ['a', ['b', 'c'], 0]);
    assert.deepEqual(
      set.yielded.map(({ owner }) => owner.rule),
      ['a', 'a'],
    );
  });

  it('a detector that only observes owns nothing, and what it sees of an owned cause is not listed', () => {
    const observing = stage(toScan('source'), { 'port-scan': { mode: 'observe' } });
    assert.deepEqual(rulesOf(observing.evaluate({ 'port-scan': [{}], 'slow-scan': [{}] }, T0)), ['slow-scan']);
    assert.deepEqual(rulesOf(observing.set.observed), ['port-scan']);

    const yielding = stage(toScan('source'), { 'slow-scan': { mode: 'observe' } });
    const [owner] = yielding.evaluate({ 'port-scan': [{}], 'slow-scan': [{}, { source: web }] }, T0);
    assert.equal(owner?.evidence.alsoSeenAs, undefined);
    assert.deepEqual(
      yielding.set.observed.map(({ source }) => source),
      [web],
    );
  });

  it('a clock that was set back does not leave claims in the future', () => {
    const { evaluate } = stage(toScan('source'));
    evaluate({ 'port-scan': [{}] }, T0);
    assert.deepEqual(rulesOf(evaluate({ 'slow-scan': [{}] }, T0 - 3_600_000)), ['slow-scan']);
  });

  it('the memory of owners is bounded, and says what it forgot', () => {
    const { set, evaluate } = stage(toScan('source'));
    const strangers = Array.from({ length: 10_000 }, (_, index) => ({
      source: { ip: `i${index}`, kind: 'world' as const },
    }));
    evaluate({ 'port-scan': strangers }, T0);
    const { entries, capacity, evicted } = set.ownershipState;
    assert.ok(entries <= capacity && evicted >= 10_000 - capacity, `${entries} of ${capacity}, ${evicted}`);
  });

  it('rules that yield to each other are a mistake that is told at once', () => {
    const circle = { a: [{ rule: 'b', same: 'source' }], b: [{ rule: 'a', same: 'target' }] } as const;
    assert.throws(() => stage(circle), /circle: a → b → a/);
  });
});

it('the rules of the registry yield to each other in no circle', () => {
  assert.doesNotThrow(() => new Ownership(detectors));
});

describe('while a workload is in alarm', () => {
  it('nothing is learned of it, whichever end it is, and strangers are not remembered', () => {
    const frozen: [string, number][] = [];
    const learning: Learning = {
      ...nothingLearned,
      freeze: (workload, untilMs) => frozen.push([workload, untilMs - T0]),
    };
    const { evaluate } = stage({ a: [], b: [] }, { b: { mode: 'observe' } }, { learning });
    evaluate({ a: [{}], b: [{ source: pod('observed') }] }, T0);
    evaluate({ a: [{ source: { ip: '8.8.8.8', kind: 'world' }, target: null }] }, T0);
    assert.deepEqual(frozen, [
      ['shop/Deployment/attacker', 60_000],
      ['shop/Deployment/web', 60_000],
    ]);
  });

  it('but a sick workload goes on learning, and what was new is learned once it has been told', () => {
    const frozen: string[] = [];
    const learning: Learning = { ...nothingLearned, freeze: (workload) => frozen.push(workload) };
    const { evaluate } = stage({ a: [], 'new-edge': [] }, {}, { learning });
    evaluate({ a: [{ category: 'health' }], 'new-edge': [{}] }, T0);
    assert.deepEqual(frozen, []);
  });

  it('other detectors can ask what was found about it lately', () => {
    const { evaluate, recent } = stage({ a: [], b: [] }, { b: { mode: 'observe' } });
    evaluate({ a: [{ target: null }], b: [{}] }, T0);
    const about = (workload: string, sinceMs: number) => recent()?.about(`shop/Deployment/${workload}`, 'c', sinceMs);
    assert.equal(about('attacker', T0 - 600_000), 'a');
    assert.equal(about('attacker', T0 + 1), undefined);
    assert.equal(about('web', T0 - 600_000), undefined, 'a detector that only observes has not spoken');
  });
});

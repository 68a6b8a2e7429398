import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../alert/alert.ts';
import type { Endpoint } from '../endpoint.ts';
import type { LossObservation, Observation } from '../observation.ts';
import { detectorContext } from './context.ts';
import type { Detector, DetectorInstance } from './detector.ts';
import { DetectorSet } from './detector-set.ts';

const T0 = 1_700_000_000_000;
const who = { local: { ip: '10.0.0.1', kind: 'pod', namespace: 'shop' } satisfies Endpoint, remote: null } as const;
const drop: Observation = { kind: 'drop', timeMs: T0, netns: 1, reason: 'NO_SOCKET', packets: 1 };
const loss = (count: number): LossObservation => ({ kind: 'loss', timeMs: T0, source: 'ring', count });

/** Finds something as soon as it has seen `limit` observations. */
function counter(id: string, more: Partial<Detector> = {}, made: DetectorInstance[] = []): Detector {
  return {
    id,
    category: 'anomaly',
    mitre: [],
    default: 'alert',
    description: 'counts',
    parameters: {
      limit: { default: 2, unit: 'observations', minimum: 1, maximum: 10, description: 'limit', source: 'test' },
    },
    create: (parameters) => {
      let seen = 0;
      let limit = Number(parameters.limit);
      const instance: DetectorInstance = {
        nextDueMs: Number.POSITIVE_INFINITY,
        state: { entries: seen, capacity: 1, evicted: 0 },
        observe: () => {
          seen++;
        },
        configure: (values) => {
          limit = Number(values.limit);
        },
        evaluate: () => (seen >= limit ? [findingOf(id)] : []),
      };
      made.push(instance);
      return instance;
    },
    ...more,
  };
}

function findingOf(rule: string): Finding {
  return {
    rule,
    category: 'anomaly',
    severity: 'low',
    confidence: 0.8,
    title: 't',
    description: 'd',
    source: null,
    target: null,
    sinceMs: T0,
    count: 1,
    evidence: { observed: 1, threshold: 1, unit: 'u', windowMs: 1 },
    mitre: [],
    suggestion: 's',
  };
}

function setOf(detectors: readonly Detector[], settings = {}): DetectorSet {
  return new DetectorSet({
    context: detectorContext({ nameAddress: (ip) => ({ ip, kind: 'world' }) }),
    detectors,
    settings,
  });
}

const rules = (findings: readonly Finding[]): string[] => findings.map(({ rule }) => rule);

describe('the detector set', () => {
  it('alerts, only observes, or leaves a detector off', () => {
    const set = setOf([counter('a'), counter('b'), counter('c')], { b: { mode: 'observe' }, c: { mode: 'off' } });
    for (let index = 0; index < 2; index++) set.observe(drop, who);
    assert.deepEqual(rules(set.evaluate(T0)), ['a']);
    assert.deepEqual(rules(set.observed), ['b']);
    assert.deepEqual(
      set.status().map(({ id, mode }) => [id, mode]),
      [
        ['a', 'alert'],
        ['b', 'observe'],
        ['c', 'off'],
      ],
    );
  });

  it('takes new parameters and modes while running without losing state', () => {
    const made: DetectorInstance[] = [];
    const set = setOf([counter('a', {}, made)], { a: { parameters: { limit: 5 } } });
    for (let index = 0; index < 3; index++) set.observe(drop, who);
    assert.deepEqual(set.evaluate(T0), []);
    set.configure({ a: { mode: 'observe', parameters: { limit: 3 } } });
    set.configure({ a: { parameters: { limit: 3 } } });
    assert.deepEqual(rules(set.evaluate(T0)), ['a']);
    assert.equal(made.length, 1);
  });

  it('moves a value out of range to the nearest allowed one', () => {
    const set = setOf([counter('a')], { a: { parameters: { limit: 99 } } });
    assert.equal(set.status()[0]?.parameters.limit, 10);
    set.configure({ a: { parameters: { limit: Number.NaN } } });
    assert.equal(set.status()[0]?.parameters.limit, 2);
  });

  it('isolates and counts a detector that throws', () => {
    const broken = counter('broken', {
      create: () => ({
        nextDueMs: Number.POSITIVE_INFINITY,
        state: { entries: 0, capacity: 0, evicted: 0 },
        observe: () => {
          throw new Error('cannot observe');
        },
        evaluate: () => {
          throw new Error('cannot evaluate');
        },
      }),
    });
    const set = setOf([broken, counter('a')]);
    for (let index = 0; index < 2; index++) set.observe(drop, who);
    assert.deepEqual(rules(set.evaluate(T0)), ['a']);
    assert.deepEqual([set.status()[0]?.errors, set.status()[0]?.lastError], [3, 'cannot evaluate']);
    assert.equal(set.status()[1]?.errors, 0);
  });

  it('gives a detector only the kinds it reads', () => {
    const set = setOf([counter('a', { observes: ['probe'] })]);
    for (let index = 0; index < 5; index++) set.observe(drop, who);
    assert.deepEqual(set.evaluate(T0), []);
  });

  it('judges a namespace with settings of its own by those, and tells the kernel the lowest value in use', () => {
    const set = setOf([counter('a')], {
      a: {
        parameters: { limit: 8 },
        namespaces: { shop: { parameters: { limit: 1 } }, quiet: { mode: 'off', parameters: { limit: 1 } } },
      },
    });
    assert.equal(set.lowestParameter('a', 'limit'), 1);
    set.observe(drop, { local: { ip: '1.1.1.1', kind: 'pod', namespace: 'other' }, remote: null });
    set.observe(drop, { local: { ip: '1.1.1.1', kind: 'pod', namespace: 'quiet' }, remote: null });
    assert.deepEqual(set.evaluate(T0), []);
    set.observe(drop, who);
    assert.deepEqual(rules(set.evaluate(T0)), ['a']);
    set.configure({ a: { parameters: { limit: 8 } } });
    assert.equal(set.lowestParameter('a', 'limit'), 8);
    set.configure({ a: { mode: 'off' } });
    assert.equal(set.lowestParameter('a', 'limit'), undefined);
  });

  it('alerts in a suppressed namespace only far over the threshold, and shows and counts what it held back', () => {
    const observedNow = { value: 9 };
    const scan = counter('scan', {
      create: () => ({
        nextDueMs: Number.POSITIVE_INFINITY,
        state: { entries: 0, capacity: 1, evicted: 0 },
        observe: () => {},
        evaluate: () => {
          const finding = findingOf('scan');
          return [{ ...finding, evidence: { ...finding.evidence, observed: observedNow.value } }];
        },
      }),
    });
    const set = setOf([scan], { scan: { mode: 'off', namespaces: { shop: { mode: 'alert', raise: 10 } } } });
    assert.deepEqual(set.evaluate(T0), []);
    assert.deepEqual(
      set.observed.map(({ evidence }) => [evidence.observed, evidence.threshold, evidence.raised]),
      [[9, 10, 10]],
    );
    assert.equal(set.status()[0]?.suppressed, 1);
    assert.equal(set.status()[0]?.namespaces.shop?.raise, 10);
    observedNow.value = 10;
    assert.deepEqual(rules(set.evaluate(T0)), ['scan']);
    assert.deepEqual(set.observed, []);
  });

  it('is less sure of what it finds while events are lost, says so, and recovers', () => {
    const set = setOf([counter('a', { observes: ['drop'] })]);
    for (let index = 0; index < 75; index++) set.observe(drop, who);
    set.observe(loss(25), who);
    const [unsure] = set.evaluate(T0);
    assert.ok(Math.abs((unsure?.confidence ?? 0) - 0.6) < 0.01);
    assert.equal(unsure?.evidence.lossRatio, 0.25);
    const [sure] = set.evaluate(T0 + 120_000);
    assert.deepEqual([sure?.confidence, sure?.evidence.lossRatio], [0.8, undefined]);
  });

  it('does not run a detector whose source lacks what it needs, says why, and takes it up when that comes', () => {
    const needy = counter('needy', { needs: ['payload-bytes', 'handshakes'] });
    const set = setOf([needy, counter('frugal', { needs: ['packet-counts'] })]);
    set.setLacking({ handshakes: 'no ACK is told' });
    for (let index = 0; index < 2; index++) set.observe(drop, who);
    assert.deepEqual(rules(set.evaluate(T0)), ['frugal']);
    assert.deepEqual(
      set.status().map(({ mode, unavailable }) => [mode, unavailable]),
      [
        ['alert', 'no ACK is told'],
        ['alert', undefined],
      ],
    );
    set.configure({ needy: { mode: 'observe' } });
    assert.equal(set.status()[0]?.unavailable, 'no ACK is told');
    set.setLacking({});
    for (let index = 0; index < 2; index++) set.observe(drop, who);
    set.evaluate(T0);
    assert.deepEqual(rules(set.observed), ['needy']);
  });

  it('is due when the first of its detectors is, and asks for each pending listener once', () => {
    const due = (nextDueMs: number): Partial<Detector> => ({
      create: () => ({
        nextDueMs,
        state: { entries: 0, capacity: 0, evicted: 0 },
        observe: () => {},
        evaluate: () => [],
        pendingListeners: () => [{ netns: 1, ip: '0.0.0.0', port: 80 }],
      }),
    });
    const set = setOf([counter('a', due(T0 + 5)), counter('b', due(T0 + 3)), counter('c')]);
    assert.equal(set.nextDueMs, T0 + 3);
    assert.deepEqual(set.pendingListeners(), [{ netns: 1, ip: '0.0.0.0', port: 80 }]);
  });
});

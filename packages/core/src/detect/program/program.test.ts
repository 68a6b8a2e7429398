import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AlertBook } from '../../alert/alert-book.ts';
import { detectorContext } from '../context.ts';
import { DetectorSet, type DetectorSettings } from '../detector-set.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { pod } from '../session-observations.ts';
import { program } from './program.ts';
import { condition, measured, stranger } from './scenarios.ts';

function set(settings: DetectorSettings = {}): DetectorSet {
  const context = detectorContext({ nameAddress: (ip) => ({ ip, kind: 'world' }) });
  return new DetectorSet({ context, detectors: [program], settings });
}

/** One measurement a second. */
function seconds(values: readonly number[], more: Parameters<typeof measured>[2] = {}): Seen[] {
  return values.map((value, second) => measured(START_MS + second * 1000, value, more));
}

/** The seconds after the start at which something was found; the evaluation of a second comes before its measurement. */
function foundAt(seen: Seen[], forMs = 30_000): number[] {
  return [...new Set(play(set(), seen, START_MS + forMs).map(({ atMs }) => (atMs - START_MS) / 1000))];
}

function alertsOf(seen: Seen[], forMs = 30_000) {
  const book = new AlertBook({ cluster: 'test', node: 'n1' });
  const events: ReturnType<AlertBook['apply']> = [];
  play(set(), seen, START_MS + forMs, (findings, nowMs) => events.push(...book.apply(findings, nowMs)));
  return events;
}

describe('program', () => {
  it('is on when the upper level was passed for the whole time, at that very measurement', () => {
    assert.equal(foundAt(seconds([150, 150, 150, 150]))[0], 2);
    assert.deepEqual(foundAt(seconds([150, 150, 99, 150, 150])), []);
  });

  it('stays on between the levels, and goes below the lower one', () => {
    assert.deepEqual(foundAt(seconds([150, 150, 150, 60, 60, 60, 50, 150, 60])), [2, 3, 4, 5, 6]);
  });

  it('ends when nothing is measured any more', () => {
    const found = foundAt(seconds([150, 150, 150]));
    assert.deepEqual(found.at(-1), 7);
  });

  it('can be about too little', () => {
    const below = { ...condition, comparison: '<' as const, on: 10, off: 20, forMs: 0 };
    const at = foundAt(seconds([15, 9, 19, 20, 19], { condition: below }));
    assert.deepEqual([at[0], at.at(-1)], [1, 3]);
  });

  it('names source and target, and has the measurement in its evidence', () => {
    const to = pod('10.244.1.5', 'shop', 'web');
    const [first] = play(set(), seconds([150, 150, 777], { ends: 'both', remote: to }), START_MS + 4000);
    assert.ok(first);
    assert.deepEqual([first.finding.source?.ip, first.finding.target?.pod], [stranger.ip, to.pod]);
    const { observed, threshold, unit, windowMs, labels, program: of } = first.finding.evidence;
    assert.deepEqual([observed, threshold, unit, windowMs, of], [777, 100, '1/s', 5000, 'syn-count']);
    assert.deepEqual(labels, { saddr: stranger.ip });
    assert.equal(first.finding.evidence.parameter, 'on');
    const [none] = play(set(), seconds([150, 150, 150], { ends: 'none' }), START_MS + 4000);
    assert.deepEqual([none?.finding.source, none?.finding.target], [null, null]);
  });

  it('opens one alert for each set of labels, and one for pods of one workload', () => {
    const ports = ['80', '443'].map((port) => seconds([150, 150, 150, 150], { cause: `port=${port}` }));
    const opened = alertsOf(ports.flat()).filter(({ type }) => type === 'open');
    assert.equal(new Set(opened.map(({ alert }) => alert.fingerprint)).size, 2);
    const deployment = { workload: { kind: 'Deployment', name: 'web' } };
    const pods = ['a', 'b'].map((name, n) => ({ ...pod(`10.244.1.${n + 5}`, 'shop', `web-${name}`), ...deployment }));
    const seen = pods.flatMap((local) => seconds([150, 150, 150, 150], { local }));
    assert.equal(alertsOf(seen.sort(byTime)).filter(({ type }) => type === 'open').length, 1);
  });

  it('is told again on a log scale, and resolves by itself', () => {
    const events = alertsOf(seconds([150, 150, 150, 160, 170, 350, 360, 800, ...Array(4).fill(800)]), 60_000);
    const told = events.map(({ type, alert }) => `${type} ${alert.evidence.observed}`);
    assert.deepEqual(told, ['open 150', 'update 350', 'update 800', 'update 800', 'resolve 800']);
  });

  it('is observed only, or off, in a namespace that says so', () => {
    const local = pod('10.244.1.5', 'shop', 'web');
    const quiet = set({ program: { namespaces: { shop: { mode: 'observe' } } } });
    const found: unknown[] = [];
    const observed: unknown[] = [];
    play(quiet, seconds([150, 150, 150, 150], { local }), START_MS + 3000, (findings) => {
      found.push(...findings);
      observed.push(...quiet.observed);
    });
    assert.deepEqual(found, []);
    assert.ok(observed.length > 0);
  });
});

function byTime(a: Seen, b: Seen): number {
  return a.observation.timeMs - b.observation.timeMs;
}

/** What every detector of the registry has to keep, whatever it looks for. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Finding } from '../alert/alert.ts';
import type { Endpoint } from '../endpoint.ts';
import { type DetectorContext, detectorContext } from './context.ts';
import { parameterValues } from './detector.ts';
import { DetectorSet } from './detector-set.ts';
import { detectors } from './registry.ts';
import { type Scenario, type Seen, START_MS } from './scenario.ts';

/** What each detector's folder exports as `scenarios.ts`. */
interface Scenarios {
  readonly attack: Scenario;
  /** As much traffic as the attack, and none. */
  readonly benign: Scenario;
  /** What is seen of the nth entity (source, target, pair) that nothing else speaks of. */
  readonly strangers: (index: number, timeMs: number) => Seen[];
  /** What the scenarios need to be known beforehand; made anew for each run. */
  readonly context?: () => Partial<DetectorContext>;
}

const KEYS = 100_000;
const OVER_MS = 600_000;
const nameAddress = (ip: string): Endpoint => ({ ip, kind: 'world' });

/** All other detectors are off, so that a detector answers for itself. */
function alone(id: string, scenarios: Scenarios): DetectorSet {
  const context = detectorContext({ nameAddress, ...scenarios.context?.() });
  const detector = detectors.filter((candidate) => candidate.id === id);
  return new DetectorSet({ context, detectors: detector, settings: { [id]: { mode: 'alert' } } });
}

function withoutClock<T>(work: () => T): T {
  const { now } = Date;
  const { now: performanceNow } = performance;
  const forbidden = (): number => {
    throw new Error('a detector read the clock');
  };
  Date.now = forbidden;
  performance.now = forbidden;
  try {
    return work();
  } finally {
    Date.now = now;
    performance.now = performanceNow;
  }
}

function run(id: string, scenarios: Scenarios, scenario: Scenario): Finding[] {
  const set = alone(id, scenarios);
  const found = withoutClock(() => scenario(set));
  assert.deepEqual(
    set.status().map(({ errors, lastError }) => ({ errors, lastError })),
    [{ errors: 0, lastError: undefined }],
  );
  return found.map(({ finding }) => finding);
}

describe('the registry', () => {
  it('names each detector once', () => {
    assert.equal(new Set(detectors.map(({ id }) => id)).size, detectors.length);
  });

  it('knows every folder of detect/', () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.deepEqual(folders.map(({ name }) => name).sort(), detectors.map(({ id }) => id).sort());
  });
});

for (const detector of detectors) {
  describe(`${detector.id} keeps the contract of a detector:`, async () => {
    const folder = `${import.meta.dirname}/${detector.id}`;
    const scenarios = (await import(`${folder}/scenarios.ts`)) as Scenarios;
    const page = readFileSync(`${import.meta.dirname}/../../../../docs/detectors/${detector.id}.md`, 'utf8');

    it('its parameters have a unit, a range around the default, a description and a source', () => {
      for (const [name, parameter] of Object.entries(detector.parameters)) {
        for (const text of [parameter.unit, parameter.description, parameter.source]) assert.ok(text.length >= 2, name);
        assert.ok(parameter.minimum <= parameter.default && parameter.default <= parameter.maximum, name);
      }
    });

    it('its page tells what it sees and what not, how to try and tune it, and every parameter with its default', () => {
      for (const heading of ['What it sees', 'What it cannot see', 'Parameters', 'Try it', 'Tune it']) {
        assert.ok(page.includes(`## ${heading}\n`), heading);
      }
      for (const [name, parameter] of Object.entries(detector.parameters)) {
        const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``));
        assert.ok(row?.includes(`| ${parameter.default} ${parameter.unit} |`), `${name}: ${row}`);
      }
    });

    it('finds its attack, with evidence and what to do', () => {
      const findings = run(detector.id, scenarios, scenarios.attack);
      assert.ok(findings.length > 0);
      for (const finding of findings) {
        assert.equal(finding.rule, detector.id);
        assert.equal(finding.category, detector.category);
        assert.deepEqual(finding.mitre, detector.mitre);
        assert.ok(finding.confidence > 0 && finding.confidence <= 1);
        assert.ok(finding.count >= 0 && Number.isFinite(finding.count));
        assert.ok(finding.evidence.observed >= 0 && finding.evidence.threshold > 0 && finding.evidence.windowMs > 0);
        assert.ok(finding.title.length > 0 && finding.description.length > 0 && finding.suggestion.length > 0);
      }
    });

    it('stays silent on the benign twin of its attack', () => {
      assert.deepEqual(run(detector.id, scenarios, scenarios.benign), []);
    });

    it('says the same again for the same observations', () => {
      assert.deepEqual(run(detector.id, scenarios, scenarios.attack), run(detector.id, scenarios, scenarios.attack));
    });

    it('falls silent when the attack is over, and leaves no judgement due', () => {
      const set = alone(detector.id, scenarios);
      scenarios.attack(set);
      const end = START_MS + OVER_MS + 3_600_000;
      for (const nowMs of [end - 2000, end - 1000]) set.evaluate(nowMs);
      assert.deepEqual(set.evaluate(end), []);
      assert.equal(set.nextDueMs, Number.POSITIVE_INFINITY);
    });

    it(`stays within its capacity under ${KEYS} distinct entities, and counts what it forgot`, () => {
      const context = detectorContext({ nameAddress, ...scenarios.context?.() });
      const instance = detector.create(parameterValues(detector.parameters), context);
      for (let index = 0; index < KEYS; index++) {
        const timeMs = START_MS + index / 10;
        for (const { observation, who } of scenarios.strangers(index, timeMs)) instance.observe(observation, who);
        if (index % 10_000 === 0) instance.evaluate(timeMs);
      }
      const { entries, capacity, evicted } = instance.state;
      assert.ok(entries <= capacity, `${entries} of ${capacity}`);
      assert.ok(capacity < KEYS);
      assert.ok(evicted >= KEYS - capacity, `${evicted} forgotten`);
      assert.ok((instance.pendingListeners?.().length ?? 0) <= capacity);
    });

    it('reads no clock and sets no timer in its sources', () => {
      for (const file of readdirSync(folder).filter((name) => !name.endsWith('.test.ts'))) {
        const source = readFileSync(`${folder}/${file}`, 'utf8');
        assert.doesNotMatch(
          source,
          /Date\.now|new Date\(|performance\.|setTimeout|setInterval|Math\.random|from 'node:/,
          file,
        );
      }
    });
  });
}

/** What every detector of the registry has to keep, whatever it looks for. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Finding } from '../alert/alert.ts';
import type { Endpoint } from '../endpoint.ts';
import type { ConnectionObservation, ListenerObservation } from '../observation.ts';
import { parameterValues } from './detector.ts';
import { DetectorSet } from './detector-set.ts';
import { type SimulatedListener, simulate } from './listener-simulation.ts';
import { detectors } from './registry.ts';
import { START_MS, spoofed } from './syn-flood/scenarios.ts';

interface Scenarios {
  readonly attack: readonly SimulatedListener[];
  readonly benign: readonly SimulatedListener[];
}

const KEYS = 100_000;
const FOR_MS = 10_000;
const pod: Endpoint = {
  ip: '10.1.1.1',
  kind: 'pod',
  namespace: 'a',
  pod: 'p',
  workload: { kind: 'Deployment', name: 'p' },
};
const nameAddress = (ip: string): Endpoint => ({ ip, kind: 'world' });

/** All other detectors are off, so that a detector answers for itself. */
function alone(id: string): DetectorSet {
  const detector = detectors.filter((candidate) => candidate.id === id);
  return new DetectorSet({ nameAddress, detectors: detector, settings: { [id]: { mode: 'alert' } } });
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

function play(id: string, specs: readonly SimulatedListener[]): Finding[] {
  const set = alone(id);
  const found = withoutClock(() => simulate(set, specs, START_MS, START_MS + FOR_MS));
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
      const findings = play(detector.id, scenarios.attack);
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
      assert.deepEqual(play(detector.id, scenarios.benign), []);
    });

    it('says the same again for the same observations', () => {
      assert.deepEqual(play(detector.id, scenarios.attack), play(detector.id, scenarios.attack));
    });

    it('falls silent when the attack is over, and leaves no judgement due', () => {
      const set = alone(detector.id);
      simulate(set, scenarios.attack, START_MS, START_MS + FOR_MS);
      const end = START_MS + FOR_MS + 120_000;
      set.evaluate(end - 1000);
      assert.deepEqual(set.evaluate(end), []);
      assert.equal(set.nextDueMs, Number.POSITIVE_INFINITY);
    });

    it(`stays within its capacity under ${KEYS} distinct listeners and sources, and counts what it forgot`, () => {
      const instance = detector.create(parameterValues(detector.parameters), nameAddress);
      for (let index = 0; index < KEYS; index++) {
        const timeMs = START_MS + index / 10;
        const who = { local: pod, remote: null };
        instance.observe(listenerAt(index, timeMs), who);
        instance.observe(connectionFrom(spoofed(index), timeMs), who);
        instance.observe(crossing(spoofed(index), index, timeMs), who);
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

function listenerAt(index: number, timeMs: number): ListenerObservation {
  return {
    kind: 'listener',
    timeMs,
    trigger: 'threshold',
    cgroupId: index,
    netns: index,
    local: { ip: '0.0.0.0', port: 80 },
    syns: 400,
    windowSyns: 400,
    synRetransmits: 100,
    queueFullSyns: index % 2 === 0 ? 300 : 0,
    completed: 0,
    acks: 0,
    oddFlags: 0,
    halfOpen: 100,
    backlog: 128,
    acceptQueue: index % 2 === 0 ? 129 : 0,
    distinctSources: 400,
    sampleSources: [spoofed(index)],
  };
}

function crossing(sourceIp: string, index: number, timeMs: number) {
  return {
    kind: 'syn-source',
    timeMs,
    cgroupId: index,
    netns: index % 1000,
    local: { ip: '0.0.0.0', port: 81 },
    sourceIp,
    windowMs: 1000,
    syns: 160,
    completed: 0,
  } as const;
}

function connectionFrom(ip: string, timeMs: number): ConnectionObservation {
  const none = { receivedBytes: 0, sentBytes: 0, receivedPackets: 0, sentPackets: 0, retransmits: 0 };
  return {
    kind: 'connection',
    timeMs,
    phase: 'closed',
    id: ip,
    role: 'server',
    cgroupId: 1,
    netns: 1,
    local: { ip: '10.1.1.1', port: 80 },
    remote: { ip, port: 4000 },
    pid: 1,
    comm: 'x',
    established: true,
    isNew: true,
    preexisting: false,
    delta: none,
    total: none,
    unackedBytes: 0,
    srttUs: 0,
    startMs: timeMs,
    closeReason: 'fin',
  };
}

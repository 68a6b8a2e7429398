import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AlertEvent } from '../../alert/alert.ts';
import { AlertBook } from '../../alert/alert-book.ts';
import type { Endpoint } from '../../endpoint.ts';
import { detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { listenerOverload } from '../listener-overload/listener-overload.ts';
import { ListenerSimulation, type SimulatedListener, simulate } from '../listener-simulation.ts';
import type { Found } from '../scenario.ts';
import { clients, crowd, flood, listener, START_MS, spoofed, web } from './scenarios.ts';
import { synFlood } from './syn-flood.ts';

const detectors = [synFlood, listenerOverload];

const attacker: Endpoint = {
  ip: '10.244.2.9',
  kind: 'pod',
  namespace: 'dev',
  pod: 'shell',
  workload: { kind: 'Deployment', name: 'shell' },
};
const node: Endpoint = { ip: '10.0.0.7', kind: 'node' };

function nameAddress(ip: string): Endpoint {
  if (ip === attacker.ip) return attacker;
  return ip === node.ip ? node : { ip, kind: 'world' };
}

function run(
  specs: readonly SimulatedListener[],
  forMs = 8000,
  set = new DetectorSet({ context: detectorContext({ nameAddress }), detectors }),
) {
  const book = new AlertBook({ cluster: 'test', node: 'n1', quietMs: 2000 });
  const events: (AlertEvent & { atMs: number })[] = [];
  const found = simulate(set, specs, START_MS, START_MS + forMs, (findings, nowMs) => {
    for (const event of book.apply(findings, nowMs)) events.push({ ...event, atMs: nowMs });
  });
  assert.deepEqual(
    set.status().map(({ errors }) => errors),
    [0, 0],
  );
  return { found, events, of: (rule: string) => events.filter(({ alert }) => alert.rule === rule) };
}

function rules(found: readonly Found[]): string[] {
  return [...new Set(found.map(({ finding }) => finding.rule))];
}

describe('syn-flood', () => {
  it('opens one alert within the grace when a spoofed flood crosses the floor', () => {
    const { of } = run([listener([flood(2000, START_MS + 2000, 4000)])]);
    const opened = of('syn-flood').filter(({ type }) => type === 'open');
    assert.equal(opened.length, 1);
    const alert = opened[0]!.alert;
    // 200 SYNs at 2000 a second are there after 100 ms.
    assert.ok(
      opened[0]!.atMs - (START_MS + 2100) <= 155,
      `opened ${opened[0]!.atMs - START_MS - 2100} ms after the threshold`,
    );
    assert.equal(alert.source, null);
    assert.equal(alert.target?.workload?.name, 'web');
    assert.equal(alert.severity, 'high');
    assert.equal(alert.evidence.threshold, 200);
    assert.ok(alert.evidence.observed >= 200);
    assert.equal(alert.evidence.completionRatio, 0);
    assert.ok((alert.sources?.top.length ?? 0) > 0);
    assert.ok(Number(alert.evidence.distinctSources) > 100);
  });

  it('names the source when one sends most of it', () => {
    const { of } = run([listener([flood(3000, START_MS + 2000, 3000, () => attacker.ip), crowd(20, START_MS, 8000)])]);
    const opened = of('syn-flood').filter(({ type }) => type === 'open');
    assert.equal(opened.length, 1);
    assert.equal(opened[0]!.alert.source?.workload?.name, 'shell');
    assert.match(opened[0]!.alert.suggestion, /NetworkPolicy/);
  });

  it('keeps the named source and the fingerprint while a flood goes on and changes its shape', () => {
    const { of } = run([
      listener([flood(1000, START_MS + 2000, 5000, () => attacker.ip), flood(8000, START_MS + 4000, 3000)]),
    ]);
    assert.deepEqual([...new Set(of('syn-flood').map(({ alert }) => alert.fingerprint))].length, 1);
    assert.equal(of('syn-flood').at(-1)?.alert.source?.pod, 'shell');
  });

  it('is silent for a flash crowd of real clients at the same rate, 100 ms away', () => {
    for (const rate of [300, 2000, 10_000]) {
      const { found } = run([listener([crowd(rate, START_MS + 2000, 4000, 100)])]);
      assert.deepEqual(rules(found), [], `${rate} SYN/s`);
    }
  });

  it('is silent for one load generator that completes what it opens', () => {
    const steady = { ...crowd(3000, START_MS + 1000, 5000, 100), source: () => attacker.ip };
    assert.deepEqual(rules(run([listener([steady])]).found), []);
  });

  it('leaves a slow acceptor with backlog 8 to listener-overload', () => {
    const { found } = run(
      [listener([crowd(400, START_MS + 1000, 8000, 20)], { backlog: 8, acceptsPerSecond: 20 })],
      10_000,
    );
    assert.deepEqual(rules(found), ['listener-overload']);
  });

  it('sees a spoofed flood behind a full accept queue after 3 s, as nobody retransmits', () => {
    const stuck = listener([crowd(100, START_MS, 1000, 5), flood(3000, START_MS + 1000, 7000)], {
      backlog: 8,
      acceptsPerSecond: 0,
    });
    const { of } = run([stuck], 9000);
    const opened = of('syn-flood').find(({ type }) => type === 'open');
    assert.ok(opened !== undefined);
    assert.ok(opened.atMs - START_MS <= 6000, `after ${opened.atMs - START_MS} ms`);
  });

  it('does not take bare ACKs for completions and shows them', () => {
    const { of } = run([listener([{ ...flood(2000, START_MS + 2000, 3000), bareAcks: 1 }])]);
    const opened = of('syn-flood').find(({ type }) => type === 'open');
    assert.equal(opened?.alert.evidence.completionRatio, 0);
    assert.ok(Number(opened?.alert.evidence.bareAcks) >= 200);
  });

  it('judges a reuseport group as the one listener it is', () => {
    // Eight sockets share what the kernel counts under one key: 60 SYN/s each are a flood together.
    const { of } = run([listener(Array.from({ length: 8 }, () => flood(60, START_MS + 1000, 5000)))]);
    assert.equal(of('syn-flood').filter(({ type }) => type === 'open').length, 1);
  });

  it('resolves by itself when the flood ends', () => {
    const { of } = run([listener([flood(2000, START_MS + 1000, 3000), crowd(50, START_MS, 10_000)])], 10_000);
    const resolved = of('syn-flood').find(({ type }) => type === 'resolve');
    assert.ok(resolved !== undefined);
    assert.ok(resolved.atMs <= START_MS + 4000 + 3000 + 2000);
    assert.equal(resolved.alert.status, 'resolved');
  });

  it('sees a flood on top of ordinary traffic', () => {
    const { of } = run([listener([crowd(50, START_MS, 8000, 30), flood(500, START_MS + 3000, 3000)])]);
    assert.equal(of('syn-flood').filter(({ type }) => type === 'open').length, 1);
  });

  it('sees a flood that half-open requests show although most handshakes complete', () => {
    const { of } = run([
      listener([crowd(800, START_MS, 8000, 20), flood(400, START_MS + 2000, 5000)], { backlog: 1024 }),
    ]);
    const opened = of('syn-flood').find(({ type }) => type === 'open');
    assert.ok(opened !== undefined);
    assert.ok(Number(opened.alert.evidence.completionRatio) > 0.5);
  });

  it('starts from counters of any height, and from a flood that was there before it', () => {
    const earlier = { syns: 5_000_000, completed: 4_900_000, acks: 6_000_000 };
    assert.deepEqual(rules(run([listener([crowd(2000, START_MS, 5000)], { earlier })]).found), []);
    const { of } = run([listener([flood(2000, START_MS, 5000)], { earlier })]);
    const opened = of('syn-flood').filter(({ type }) => type === 'open');
    assert.equal(opened.length, 1);
    assert.ok(opened[0]!.alert.count < 100_000, 'SYNs from before the start are not counted');
  });

  it('survives counters that go backwards without a false alarm', () => {
    const set = new DetectorSet({ context: detectorContext({ nameAddress }), detectors });
    const before = listener([crowd(300, START_MS, 3000)], { earlier: { syns: 90_000, completed: 90_000 } });
    assert.deepEqual(rules(run([before], 3000, set).found), []);
    const again = new ListenerSimulation(listener([]), { listener: 200, source: 160 });
    set.observe(again.read(START_MS + 3500, 'tick'), again.who);
    assert.deepEqual(set.evaluate(START_MS + 3700), []);
    assert.equal(set.nextDueMs, Number.POSITIVE_INFINITY);
  });

  it('opens two alerts for two flooded workloads, and one for two ports of the same workload', () => {
    const db: Endpoint = {
      ip: '10.244.1.6',
      kind: 'pod',
      namespace: 'shop',
      pod: 'db-0',
      workload: { kind: 'StatefulSet', name: 'db' },
    };
    const on = (more: Partial<SimulatedListener>) => listener([flood(1000, START_MS + 1000, 4000)], more);
    const two = run([on({}), on({ endpoint: db, ip: db.ip, netns: 77, port: 5432 })]);
    assert.equal(two.of('syn-flood').filter(({ type }) => type === 'open').length, 2);
    const ports = run([on({}), on({ port: 8443 })]);
    assert.equal(ports.of('syn-flood').filter(({ type }) => type === 'open').length, 1);
    assert.deepEqual(ports.of('syn-flood').at(-1)?.alert.evidence.alsoOn, ['10.244.1.5:8443']);
  });

  it('gives a single source its own medium finding where the listener as a whole is well', () => {
    const { of } = run(
      [listener([crowd(1500, START_MS, 8000, 20), flood(190, START_MS + 2000, 5000, () => '203.0.113.9')])],
      14_000,
    );
    const opened = of('syn-flood').filter(({ type }) => type === 'open');
    assert.equal(opened.length, 1);
    assert.equal(opened[0]!.alert.severity, 'medium');
    assert.equal(opened[0]!.alert.source?.ip, '203.0.113.9');
    assert.ok(of('syn-flood').some(({ type }) => type === 'resolve'));
  });

  it('holds a node address that many clients share to a higher share of failures', () => {
    const shared = (synsPerSecond: number, rttMs: number) => ({
      ...crowd(synsPerSecond, START_MS + 1000, 4000, rttMs),
      source: () => node.ip,
    });
    const busy = crowd(1500, START_MS, 8000, 20);
    const mixed = [shared(100, 20), { ...shared(170, 20), rttMs: Number.POSITIVE_INFINITY }, busy];
    assert.deepEqual(rules(run([listener(mixed)]).found), []);
    const failing = run([listener([{ ...shared(190, 20), rttMs: Number.POSITIVE_INFINITY }, busy])]);
    const opened = failing.of('syn-flood').find(({ type }) => type === 'open');
    assert.equal(opened?.alert.evidence.sharedSource, true);
    assert.ok((opened?.alert.confidence ?? 1) <= 0.5);
  });

  it('is critical when the backlog is exhausted or the rate is ten times the floor', () => {
    const full = run([listener([flood(500, START_MS + 1000, 5000)], { backlog: 128 })]);
    assert.equal(full.of('syn-flood').at(-1)?.alert.severity, 'critical');
    assert.match(full.of('syn-flood').at(-1)?.alert.suggestion ?? '', /backlog/);
    const fast = run([listener([flood(5000, START_MS + 1000, 5000)], { backlog: 100_000 })]);
    assert.equal(fast.of('syn-flood').at(-1)?.alert.severity, 'critical');
  });

  it('keeps its head when the clock jumps an hour either way', () => {
    for (const jumpMs of [3_600_000, -3_600_000]) {
      const set = new DetectorSet({ context: detectorContext({ nameAddress }), detectors });
      run([listener([flood(1000, START_MS, 2950)])], 2950, set);
      const calm = new ListenerSimulation(listener([crowd(300, START_MS + jumpMs, 6000)]), {
        listener: 200,
        source: 160,
      });
      const late: Found[] = [];
      for (let ms = START_MS + jumpMs; ms < START_MS + jumpMs + 6000; ms++) {
        for (const observation of calm.step(ms)) set.observe(observation, calm.who);
        if (ms % 1000 === 999) {
          const reading = calm.tick(ms);
          if (reading) set.observe(reading, calm.who);
          for (const finding of set.evaluate(ms)) late.push({ atMs: ms, finding });
        } else if (ms >= set.nextDueMs) {
          set.observe(calm.read(ms, 'tick'), calm.who);
          for (const finding of set.evaluate(ms)) late.push({ atMs: ms, finding });
        }
      }
      assert.deepEqual(rules(late.filter(({ atMs }) => atMs > START_MS + jumpMs + 2500)), [], `jump ${jumpMs}`);
      assert.ok(set.nextDueMs > START_MS + jumpMs + 5000, 'no judgement is left in another time');
    }
  });

  it('takes new thresholds while running, also for one namespace, and keeps what it knows', () => {
    const set = new DetectorSet({
      context: detectorContext({ nameAddress }),
      detectors,
      settings: { 'syn-flood': { parameters: { listenerSynsPerWindow: 5000 } } },
    });
    assert.deepEqual(rules(run([listener([flood(1000, START_MS, 3000)])], 3000, set).found), []);
    set.configure({
      'syn-flood': {
        parameters: { listenerSynsPerWindow: 5000 },
        namespaces: { shop: { parameters: { listenerSynsPerWindow: 100 } } },
      },
    });
    assert.equal(set.lowestParameter('syn-flood', 'listenerSynsPerWindow'), 100);
    assert.deepEqual(rules(run([listener([flood(1000, START_MS, 3000)])], 3000, set).found), ['syn-flood']);
    const elsewhere = { ...web, namespace: 'other' };
    const other = listener([flood(1000, START_MS, 3000)], { endpoint: elsewhere, netns: 5 });
    assert.deepEqual(rules(run([other], 3000, set).found), []);
  });

  it('waits for the next reading of a listener whose fresh one did not come, without a due time in the past', () => {
    const set = new DetectorSet({ context: detectorContext({ nameAddress }), detectors });
    const simulation = new ListenerSimulation(listener([flood(2000, START_MS, 1000)]), { listener: 200, source: 160 });
    for (let ms = START_MS; ms < START_MS + 105; ms++) {
      for (const observation of simulation.step(ms)) set.observe(observation, simulation.who);
    }
    const due = set.nextDueMs;
    assert.ok(due >= START_MS + 200 && due <= START_MS + 260);
    assert.deepEqual(set.evaluate(due), []);
    assert.ok(set.nextDueMs > due);
    assert.equal(set.pendingListeners().length, 1);
    set.observe(simulation.read(due + 700, 'tick'), simulation.who);
    assert.equal(set.evaluate(due + 700).length, 1);
  });

  it('treats sources met in both samples and crossings as one', () => {
    const { of } = run([
      listener([flood(1000, START_MS + 1000, 4000, () => '203.0.113.9'), flood(200, START_MS + 1000, 4000, clients)]),
    ]);
    const top = of('syn-flood').at(-1)?.alert.sources?.top ?? [];
    assert.equal(top.filter(({ ip }) => ip === '203.0.113.9').length, 1);
    assert.equal(top[0]?.ip, '203.0.113.9');
    assert.ok(top.length <= 10);
    assert.notEqual(spoofed(1), spoofed(2));
  });

  it('does not blame a crowd for the handshakes that an accept queue, full a round trip later, lets fail', () => {
    const spec = listener([crowd(2000, START_MS + 1000, 6000, 100)], { backlog: 50, acceptsPerSecond: 20 });
    assert.ok(!rules(run([spec], 9000).found).includes('syn-flood'));
    const mild = listener([crowd(500, START_MS + 1000, 6000, 100)], { backlog: 50, acceptsPerSecond: 300 });
    assert.ok(!rules(run([mild], 9000).found).includes('syn-flood'));
  });

  it('goes on below the floor until a quarter is gone, and ends there', () => {
    const ends = (synsPerSecond: number): number => {
      const specs = [
        listener([flood(400, START_MS + 1000, 3000), flood(synsPerSecond, START_MS + 4000, 10_000)], {
          backlog: 100_000,
        }),
      ];
      return run(specs, 14_000).found.at(-1)!.atMs - START_MS;
    };
    assert.ok(ends(170) > 13_000);
    assert.ok(ends(140) < 7000);
  });

  it('names a source by the kernel’s count alone, when there are no samples', () => {
    const set = new DetectorSet({ context: detectorContext({ nameAddress }), detectors });
    const simulation = new ListenerSimulation(listener([]), { listener: 200, source: 160 });
    const at = (timeMs: number, trigger: 'threshold' | 'tick', syns: number) =>
      set.observe({ ...simulation.read(timeMs, trigger), syns, windowSyns: syns, distinctSources: 40 }, simulation.who);
    at(START_MS, 'threshold', 200);
    const crossing = { netns: 4026532001, cgroupId: 1, local: { ip: '10.244.1.5', port: 8080 }, windowMs: 1000 };
    set.observe(
      { kind: 'syn-source', timeMs: START_MS + 100, sourceIp: attacker.ip, syns: 160, completed: 0, ...crossing },
      simulation.who,
    );
    assert.deepEqual(set.evaluate(START_MS + 100), [], 'it waits for the judgement of the listener');
    at(START_MS + 150, 'tick', 260);
    assert.equal(set.evaluate(START_MS + 150)[0]?.source?.pod, 'shell');
  });

  it('folds a loud source into the alert of the listener it takes part in flooding', () => {
    const specs = [
      listener([flood(700, START_MS + 1000, 5000), flood(400, START_MS + 1000, 5000, () => '203.0.113.9')], {
        backlog: 100_000,
      }),
    ];
    const settings = { 'syn-flood': { parameters: { listenerSynsPerWindow: 600 } } };
    const { of } = run(
      specs,
      6000,
      new DetectorSet({ context: detectorContext({ nameAddress }), settings, detectors }),
    );
    const opened = of('syn-flood').filter(({ type }) => type === 'open');
    assert.deepEqual(
      opened.map(({ alert }) => alert.source),
      [null],
    );
    assert.equal(
      run(specs, 6000)
        .of('syn-flood')
        .filter(({ type }) => type === 'open').length,
      1,
    );
  });

  it('drops a judgement that is due in a time from before the clock was set back', () => {
    const set = new DetectorSet({ context: detectorContext({ nameAddress }), detectors });
    const simulation = new ListenerSimulation(listener([crowd(2000, START_MS, 200, 10)]), {
      listener: 200,
      source: 160,
    });
    for (let ms = START_MS; ms < START_MS + 150; ms++) {
      for (const observation of simulation.step(ms)) set.observe(observation, simulation.who);
    }
    assert.equal(set.pendingListeners().length, 1);
    assert.deepEqual(set.evaluate(START_MS - 3_600_000), []);
    assert.equal(set.nextDueMs, Number.POSITIVE_INFINITY);
  });

  it('names a source that also completes some handshakes, when the flood begins at the end of a kernel window', () => {
    // In neither window it crosses its limit before the judgement, so only the samples can tell.
    const busy = { ...crowd(40, START_MS, 8000, 5), source: () => attacker.ip };
    const { of } = run([
      listener([busy, flood(1500, START_MS + 1930, 4000, () => attacker.ip), crowd(60, START_MS, 8000)]),
    ]);
    const opened = of('syn-flood').filter(({ type }) => type === 'open');
    assert.deepEqual(
      opened.map(({ alert }) => alert.source?.pod),
      ['shell'],
    );
  });

  it('does not name a busy client that is served, while forged addresses flood', () => {
    const busy = { ...crowd(150, START_MS, 8000, 5), source: () => '203.0.113.50' };
    const { of } = run([listener([busy, flood(220, START_MS + 2000, 4000)], { backlog: 100_000 })]);
    const opened = of('syn-flood').filter(({ type }) => type === 'open');
    assert.deepEqual(
      opened.map(({ alert }) => alert.source),
      [null],
    );
  });

  it('counts sources in SYNs since the flood began, whoever counted them', () => {
    const { of } = run([
      listener([flood(1000, START_MS + 1000, 4000, () => '203.0.113.9'), flood(300, START_MS + 1000, 4000, clients)]),
    ]);
    const { sources, count } = of('syn-flood').at(-1)!.alert;
    const loudest = sources?.top[0];
    assert.equal(loudest?.ip, '203.0.113.9');
    assert.ok(loudest.count > 0.5 * count && loudest.count <= count, `${loudest.count} of ${count}`);
    assert.ok(sources!.top.slice(1).every((one) => one.count < loudest.count));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AlertBook, type AlertEvent, DetectorSet, detectorContext } from '@netguard/core';
import type { ProgramSeries } from './program-series.ts';
import { seriesOf, WEB_CGROUP } from './testing/series-of.ts';
import { be32, struct, typedMap, u16, u64 } from './testing/typed-map.ts';
import type { ProgramMeasurement } from './types.ts';

const source = (host: number) => ({ saddr: (host << 24) | 0x0a });

function synMap() {
  return typedMap('syns', struct({ saddr: be32 }), u64);
}

const RATE =
  'alerts: [{ name: flood, expr: "rate(syns, 5s) > 100", for: 2s, severity: high, title: "{{saddr}} sends {{value}}/s over {{on}}" }]';

/** Values that were measured, by label. */
function values(measured: readonly ProgramMeasurement[]): Record<string, number> {
  return Object.fromEntries(
    measured.map(({ observation: { labels, value } }) => [Object.values(labels).join(), value]),
  );
}

/** Measures once a second through detector and book, as the daemon does; `each` fills the maps before. */
function watch(series: ProgramSeries, seconds: number, each: (second: number) => void): AlertEvent[] {
  const context = detectorContext({ nameAddress: (ip) => ({ ip, kind: 'world' }) });
  const set = new DetectorSet({ context });
  const book = new AlertBook({ cluster: 'test', node: 'n1' });
  const events: AlertEvent[] = [];
  for (let second = 0; second < seconds; second++) {
    each(second);
    const nowMs = 1_700_000_000_000 + second * 1000;
    for (const { observation, who } of series.measure(nowMs)) set.observe(observation, who);
    events.push(...book.apply(set.evaluate(nowMs), nowMs));
  }
  return events;
}

describe('alerts on maps', () => {
  it('open for who is over the rate, with a name, and resolve when it is over', () => {
    const map = synMap();
    let [loud, quiet] = [0, 0];
    const events = watch(seriesOf([map], RATE), 40, (second) => {
      loud += second >= 5 && second < 20 ? 1000 : 10;
      quiet += 50;
      map.set(source(1), loud);
      map.set(source(2), quiet);
    });
    assert.deepEqual(
      events.map(({ type }) => type).filter((type) => type !== 'update'),
      ['open', 'resolve'],
    );
    const [{ alert } = assert.fail('no alert')] = events;
    assert.equal(alert.rule, 'program');
    assert.equal(alert.severity, 'high');
    assert.equal(alert.source?.ip, '10.0.0.1');
    assert.match(alert.title, /^10\.0\.0\.1 sends \d+\/s over 100$/);
    assert.equal(alert.evidence.unit, '1/s');
    assert.equal(alert.firstSeen, '2023-11-14T22:13:25.000Z', 'the second in which it began');
  });

  it('does not take what a map held before for growth, but does so for a new entry', () => {
    const map = synMap();
    const series = seriesOf([map], RATE.replace('for: 2s', 'for: 0s'));
    map.set(source(1), 1_000_000);
    assert.deepEqual(series.measure(1000), []);
    map.set(source(2), 1000);
    assert.deepEqual(values(series.measure(2000)), { '10.0.0.2': 200 });
  });

  it('does not fall between two readings of the maps', () => {
    const map = synMap();
    const series = seriesOf([map], RATE.replace('5s', '1s'));
    series.measure(1000);
    map.set(source(1), 500);
    assert.deepEqual(values(series.measure(2000)), { '10.0.0.1': 500 });
    map.set(source(1), 900);
    assert.deepEqual(values(series.measure(2400)), { '10.0.0.1': 500 });
  });

  it('tells once more when nothing is over the lower level', () => {
    const map = typedMap('backlog', struct({ port: u16 }), u64);
    const series = seriesOf([map], 'alerts: [{ name: full, expr: backlog, on: 100, off: 60 }]');
    const at = (second: number, value: number) => {
      map.set({ port: 80 }, value);
      return values(series.measure(second * 1000));
    };
    assert.deepEqual(at(1, 150), { 80: 150 });
    assert.deepEqual(at(2, 61), { 80: 61 });
    assert.deepEqual(at(3, 60), { 80: Number.NaN });
    assert.deepEqual(at(4, 60), {});
  });

  it('adds up by label, and divides', () => {
    const key = struct({ saddr: be32, dport: u16 });
    const map = typedMap('traffic', key, struct({ packets: u64, bytes: u64 }));
    const yaml =
      'alerts: [{ name: size, expr: "sum by (saddr) (traffic.bytes) / sum by (saddr) (traffic.packets) > 10" }]';
    const series = seriesOf([map], yaml);
    map.set({ ...source(1), dport: 80 }, { packets: 1, bytes: 20 });
    map.set({ ...source(1), dport: 81 }, { packets: 3, bytes: 40 });
    map.set({ ...source(2), dport: 80 }, { packets: 0, bytes: 40 });
    assert.deepEqual(values(series.measure(1000)), { '10.0.0.1': 15 });
  });

  it('names pods by their cgroup, and two pods of one workload are one alert', () => {
    const map = typedMap('sent_bytes', struct({ cgroup_id: u64 }), u64);
    const events = watch(
      seriesOf([map], 'alerts: [{ name: much, expr: "rate(sent_bytes, 2s) > 10" }]'),
      6,
      (second) => {
        for (const id of [WEB_CGROUP, WEB_CGROUP + 1, 5]) map.set({ cgroup_id: id }, second * 1000);
      },
    );
    const opened = events.filter(({ type }) => type === 'open').map(({ alert }) => alert);
    assert.equal(opened.length, 2);
    assert.deepEqual(opened[0]?.source?.workload, { kind: 'Deployment', name: 'web' });
    assert.equal(opened[1]?.source, null);
    assert.match(opened[1]?.title ?? '', /cgroup:5/);
  });

  it('takes source and target from the names of labels, or as it is told', () => {
    const map = typedMap('flows', struct({ saddr: be32, daddr: be32 }), u64);
    map.set({ saddr: 0x0100000a, daddr: 0x0200000a }, 500);
    const ends = (more: string) => {
      const [one] = seriesOf([map], `alerts: [{ name: a, expr: flows > 1${more} }]`).measure(1000);
      return [one?.observation.ends, one?.who.local.ip, one?.who.remote?.ip];
    };
    assert.deepEqual(ends(''), ['both', '10.0.0.1', '10.0.0.2']);
    assert.deepEqual(ends(', target: saddr'), ['target', '10.0.0.1', undefined]);
    assert.throws(
      () => ends(', source: sadr'),
      /sadr is no label that is an address or a cgroup, did you mean saddr\?/,
    );
  });

  it('refuses levels and titles that cannot be', () => {
    const refused = (fields: string) => () => seriesOf([synMap()], `alerts: [{ name: a, ${fields} }]`);
    assert.throws(refused('expr: syns > 5, on: 6'), /in the comparison and in on/);
    assert.throws(refused('expr: syns > 5, off: 6'), /off \(6\) is beyond on \(5\)/);
    assert.throws(refused('expr: syns < 5, off: 4'), /off \(4\) is beyond on \(5\)/);
    assert.throws(refused('expr: syns > 5, title: "{{sadr}}"'), /there is no label sadr, did you mean saddr\?/);
  });

  it('tells no more sets of labels than its limit, the furthest beyond first', () => {
    const map = typedMap('syns', struct({ saddr: be32 }), u64, { maxEntries: 2000 });
    for (let host = 0; host < 900; host++) map.set({ saddr: host }, 1000 + host);
    const series = seriesOf([map], 'alerts: [{ name: a, expr: syns > 5 }]');
    const measured = series.measure(1000);
    assert.equal(measured.length, 500);
    assert.equal(Math.min(...measured.map(({ observation }) => observation.value)), 1400);
    assert.equal(series.state.leftOutMeasurements, 400);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAP_TYPE } from '@netguard/libbpf';
import fc from 'fast-check';
import { lines, seriesOf, testNames, WEB_CGROUP } from './testing/series-of.ts';
import { array, type CType, struct, typedMap, u8, u16, u32, u64 } from './testing/typed-map.ts';

type Value = number | bigint | Value[] | { [name: string]: Value };

/** A type with a value of it. Names say nothing, so that all become counters. */
interface Typed {
  readonly type: CType;
  readonly value: Value;
}

const integer: fc.Arbitrary<Typed> = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map((value) => ({ type: u8, value })),
  fc.integer({ min: 0, max: 65_535 }).map((value) => ({ type: u16, value })),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((value) => ({ type: u32, value })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => ({ type: u64, value })),
);

const { typed } = fc.letrec<{ typed: Typed; composite: Typed; list: Typed }>((tie) => ({
  typed: fc.oneof({ maxDepth: 3 }, { weight: 4, arbitrary: integer }, tie('composite'), tie('list')),
  composite: fc.array(tie('typed'), { minLength: 1, maxLength: 4 }).map((members) => ({
    type: struct(Object.fromEntries(members.map(({ type }, n) => [`f${n}`, type]))),
    value: Object.fromEntries(members.map(({ value }, n) => [`f${n}`, value])),
  })),
  list: fc.tuple(integer, fc.integer({ min: 1, max: 3 })).map(([{ type, value }, length]) => {
    // One-byte elements would be a byte string, which is a label.
    const element = type === u8 ? u16 : type;
    return { type: array(element, length), value: Array.from({ length }, () => value) };
  }),
}));

/** `name{element} value`, found by walking the value itself. */
function expected(value: Value, name: string, elements: readonly number[]): string[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => expected(one, name, [...elements, index]));
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([field, one]) => expected(one, `${name}_${field}`, elements));
  }
  const labels = elements.map((at, depth) => `element${depth === 0 ? '' : `_${depth + 1}`}="${at}"`);
  return [`${name}_total${labels.length === 0 ? '' : `{${labels.join(',')}}`} ${Number(value)}`];
}

describe('reading maps', () => {
  it('finds every number of any struct, as libbpf reads it from its bytes', () => {
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const map = typedMap('m', u32, type, { type: MAP_TYPE.ARRAY, maxEntries: 1 });
        map.set(0, value);
        assert.deepEqual(lines(seriesOf([map])).sort(), expected(value, 'm', []).sort());
      }),
      { numRuns: 300 },
    );
  });

  it('loses nothing and lets no series fall, whatever becomes of entries and however small the cap', () => {
    const step = fc.record({
      key: fc.integer({ min: 0, max: 9 }),
      add: fc.integer({ min: 0, max: 100 }),
      gone: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (steps, maxSeries) => {
        const map = typedMap('m', struct({ k: u32 }), u64);
        const series = seriesOf([map], `maps: { m: { maxSeries: ${maxSeries} } }`);
        const held = new Map<number, number>();
        const before = new Map<string, number>();
        let total = 0;
        for (const [index, { key, add, gone }] of steps.entries()) {
          total += add;
          if (gone) {
            held.delete(key);
            map.delete({ k: key });
            total -= add;
          } else {
            held.set(key, (held.get(key) ?? 0) + add);
            map.set({ k: key }, held.get(key)!);
          }
          const now = lines(series, index * 1000).map((line) => line.split(' ') as [string, string]);
          assert.equal(
            now.reduce((sum, [, value]) => sum + Number(value), 0),
            total,
          );
          assert.ok(now.length <= maxSeries + 1);
          for (const [name, value] of now) {
            assert.ok(Number(value) >= (before.get(name) ?? 0), name);
            before.set(name, Number(value));
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('adds gauges up afresh each time, those over the cap in other', () => {
    const map = typedMap('backlog', struct({ port: u16 }), u64);
    const series = seriesOf([map], 'maps: { backlog: { maxSeries: 1 } }');
    for (const port of [1, 2, 3]) map.set({ port }, 10 * port);
    assert.deepEqual(lines(series, 1000), ['backlog{port="1"} 10', 'backlog{port="other"} 50']);
    map.delete({ port: 1 });
    map.set({ port: 3 }, 1);
    assert.deepEqual(lines(series, 2000), ['backlog{port="other"} 21']);
  });

  it('adds CPUs up, or shows each', () => {
    const map = typedMap('hits', struct({ port: u16 }), u64, { type: MAP_TYPE.PERCPU_HASH });
    map.set({ port: 80 }, [1, 2, 4]);
    assert.deepEqual(lines(seriesOf([map])), ['hits_total{port="80"} 7']);
    assert.deepEqual(lines(seriesOf([map], 'maps: { hits: { perCpu: label, maxSeries: 2 } }')), [
      ...['hits_total{port="80",cpu="0"} 1', 'hits_total{port="80",cpu="1"} 2', 'hits_total{port="other",cpu="2"} 4'],
    ]);
  });

  it('makes histograms of a slot in the key, with slots above the last in the last', () => {
    const map = typedMap('wait', struct({ port: u16, slot: u32 }), u64);
    map.set({ port: 80, slot: 0 }, 2);
    map.set({ port: 80, slot: 3 }, 1);
    map.set({ port: 80, slot: 400 }, 5);
    const shown = lines(seriesOf([map], 'maps: { wait: { slots: ceil } }'));
    const at = (le: string) => shown.find((line) => line.includes(`le="${le}"`));
    assert.equal(at('1'), 'wait_bucket{port="80",le="1"} 2');
    assert.equal(at('8'), 'wait_bucket{port="80",le="8"} 3');
    assert.equal(at('+Inf'), 'wait_bucket{port="80",le="+Inf"} 8');
    assert.equal(shown.at(-1), 'wait_count{port="80"} 8');
  });

  it('takes a field called slot for a label where values are no counts', () => {
    const map = typedMap('ring', struct({ slot: u32 }), struct({ hits: u64, drops: u64 }));
    map.set({ slot: 3 }, { hits: 1, drops: 2 });
    assert.deepEqual(lines(seriesOf([map])), ['ring_hits_total{slot="3"} 1', 'ring_drops_total{slot="3"} 2']);
  });

  it('has room again when a map was far too large for a while', () => {
    const map = typedMap('m', u32, u64);
    let [from, many] = [0, 70_000];
    const changing = {
      ...map,
      *entries() {
        for (let key = from; key < from + many; key++) yield [key, 1] as const;
      },
    };
    const series = seriesOf([changing], 'maps: { m: { labels: { key: { drop: true } } } }');
    const total = (second: number) => Number(lines(series, second * 100_000)[0]?.split(' ')[1]);
    assert.equal(total(1), 65_536);
    from = 100_000;
    assert.equal(total(2), 2 * 65_536);
    [from, many] = [200_000, 10];
    assert.equal(total(3), 2 * 65_536);
    assert.equal(total(4), 2 * 65_536 + 10);
  });

  it('forgets a series five minutes after its entry', () => {
    const map = typedMap('m', struct({ k: u32 }), u64);
    const series = seriesOf([map]);
    map.set({ k: 1 }, 5);
    lines(series, 0);
    map.delete({ k: 1 });
    assert.equal(lines(series, 299_000).length, 1);
    assert.equal(lines(series, 301_000).length, 0);
  });

  it('counts what it cannot read, and goes on with the other maps', () => {
    const map = typedMap('m', u32, u64, { type: MAP_TYPE.ARRAY, maxEntries: 1 });
    map.set(0, 1);
    const broken = { ...typedMap('broken', u32, u64), entries: () => assert.fail('it was closed') };
    const series = seriesOf([broken, map]);
    assert.deepEqual(lines(series), ['m_total 1']);
    assert.equal(series.state.errors, 1);
    assert.match(series.state.lastError ?? '', /^broken: it was closed/);
  });

  it('shows what it had read where a map cannot be read', () => {
    const map = typedMap('backlog', struct({ port: u16 }), u64);
    map.set({ port: 1 }, 10);
    let isBroken = false;
    const failing = {
      ...map,
      *entries() {
        if (isBroken) assert.fail('it was closed');
        yield* map.entries();
      },
    };
    const series = seriesOf([failing]);
    assert.deepEqual(lines(series, 1000), ['backlog{port="1"} 10']);
    isBroken = true;
    assert.deepEqual(lines(series, 2000), ['backlog{port="1"} 10']);
    assert.equal(series.state.errors, 1);
    isBroken = false;
    map.delete({ port: 1 });
    assert.deepEqual(lines(series, 3000), []);
  });

  it('counts a cgroup only when it has its name, and then all of it', () => {
    for (const perCpu of ['sum', 'label']) {
      const map = typedMap('sent', struct({ cgroup_id: u64 }), u64, { type: MAP_TYPE.PERCPU_HASH });
      const series = seriesOf([map], `maps: { sent: { perCpu: ${perCpu}, sumBy: [namespace] } }`);
      testNames.late = WEB_CGROUP;
      map.set({ cgroup_id: WEB_CGROUP }, [5, 6]);
      assert.deepEqual(lines(series, 1000), []);
      map.set({ cgroup_id: WEB_CGROUP }, [5, 7]);
      testNames.late = 0;
      assert.deepEqual(lines(series, 2000), ['sent_total{namespace="shop"} 12']);
    }
  });

  it('does not read what nobody sees', () => {
    const unseen = { ...typedMap('unseen', u32, u64), entries: () => assert.fail('it was read') };
    assert.deepEqual(lines(seriesOf([unseen], 'maps: { unseen: { export: false } }')), []);
    const asked = seriesOf([unseen], 'maps: { unseen: { export: false } }\nalerts: [{ name: a, expr: unseen > 1 }]');
    assert.deepEqual(asked.measure(1000), []);
    assert.match(asked.state.lastError ?? '', /it was read/);
  });

  it('reads no more than its limit of entries, and counts the rest', () => {
    const map = typedMap('m', u32, u64);
    const many = {
      ...map,
      *entries() {
        for (let key = 0; key < 70_000; key++) yield [key % 65_537, 1] as const;
      },
    };
    const series = seriesOf([many], 'maps: { m: { labels: { key: { drop: true } } } }');
    assert.deepEqual(lines(series), ['m_total 65536']);
    assert.equal(series.state.unreadEntries, 70_000 - 65_536);
  });
});

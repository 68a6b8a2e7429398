import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { it } from 'node:test';
import { SERIES_LIMITS } from './limits.ts';
import { lines, seriesOf } from './testing/series-of.ts';
import { struct, typedMap, u32, u64 } from './testing/typed-map.ts';

/** As many entries as one reading takes. `held` is what each holds, `taken` how many were read. */
function fullMap(held: { value: number; taken?: number } = { value: 1 }) {
  const map = typedMap('m', struct({ saddr: u32, port: u32 }), u64);
  return {
    ...map,
    *entries() {
      for (let key = 0; key < SERIES_LIMITS.entries; key++) {
        held.taken = (held.taken ?? 0) + 1;
        yield [{ saddr: key, port: key & 1023 }, held.value] as const;
      }
    },
  };
}

/** A map of one entry. */
function oneEntry(held: { readonly value: number; taken: number }) {
  const map = typedMap('m', struct({ port: u32 }), u64);
  return {
    ...map,
    *entries() {
      held.taken++;
      yield [{ port: 1 }, held.value] as const;
    },
  };
}

it('a map of 65,536 entries is read without holding the thread for long', async (t) => {
  const series = seriesOf([fullMap()], 'maps: { m: { sumBy: [port], maxSeries: 2000 } }');
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const began = performance.now();
  await series.refresh(1000);
  const tookMs = performance.now() - began;
  loop.disable();
  const longestMs = loop.max / 1e6;
  t.diagnostic(`read in ${tookMs.toFixed(0)} ms, of which the longest piece took ${longestMs.toFixed(1)} ms`);
  assert.ok(longestMs < tookMs / 3, `the thread was held for ${longestMs} ms of ${tookMs}`);
  const all = lines(series, 1000);
  assert.equal(all.length, 1024);
  assert.ok(all.every((line) => line.endsWith(' 64')));
});

it('who asks in the middle of a reading sees the whole of it', async () => {
  const held = { value: 1 };
  const series = seriesOf([fullMap(held)], 'maps: { m: { sumBy: [] } }');
  const began = [series.refresh(1000), series.refresh(1000)];
  assert.deepEqual(lines(series, 1000), [`m_total ${SERIES_LIMITS.entries}`]);
  await Promise.all(began);
  held.value = 3;
  const again = series.refresh(60_000);
  await new Promise(setImmediate);
  assert.deepEqual(lines(series, 60_000), [`m_total ${3 * SERIES_LIMITS.entries}`]);
  await again;
  held.value = 4;
  assert.deepEqual(lines(series, 60_001), [`m_total ${3 * SERIES_LIMITS.entries}`], 'it was read a moment ago');
});

it('who waited for a reading does not read the next one', async () => {
  const held = { value: 1, taken: 0 };
  const series = seriesOf([fullMap(held)], 'maps: { m: { sumBy: [] } }');
  const first = series.refresh(1000);
  series.read(1000);
  const next = series.refresh(60_000);
  await first;
  assert.ok(held.taken < 2 * SERIES_LIMITS.entries, `${held.taken} entries were read`);
  await next;
  assert.equal(held.taken, 2 * SERIES_LIMITS.entries);
});

it('who asks with a time before the last reading has been late; only a clock that was set back makes it read', async () => {
  const held = { value: 1, taken: 0 };
  const yaml = 'maps: { m: { sumBy: [] } }\nalerts: [{ name: a, expr: "rate(m, 10s) > 1" }]';
  const series = seriesOf([oneEntry(held)], yaml);
  const rates = (nowMs: number) => series.measure(nowMs).map(({ observation: { value } }) => value);
  rates(10_000);
  held.value = 1001;
  assert.deepEqual(rates(20_000), [100]);
  held.value = 5001;
  await series.refresh(15_000);
  assert.deepEqual([lines(series, 15_000), held.taken], [['m_total 1001'], 2]);
  assert.deepEqual(rates(20_001), [100], 'what is known of the time before is known still');
  await series.refresh(14_999);
  assert.deepEqual([lines(series, 14_999), held.taken], [['m_total 5001'], 3]);
});

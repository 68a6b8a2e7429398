import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { it } from 'node:test';
import { SERIES_LIMITS } from './limits.ts';
import { lines, seriesOf } from './testing/series-of.ts';
import { struct, typedMap, u32, u64 } from './testing/typed-map.ts';

/** As many entries as one reading takes. `held` is what each holds. */
function fullMap(held = { value: 1 }) {
  const map = typedMap('m', struct({ saddr: u32, port: u32 }), u64);
  return {
    ...map,
    *entries() {
      for (let key = 0; key < SERIES_LIMITS.entries; key++)
        yield [{ saddr: key, port: key & 1023 }, held.value] as const;
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

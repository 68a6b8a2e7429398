import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BpftraceLines } from './bpftrace-lines.ts';
import { aggregationsOf } from './script-aggregations.ts';
import { scriptMaps } from './script-maps.ts';
import { lines, seriesOf } from './series/testing/series-of.ts';

const RECORDED = ['bt', 'jsonl'].map((end) => readFileSync(`${import.meta.dirname}/testing/recorded.${end}`, 'utf8'));
const [SCRIPT = '', SAID = ''] = RECORDED;

/** The series of a script that said so; `yaml` is what its YAML holds. */
function seriesOfScript(script: string, said: string, yaml = '') {
  const from = new BpftraceLines();
  from.take(said);
  const series = seriesOf(
    scriptMaps(aggregationsOf(script), () => from.maps),
    yaml,
  );
  return { series, lines: lines(series), take: (text: string) => from.take(text) };
}

const of = (all: readonly string[], metric: string) => all.filter((line) => line.startsWith(metric));

test('each map of a real script is a metric of the type that its aggregation says', () => {
  const { lines: all } = seriesOfScript(SCRIPT, SAID);
  const numbers = ['counts', 'sums', 'averages', 'least', 'most', 'by_', 'assigned'].flatMap((name) => of(all, name));
  assert.deepEqual(numbers, [
    ...['counts_total{key=""} 1', 'counts_of_total{key="b,c"} 1', 'counts_of_total{key="a"} 2'],
    ...['sums_total{key=""} 12', 'averages{key="bpftrace,1"} 15', 'least{key=""} 4', 'most{key="-1"} 9'],
    of(all, 'by_stack')[0]!,
    'by_address_total{key="127.0.0.1,80"} 1',
    'by_bool_total{key="1"} 1',
    'by_bytes_total{key="ab\\\\x00\\\\xff"} 1',
    ...['by_text_total{key="q\\"x\\\\y�z"} 1', 'by_tuple_total{key="1,x"} 1'],
    'assigned_total{key=""} 7',
  ]);
  const texts = ['quoted', 'unicode', 'tuple', 'symbol', 'address'];
  assert.deepEqual(
    texts.flatMap((name) => of(all, name)),
    [],
  );
});

test('hist() is a histogram with exact bounds and no sum, whatever it was printed with', () => {
  const { lines: all } = seriesOfScript(SCRIPT, SAID);
  const powers = of(all, 'powers_');
  const key = 'key="a b,80"';
  const has = (...wanted: readonly string[]) => {
    for (const line of wanted) assert.ok(all.includes(line), `${line}\n${powers.join('\n')}`);
  };
  has(`powers_of_bucket{${key},le="3"} 0`, `powers_of_bucket{${key},le="7"} 2`, `powers_of_bucket{${key},le="+Inf"} 2`);
  has('powers_bucket{key="",le="0"} 2', 'powers_bucket{key="",le="1"} 3', 'powers_bucket{key="",le="511"} 3');
  has('powers_bucket{key="",le="1023"} 4', `powers_of_count{${key}} 2`, 'powers_count{key=""} 4');
  has('fine_bucket{key="",le="63"} 0', 'fine_bucket{key="",le="127"} 2');
  assert.ok(!all.some((line) => /^(powers|fine|steps)(_of)?_sum/.test(line)));
});

test('lhist() has the buckets that it was given, and the last is for what is above', () => {
  const steps = of(seriesOfScript(SCRIPT, SAID).lines, 'steps_bucket');
  const counts = steps.map((line) => line.replace(/^.*le="([^"]+)"\} /, '$1: '));
  assert.deepEqual(counts, [
    '9: 2',
    ...[19, 29, 39, 49].map((le) => `${le}: 2`),
    '59: 3',
    ...[69, 79, 89, 99].map((le) => `${le}: 3`),
    '+Inf: 4',
  ]);
});

test('stats() is count and sum', () => {
  const { lines: all } = seriesOfScript(SCRIPT, SAID);
  const sizes = of(all, 'sizes_').filter((line) => line.includes('key=""'));
  assert.deepEqual(sizes, ['sizes_bucket{key="",le="+Inf"} 2', 'sizes_sum{key=""} 30', 'sizes_count{key=""} 2']);
});

test('times become seconds by the name of the map, and counters grow by what is printed later', () => {
  const script = 'BEGIN { @wait_us[comm] = hist(1); @busy_ns = stats(1); }';
  const hist = (count: number) =>
    `{"type": "hist", "data": {"@wait_us": {"a": [{"min": 4, "max": 7, "count": ${count}}]}}}\n`;
  const said = `${hist(2)}{"type": "stats", "data": {"@busy_ns": {"count": 2, "average": 1000, "total": 2000}}}\n`;
  const { series, lines: all, take } = seriesOfScript(script, said);
  const shown = ['wait_seconds_bucket{key="a",le="0.000007"} 2', 'busy_seconds_sum{key=""} 0.000002'];
  for (const line of shown) assert.ok(all.includes(line), all.join('\n'));
  take(hist(5));
  assert.ok(lines(series, 3000).includes('wait_seconds_count{key="a"} 5'));
});

test('alerts may ask for the count of a histogram, not for a sum that nobody knows; a map may be named before it is printed', () => {
  const script = 'BEGIN { @wait_us[comm] = hist(1); }';
  const yaml = (expr: string) => `alerts: [{ name: slow, expr: '${expr}' }]`;
  seriesOfScript(script, '', yaml('rate(wait_us.count, 5s) > 1'));
  assert.throws(() => seriesOfScript(script, '', yaml('wait_us.sum > 1')), /nobody knows the sum of wait_us/);
});

test('a histogram whose numbers are not written out is not exported', () => {
  const script = 'BEGIN { @h = lhist(1, 0, MAX, 10); }';
  const said = '{"type": "hist", "data": {"@h": [{"min": 0, "max": 9, "count": 1}]}}\n';
  assert.deepEqual(seriesOfScript(script, said).lines, []);
});

test('numbers that a later version writes as text are numbers', () => {
  const said = '{"type": "map", "data": {"@n": "18446744073709551615"}}\n';
  assert.deepEqual(seriesOfScript('BEGIN { @n = sum(1); }', said).lines, [`n_total{key=""} ${2 ** 64}`]);
});

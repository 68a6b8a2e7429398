import assert from 'node:assert/strict';

export interface ParsedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

/**
 * A strict reader of the Prometheus text format 0.0.4, and of the part of OpenMetrics 1.0 that is written here: every
 * family has HELP then TYPE then its samples in one block, no series twice, counters end in `_total`, histograms are whole.
 */
export function parseExposition(text: string, format: 'text' | 'openmetrics' = 'text'): Map<string, ParsedFamily> {
  const families = new Map<string, ParsedFamily>();
  const series = new Set<string>();
  const lines = text.split('\n');
  assert.equal(lines.pop(), '', 'the last line ends in a line feed');
  if (format === 'openmetrics') assert.equal(lines.pop(), '# EOF');
  let current: ParsedFamily | undefined;
  let name = '';
  for (const line of lines) {
    if (line === '') {
      assert.equal(format, 'text', 'OpenMetrics has no empty lines');
      continue;
    }
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (help) {
      name = help[1] ?? '';
      assert.ok(!families.has(name), `${name} comes in two blocks`);
      current = { type: '', help: help[2] ?? '', samples: [] };
      continue;
    }
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/.exec(line);
    if (type) {
      assert.equal(type[1], name, 'TYPE follows the HELP of the same family');
      current = { ...(current as ParsedFamily), type: type[2] ?? '' };
      families.set(name, current);
      continue;
    }
    assert.ok(current && families.has(name), `a sample before its TYPE: ${line}`);
    const sample = parseSample(line);
    const suffix = sample.name.slice(name.length);
    const suffixes =
      format === 'openmetrics' && current.type === 'counter' ? ['_total'] : (SUFFIXES[current.type] ?? []);
    assert.ok(sample.name.startsWith(name) && suffixes.includes(suffix), `${sample.name} in the family ${name}`);
    if (current.type === 'counter') assert.ok(sample.name.endsWith('_total'), `${sample.name} ends in _total`);
    if (current.type !== 'gauge') assert.ok(sample.value >= 0, line);
    const identity = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`;
    assert.ok(!series.has(identity), `twice: ${line}`);
    series.add(identity);
    current.samples.push(sample);
  }
  for (const [family, { type, samples }] of families) if (type === 'histogram') checkHistogram(family, samples);
  return families;
}

function parseSample(line: string): ParsedFamily['samples'][number] {
  const head = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{)?/.exec(line);
  assert.ok(head, line);
  const labels: Record<string, string> = {};
  let rest = line.slice(head[0].length);
  while (head[2] && !rest.startsWith('}')) {
    const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,(?!\})|(?=\}))/.exec(rest);
    assert.ok(label, `labels of ${line}`);
    assert.ok(!Object.hasOwn(labels, label[1] ?? ''), `a label twice: ${line}`);
    labels[label[1] ?? ''] = (label[2] ?? '').replace(/\\(["\\n])/g, (_, c) => (c === 'n' ? '\n' : c));
    rest = rest.slice(label[0].length);
  }
  if (head[2]) rest = rest.slice(1);
  const value = /^ ([+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf|NaN))$/.exec(rest);
  assert.ok(value, `value of ${line}`);
  return { name: head[1] ?? '', labels, value: Number((value[1] ?? '').replace('Inf', 'Infinity')) };
}

function checkHistogram(family: string, samples: ParsedFamily['samples']): void {
  const bySeries = new Map<string, { buckets: [number, number][]; count?: number; sum?: number }>();
  for (const { name, labels, value } of samples) {
    const { le, ...rest } = labels;
    const key = JSON.stringify(Object.entries(rest).sort());
    const entry = bySeries.get(key) ?? { buckets: [] };
    bySeries.set(key, entry);
    if (name === `${family}_bucket`) entry.buckets.push([Number(le?.replace('Inf', 'Infinity')), value]);
    else if (name === `${family}_count`) entry.count = value;
    else entry.sum = value;
  }
  for (const [key, { buckets, count, sum }] of bySeries) {
    assert.ok(sum !== undefined && count !== undefined, `${family}${key} has sum and count`);
    assert.equal(buckets.at(-1)?.[0], Number.POSITIVE_INFINITY, `${family}${key} ends with +Inf`);
    assert.equal(buckets.at(-1)?.[1], count, `${family}${key}: +Inf is the count`);
    for (const [index, [le, value]] of buckets.entries()) {
      const before = buckets[index - 1];
      if (before) assert.ok(le > before[0] && value >= before[1], `${family}${key} rises`);
    }
  }
}

/** The value of one series, or undefined when there is none. */
export function seriesValue(
  families: Map<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(/_(total|bucket|sum|count)$/, ''));
  return family?.samples.find(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;
}

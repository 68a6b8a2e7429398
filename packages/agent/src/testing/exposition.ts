import assert from 'node:assert/strict';

export interface ParsedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
    readonly exemplar?: { readonly labels: Readonly<Record<string, string>>; readonly value: number };
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
    const sample = parseSample(line, format === 'openmetrics' && current.type === 'histogram');
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

function parseSample(line: string, mayHaveExemplar: boolean): ParsedFamily['samples'][number] {
  const [, name = '', afterName = ''] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(.*)$/.exec(line) ?? assert.fail(line);
  const [labels, rest] = afterName.startsWith('{') ? parseLabels(afterName, line) : [{}, afterName];
  const [, number = '', tail = ''] = /^ ([^ ]+)(.*)$/.exec(rest) ?? assert.fail(`value of ${line}`);
  const sample = { name, labels, value: parseValue(number, line) };
  if (tail === '') return sample;
  assert.ok(mayHaveExemplar && name.endsWith('_bucket') && tail.startsWith(' # {'), `end of ${line}`);
  const [shown, last] = parseLabels(tail.slice(3), line);
  const [, value = ''] = /^ ([^ ]+) \d+(?:\.\d+)?$/.exec(last) ?? assert.fail(`exemplar of ${line}`);
  const length = Object.entries(shown).reduce((sum, [label, text]) => sum + label.length + text.length, 0);
  assert.ok(length <= 128, `exemplar over 128 characters: ${line}`);
  const exemplar = { labels: shown, value: parseValue(value, line) };
  assert.ok(exemplar.value <= Number(labels.le?.replace('Inf', 'Infinity')), `exemplar in its bucket: ${line}`);
  return { ...sample, exemplar };
}

function parseValue(text: string, line: string): number {
  assert.match(text, /^[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf|NaN)$/, line);
  return Number(text.replace('Inf', 'Infinity'));
}

/** Labels from `{` on, and what follows the `}`. */
function parseLabels(text: string, line: string): [Record<string, string>, string] {
  const labels: Record<string, string> = {};
  let rest = text.slice(1);
  while (!rest.startsWith('}')) {
    const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,(?!\})|(?=\}))/.exec(rest);
    assert.ok(label, `labels of ${line}`);
    assert.ok(!Object.hasOwn(labels, label[1] ?? ''), `a label twice: ${line}`);
    labels[label[1] ?? ''] = (label[2] ?? '').replace(/\\(["\\n])/g, (_, c) => (c === 'n' ? '\n' : c));
    rest = rest.slice(label[0].length);
  }
  return [labels, rest.slice(1)];
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

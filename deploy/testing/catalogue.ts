/** Which metrics there are and what labels they have: docs/reference/metrics.md, the rules, and what Prometheus adds. */
import { readFileSync } from 'node:fs';
import { ask } from './promql.ts';
import { rules } from './rule-file.ts';

/** Of the scrape, not of the metric: `cluster` is set by those who have several. */
const OF_THE_TARGET = ['job', 'instance', 'cluster'];

const BY_PROMETHEUS = ['up', 'scrape_samples_scraped'];

export type Catalogue = ReadonlyMap<string, ReadonlySet<string>>;

/** Metric → labels. A histogram is there as its three kinds of series. */
export function catalogue(): Catalogue {
  const known = new Map<string, ReadonlySet<string>>();
  const add = (name: string, labels: readonly string[]) => known.set(name, new Set([...labels, ...OF_THE_TARGET]));
  for (const name of BY_PROMETHEUS) add(name, []);
  const page = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');
  for (const [, name = '', type, cell = ''] of page.matchAll(/^\| `([a-z0-9_]+)` \| (\w+) \| (.*?) \|/gm)) {
    const labels = Array.from(cell.matchAll(/`(\w+)`/g), ([, label = '']) => label);
    if (type !== 'histogram') add(name, labels);
    else {
      add(`${name}_bucket`, [...labels, 'le']);
      for (const suffix of ['_sum', '_count']) add(name + suffix, labels);
    }
  }
  for (const { record, expr } of rules()) if (record) add(record, ask(expr).groupings[0]?.labels ?? []);
  return known;
}

/** What an expression names that is not there: metrics, and labels that none of the metrics concerned has. */
export function unknownNames(expression: string, known: Catalogue): string[] {
  const { selectors, groupings, made } = ask(expression);
  const labelsOf = (metrics: readonly string[]) =>
    new Set([...made, ...metrics.flatMap((metric) => [...(known.get(metric) ?? [])])]);
  const missing = (metrics: readonly string[], labels: readonly string[]) => {
    const there = labelsOf(metrics);
    return labels.filter((label) => !there.has(label)).map((label) => `${metrics.join('|')}{${label}}`);
  };
  return [
    ...selectors.flatMap(({ metrics }) => metrics.filter((metric) => !known.has(metric))),
    ...selectors.flatMap(({ metrics, matchers }) =>
      missing(
        metrics,
        matchers.map(({ label }) => label).filter((label) => label !== '__name__'),
      ),
    ),
    ...groupings.flatMap(({ metrics, labels }) => missing(metrics, labels)),
  ];
}

/**
 * Selectors by which one connection could count twice: of an edge without a reporter, or of the client's side beside the
 * server's without giving way to it. `apart`: the expression does not add the two sides of a
 * connection, but what different ends sent themselves, or nothing at all.
 */
export function countedTwice(expression: string, { apart = false } = {}): string[] {
  const edges = ask(expression).selectors.filter(({ metrics }) =>
    metrics.some((name) => name.startsWith('netguard_edge_')),
  );
  const reporterOf = (selector: (typeof edges)[number]) =>
    selector.matchers.find(({ label, operator }) => label === 'reporter' && operator === '=')?.value;
  const server = edges.some((edge) => reporterOf(edge) === 'server');
  return edges
    .filter(
      (edge) => reporterOf(edge) === undefined || (server && reporterOf(edge) === 'client' && !edge.yields && !apart),
    )
    .map(({ text }) => text);
}

import type { BaselineView } from '../client/api-types.ts';
import type { Palette } from '../text/palette.ts';
import { formatBytes, formatCount, formatExact } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';
import { table } from '../text/table.ts';
import { formatAge } from '../text/time-format.ts';

/** Facts of one workload on one screen. */
const FACTS_SHOWN = 40;

/** One line a workload. */
export function baselineTable(baselines: readonly BaselineView[], palette: Palette, nowMs: number): string[] {
  return table<BaselineView>(
    [
      { title: 'WORKLOAD', value: ({ workload }) => workload },
      {
        title: 'LEARNED',
        align: 'right',
        value: ({ progress }) => (progress >= 1 ? 'yes' : `${Math.floor(progress * 100)} %`),
        paint: (cell, { progress }) => (progress >= 1 ? palette.green(cell) : palette.yellow(cell)),
      },
      { title: 'SERVES', align: 'right', value: rate('volume.served.bytes') },
      { title: 'CALLS', align: 'right', value: rate('volume.called.bytes') },
      { title: 'EDGES', align: 'right', value: ({ facts }) => formatExact(facts.filter(isEdge).length) },
      { title: 'RUNS', align: 'right', value: ({ runs }) => (runs.length === 0 ? '–' : formatExact(runs.length)) },
      { title: 'LAST SEEN', value: ({ lastSeen }) => formatAge(lastSeen, nowMs) },
    ],
    baselines,
  );
}

/** All that is known of one workload. */
export function baselineCard(baseline: BaselineView, palette: Palette, nowMs: number): string[] {
  const { workload, progress, measures, facts, factsEvicted, runs } = baseline;
  const state = progress >= 1 ? palette.green('learned') : palette.yellow(`${Math.floor(progress * 100)} % learned`);
  const lines = [`${palette.bold(safeText(workload))}  ${state}, watched for ${hours(baseline.watchedSeconds)}`];
  const names = Object.keys(measures);
  if (names.length > 0) {
    lines.push(
      '',
      ...table(
        [
          { title: 'MEASURE', value: (name) => name },
          { title: 'MEAN', align: 'right', value: (name) => quantity(name, measures[name]?.mean) },
          { title: 'DEVIATION', align: 'right', value: (name) => quantity(name, measures[name]?.deviation) },
          { title: 'LARGEST', align: 'right', value: (name) => quantity(name, measures[name]?.largest) },
          { title: 'SAMPLES', align: 'right', value: (name) => formatExact(measures[name]?.samples ?? 0) },
          { title: 'HOURS OF WEEK', align: 'right', value: (name) => formatExact(measures[name]?.hoursOfWeek ?? 0) },
        ],
        names,
      ),
    );
  }
  if (facts.length > 0) {
    lines.push(
      '',
      ...table<BaselineView['facts'][number]>(
        [
          { title: 'EDGE OR DESTINATION', value: ({ fact }) => factText(fact) },
          { title: 'TIMES', align: 'right', value: ({ count }) => formatExact(count) },
          { title: 'FIRST', value: ({ firstSeen }) => formatAge(firstSeen, nowMs) },
          { title: 'LAST', value: ({ lastSeen }) => formatAge(lastSeen, nowMs) },
        ],
        facts.slice(0, FACTS_SHOWN),
      ),
    );
  }
  const more = facts.length - FACTS_SHOWN;
  if (more > 0) lines.push(palette.dim(`and ${formatExact(more)} more: -o json has all`));
  if (factsEvicted > 0) lines.push(palette.yellow(`${formatExact(factsEvicted)} were forgotten for lack of room`));
  if (runs.length > 0) lines.push('', ...runTable(runs, nowMs));
  return lines;
}

function runTable(runs: BaselineView['runs'], nowMs: number): string[] {
  return table<BaselineView['runs'][number]>(
    [
      { title: 'RUN', value: ({ id }) => id },
      { title: 'MOVED', align: 'right', value: ({ totals }) => quantity('bytes', totals.bytes) },
      { title: 'LAST', value: ({ lastSeen }) => formatAge(lastSeen, nowMs) },
    ],
    runs,
  );
}

function isEdge({ fact }: { readonly fact: string }): boolean {
  return fact.startsWith('>') || fact.startsWith('<');
}

/** `>shop/StatefulSet/db|5432|TCP` reads `to shop/StatefulSet/db:5432 (TCP)`. */
function factText(fact: string): string {
  const [peer = '', port, protocol] = fact.slice(1).split('|');
  if (!isEdge({ fact }) || protocol === undefined) return fact;
  return `${fact.startsWith('>') ? `to ${peer}:${port}` : `from ${peer} at :${port}`} (${protocol})`;
}

function rate(measure: string): (baseline: BaselineView) => string {
  return ({ measures }) => (measures[measure] === undefined ? '–' : `${quantity(measure, measures[measure].mean)}/s`);
}

function quantity(measure: string, value: number | undefined): string {
  if (value === undefined) return '–';
  return measure.endsWith('bytes') || measure.endsWith('sent') ? formatBytes(value) : formatCount(value);
}

function hours(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

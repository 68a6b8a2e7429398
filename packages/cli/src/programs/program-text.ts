import type { MapDump, ProgramView } from '../client/api-types.ts';
import { formatDuration } from '../text/duration.ts';
import type { Palette } from '../text/palette.ts';
import { safeText } from '../text/safe-text.ts';
import { table } from '../text/table.ts';

export function programTable(programs: readonly ProgramView[], palette: Palette, nowMs: number): string[] {
  return table<ProgramView>(
    [
      { title: 'NAME', value: ({ name }) => name },
      {
        title: 'STATE',
        value: ({ state }) => state,
        paint: (cell, { state }) => (state === 'running' ? palette.green(cell) : palette.yellow(cell)),
      },
      { title: 'AGE', align: 'right', value: ({ loadedAt }) => formatDuration(nowMs - Date.parse(loadedAt)) },
      { title: 'HOOKS', align: 'right', value: ({ hooks }) => String(hooks.length) },
      { title: 'MAPS', align: 'right', value: ({ maps }) => String(maps.length) },
      { title: 'KIB', align: 'right', value: ({ maps }) => String(Math.ceil(bytesOf(maps) / 1024)) },
      { title: 'BY', value: ({ loadedBy, origin }) => (origin === 'configuration' ? 'configuration' : loadedBy) },
      { title: 'FILE', value: ({ file }) => file },
    ],
    programs,
  );
}

/** All that is known of one program. */
export function programLines(program: ProgramView): string[] {
  const { name, kind, file, path, sha256, loadedAt, loadedBy, origin, set, hooks, maps, events, restarts } = program;
  const settings = Object.entries(set).map(([key, value]) => `${key}=${value}`);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['state', program.state],
    ['file', `${path} (${kind})`],
    ['sha256', sha256],
    ['loaded', `${loadedAt} by ${origin === 'configuration' ? 'the configuration' : loadedBy || 'nobody named'}`],
    ['set', settings.length === 0 ? undefined : settings.join(' ')],
    ['pinned', program.pinned],
    ['events', kind === 'bpftrace' ? lostText(events) : eventText(events)],
    ['restarts', restarts === 0 ? undefined : String(restarts)],
    ['problem', program.problem],
  ];
  return [
    `${safeText(name)}: ${safeText(file)}`,
    ...facts.flatMap(([title, value]) => (value === undefined ? [] : `  ${title.padEnd(9)} ${safeText(value)}`)),
    ...hooks.map(
      ({ function: called, section, target, instructions }) =>
        `  hook      ${safeText(called)} at ${safeText(section)}${target === undefined ? '' : ` of ${safeText(target)}`}, ${instructions} instructions`,
    ),
    ...maps.map(({ name: map, type, maxEntries, bytes }) =>
      kind === 'bpftrace'
        ? `  map       ${safeText(map)}: ${maxEntries} entries as it was printed last`
        : `  map       ${safeText(map)}: ${type}, up to ${maxEntries} entries, ${Math.ceil(bytes / 1024)} KiB`,
    ),
  ];
}

function eventText({ taken, dropped, fullLooks }: ProgramView['events']): string | undefined {
  if (taken + dropped + fullLooks === 0) return undefined;
  return `${taken} taken, ${dropped} dropped over the limit, ring found full ${fullLooks} times`;
}

/** Of a script: what bpftrace lost, what the kernel refused it, and what of its output was not understood. */
function lostText({ dropped }: ProgramView['events']): string | undefined {
  return dropped === 0 ? undefined : `${dropped} lost or refused`;
}

/** Entries of maps, one a line: `syns {"source":"0000…"} 12`. */
export function dumpLines(dumps: readonly MapDump[]): string[] {
  return dumps.flatMap((dump) => [
    `${safeText(dump.map)} (${dump.type}): ${countText(dump)}`,
    ...dump.entries.map(({ key, value }) => `  ${safeText(JSON.stringify(key))}  ${safeText(JSON.stringify(value))}`),
  ]);
}

function countText({ entries, isCut, noMetrics }: MapDump): string {
  if (noMetrics !== undefined && entries.length === 0) return `not read: ${noMetrics}`;
  const count = `${entries.length}${isCut ? ' of more' : ''} ${entries.length === 1 && !isCut ? 'entry' : 'entries'}`;
  return noMetrics === undefined ? count : `${count}; no metrics: ${noMetrics}`;
}

function bytesOf(maps: ProgramView['maps']): number {
  return maps.reduce((sum, { bytes }) => sum + bytes, 0);
}

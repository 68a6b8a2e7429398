import { nearestName } from '@netguard/core';
import type { DetectorView } from '../client/api-types.ts';
import { CliError } from '../failure/cli-error.ts';
import type { Palette } from '../text/palette.ts';
import { formatCount } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';
import { table } from '../text/table.ts';

/** A line a detector: how it runs, what it holds, what went wrong. */
export function detectorTable(detectors: readonly DetectorView[], palette: Palette): string[] {
  return [...rows(detectors, palette), ...reasons(detectors)];
}

function rows(detectors: readonly DetectorView[], palette: Palette): string[] {
  return table<DetectorView>(
    [
      { title: 'DETECTOR', value: ({ id }) => id },
      {
        title: 'MODE',
        value: modeText,
        paint: (cell, { mode, unavailable }) =>
          mode === 'alert' && unavailable === undefined ? cell : palette.dim(cell),
      },
      { title: 'CATEGORY', value: ({ category }) => category },
      { title: 'NAMESPACES', align: 'right', value: ({ namespaces }) => dash(Object.keys(namespaces).length) },
      { title: 'STATE', align: 'right', value: ({ entries, capacity }) => stateText(entries, capacity) },
      { title: 'EVICTED', align: 'right', value: ({ evicted }) => dash(evicted) },
      {
        title: 'ERRORS',
        align: 'right',
        value: ({ errors }) => dash(errors),
        paint: (cell, { errors }) => (errors > 0 ? palette.red(cell) : cell),
      },
      { title: 'WHAT IT LOOKS FOR', value: ({ description }) => description },
    ],
    detectors,
  );
}

/** `alert`, `observe*` (the star: not its own default), `not running yet`, `unavailable` (whatever its mode). */
export function modeText({
  mode,
  defaultMode,
  unavailable,
}: Pick<DetectorView, 'mode' | 'defaultMode' | 'unavailable'>): string {
  if (unavailable !== undefined) return 'unavailable';
  if (mode === null) return 'not running yet';
  return mode === defaultMode ? mode : `${mode}*`;
}

export function stateText(entries: number, capacity: number): string {
  return capacity === 0 ? '–' : `${formatCount(entries)}/${formatCount(capacity)}`;
}

/** The detector with this id, or the only one whose id begins with it. @throws CliError NG_ERR_CLI_NOT_FOUND */
export function getDetector(detectors: readonly DetectorView[], id: string): DetectorView {
  const near = detectors.filter((detector) => detector.id.startsWith(id));
  const only = detectors.find((detector) => detector.id === id) ?? (near.length === 1 ? near[0] : undefined);
  if (only !== undefined) return only;
  const names = detectors.map((detector) => detector.id);
  const nearest = nearestName(id, names);
  throw new CliError('NG_ERR_CLI_NOT_FOUND', `looking for detector ${safeText(id)}`, 'there is none with that id', {
    hint: nearest === undefined ? `There are ${names.map(safeText).join(', ')}.` : `Did you mean ${safeText(nearest)}?`,
  });
}

function dash(count: number): string {
  return count === 0 ? '–' : formatCount(count);
}

/** Why detectors are unavailable, each reason once. */
function reasons(detectors: readonly DetectorView[]): string[] {
  const names = new Map<string, string[]>();
  for (const { id, unavailable } of detectors) {
    if (unavailable === undefined) continue;
    const ids = names.get(unavailable) ?? [];
    ids.push(safeText(id));
    names.set(unavailable, ids);
  }
  if (names.size === 0) return [];
  return ['', ...Array.from(names, ([reason, ids]) => `unavailable: ${ids.join(', ')}. ${safeText(reason)}`)];
}

import { type Alert, matchersText } from '@netguard/core';
import type { SilenceView } from '../client/api-types.ts';
import { CliError } from '../failure/cli-error.ts';
import { formatDuration } from '../text/duration.ts';
import type { Palette } from '../text/palette.ts';
import { safeText } from '../text/safe-text.ts';
import { table } from '../text/table.ts';

/** A line a silence: what it holds back, until when, and who answers for it. */
export function silenceTable(
  silences: readonly SilenceView[],
  alerts: readonly Alert[],
  palette: Palette,
  nowMs: number,
): string[] {
  const held = new Map<string, number>();
  for (const { suppressedBy } of alerts) {
    if (suppressedBy !== undefined) held.set(suppressedBy, (held.get(suppressedBy) ?? 0) + 1);
  }
  return table<SilenceView>(
    [
      { title: 'ID', value: ({ id }) => id },
      {
        title: 'STATE',
        value: ({ status }) => status.state,
        paint: (cell, { status }) => (status.state === 'active' ? palette.yellow(cell) : palette.dim(cell)),
      },
      { title: 'WHEN', value: (silence) => when(silence, nowMs) },
      { title: 'ALERTS', align: 'right', value: ({ id }) => String(held.get(id) ?? 0) },
      { title: 'MATCHERS', value: ({ matchers }) => matchersText(matchers) },
      { title: 'AUTHOR', value: ({ createdBy }) => createdBy },
      { title: 'COMMENT', value: ({ comment }) => comment },
    ],
    silences,
  );
}

/** `ends in 1h 59m`, `begins in 5m`, `ended 3m ago`. */
export function when({ startsAt, endsAt, status }: SilenceView, nowMs: number): string {
  const distance = (time: string): string => formatDuration(Math.abs(Date.parse(time) - nowMs));
  switch (status.state) {
    case 'active':
      return `ends in ${distance(endsAt)}`;
    case 'pending':
      return `begins in ${distance(startsAt)}`;
    case 'expired':
      return `ended ${distance(endsAt)} ago`;
  }
}

/** The silence with this id, or the only one whose id begins with it. @throws CliError NG_ERR_CLI_NOT_FOUND */
export function getSilence(silences: readonly SilenceView[], id: string): SilenceView {
  const near = silences.filter((silence) => silence.id.startsWith(id));
  const only = silences.find((silence) => silence.id === id) ?? (near.length === 1 ? near[0] : undefined);
  if (only !== undefined) return only;
  const doing = `looking for silence ${safeText(id)}`;
  if (near.length > 1) {
    throw new CliError('NG_ERR_CLI_NOT_FOUND', doing, `${near.length} ids begin so`, { hint: 'Write more of it.' });
  }
  throw new CliError('NG_ERR_CLI_NOT_FOUND', doing, 'there is none with that id', {
    hint: '`netguard silence list --all` shows those that are kept, ended ones too.',
  });
}

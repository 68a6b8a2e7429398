import type { Alert } from '@netguard/core';
import { sourceText, targetText } from '../alerts/alert-list.ts';
import type { Palette } from '../text/palette.ts';
import { table } from '../text/table.ts';

/**
 * The alerts of a replay, one a line: when (UTC, the capture's time), how bad and whether only observed, which rule, who to
 * whom, what.
 */
export function replayTable(alerts: readonly Alert[], palette: Palette): string[] {
  return table<Alert>(
    [
      { title: 'TIME', value: (alert) => alert.firstSeen.replace('T', ' ').replace('Z', '') },
      {
        title: 'SEVERITY',
        value: (alert) => (alert.observed ? `${alert.severity}, observed` : alert.severity),
        paint: (cell, { severity }) => palette.severity(severity)(severity) + cell.slice(severity.length),
      },
      { title: 'RULE', value: (alert) => alert.rule },
      { title: 'SOURCE → TARGET', value: (alert) => `${sourceText(alert)} → ${targetText(alert)}` },
      { title: 'WHAT', value: (alert) => alert.title },
    ],
    alerts,
  );
}

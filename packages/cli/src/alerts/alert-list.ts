import type { Alert, Severity } from '@netguard/core';
import { joinHostPort, nameText } from '../text/endpoint-text.ts';
import type { Palette } from '../text/palette.ts';
import { formatCount } from '../text/quantity.ts';
import { table } from '../text/table.ts';
import { formatAge } from '../text/time-format.ts';

const RANK: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3 };
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

/** Open ones first, the worst first, the latest first. */
export function sortAlerts(alerts: readonly Alert[]): Alert[] {
  return alerts.toSorted(
    (a, b) =>
      (a.status === b.status ? 0 : a.status === 'open' ? -1 : 1) ||
      RANK[a.severity] - RANK[b.severity] ||
      (a.lastSeen < b.lastSeen ? 1 : a.lastSeen > b.lastSeen ? -1 : 0),
  );
}

/** Who did it, in one cell: a name, or how many when the addresses are spoofed or many. */
export function sourceText(alert: Alert): string {
  if (alert.source) return nameText(alert.source);
  if (alert.sources) return `~${formatCount(alert.sources.distinctEstimate)} addresses`;
  return 'unknown';
}

export function targetText(alert: Alert): string {
  return alert.target ? joinHostPort(nameText(alert.target), alert.target.port) : '–';
}

export function alertTable(alerts: readonly Alert[], palette: Palette, nowMs: number): string[] {
  return table<Alert>(
    [
      { title: 'ID', value: (alert) => alert.id },
      {
        title: 'SEVERITY',
        value: (alert) => alert.severity,
        paint: (cell, alert) => paintSeverity(palette, alert, cell),
      },
      {
        title: 'STATUS',
        value: stateWord,
        paint: (cell, alert) => (alert.status === 'open' ? cell : palette.dim(cell)),
      },
      { title: 'RULE', value: (alert) => alert.rule },
      { title: 'TARGET', value: targetText },
      { title: 'SOURCE', value: sourceText },
      { title: 'COUNT', align: 'right', value: (alert) => formatCount(alert.count) },
      { title: 'SINCE', align: 'right', value: (alert) => formatAge(alert.firstSeen, nowMs) },
      { title: 'LAST', align: 'right', value: (alert) => formatAge(alert.lastSeen, nowMs) },
    ],
    alerts,
  );
}

/** The status, or what is more to be said: an open alert that is silenced or looked after, how a resolved one ended. */
export function stateWord(alert: Alert): string {
  if (alert.status === 'open') {
    if (alert.suppressedBy !== undefined) return 'silenced';
    return alert.acknowledgedBy === undefined ? 'open' : 'acked';
  }
  if (alert.supersededBy !== undefined) return 'merged';
  return alert.disposition ?? 'resolved';
}

function paintSeverity(palette: Palette, alert: Alert, cell: string): string {
  if (alert.status !== 'open') return palette.dim(cell);
  const word = cell.trimEnd();
  return palette.severity(alert.severity)(word) + cell.slice(word.length);
}

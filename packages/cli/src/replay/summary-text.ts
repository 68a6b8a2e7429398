import type { ReplaySummary } from '@netguard/agent';
import { formatDuration } from '../text/duration.ts';
import { formatBytes, formatCount, formatExact } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';

const MOST_REASONS = 12;

/** What was read, found and left out: a few lines for a person. */
export function summaryText(summary: ReplaySummary): string[] {
  const { files, packets, bytes, conversations, tookMs } = summary;
  const what = files === 1 ? 'one capture' : `${files} captures`;
  const lines = [
    `${formatExact(packets)} packets, ${formatBytes(bytes)} in ${what}${spanText(summary)}`,
    `${formatExact(conversations.tcp)} TCP connections and attempts, ${formatExact(conversations.other)} other conversations`,
    `read in ${formatDuration(tookMs)}: ${formatCount(summary.packetsPerSecond)} packets/s, ${formatBytes(summary.bytesPerSecond)}/s`,
    `alerts: ${rulesText(summary.alerts)}`,
  ];
  if (summary.observed.length > 0) lines.push(`only observed: ${rulesText(summary.observed)}`);
  if (summary.undecoded.length > 0) lines.push(`not decoded: ${undecodedText(summary.undecoded)}`);
  if (summary.outOfOrder > 0) lines.push(`out of order: ${formatExact(summary.outOfOrder)} packets`);
  if (summary.clockSetBack > 0) lines.push(`the clock was set back ${formatExact(summary.clockSetBack)} times`);
  for (const { table, count } of summary.evicted) lines.push(`no room: ${formatExact(count)} ${table} forgotten early`);
  return lines;
}

function spanText({ firstMs, lastMs }: ReplaySummary): string {
  if (firstMs === null || lastMs === null) return '';
  return `, ${formatDuration(Math.max(0, lastMs - firstMs))} from ${timeText(firstMs)}`;
}

/** A capture may hold any number as its time; not all of them are dates. */
function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString().replace('T', ' ').replace('Z', ' UTC');
}

function rulesText(rules: ReplaySummary['alerts']): string {
  if (rules.length === 0) return 'none';
  return rules.map(({ rule, severity, count }) => `${formatExact(count)} ${rule} (${severity})`).join(', ');
}

function undecodedText(undecoded: ReplaySummary['undecoded']): string {
  const shown = undecoded
    .slice(0, MOST_REASONS)
    .map(({ reason, packets }) => `${formatExact(packets)} ${safeText(reason)}`);
  const rest = undecoded.slice(MOST_REASONS).reduce((sum, { packets }) => sum + packets, 0);
  return [...shown, ...(rest > 0 ? [`${formatExact(rest)} for other reasons`] : [])].join(', ');
}

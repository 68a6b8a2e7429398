import type { StatusResponse } from '../client/api-types.ts';
import { DEFAULT_SERVERS } from '../client/server-address.ts';
import { countLostEvents } from '../status/lost-events.ts';
import { formatDuration } from '../text/duration.ts';
import type { Palette } from '../text/palette.ts';
import { formatExact } from '../text/quantity.ts';
import type { RoundResult } from './attack-round.ts';

export interface DemoTotals {
  readonly pods: number;
  readonly flows: number;
}

/** What was seen, honestly, and what to try next. */
export function demoSummary(
  round: RoundResult | null,
  status: StatusResponse,
  totals: DemoTotals,
  url: string,
  palette: Palette,
): string[] {
  const lost = countLostEvents(status);
  const lines = [
    palette.bold('What NetGuard saw'),
    `  ${formatExact(totals.pods)} endpoints, ${formatExact(totals.flows)} flow records kept, ${formatExact(status.liveConnections)} connections open now, ${formatExact(lost)} events lost`,
  ];
  if (round) {
    lines.push(
      round.alert && round.detectedMs !== null
        ? `  ${palette.green('✓')} the attack (${formatExact(round.syns)} SYNs) was told ${formatDuration(round.detectedMs)} after it began${round.resolved ? ', and its alert resolved by itself' : '; its alert is still open'}`
        : `  ${palette.red('✗')} the attack (${formatExact(round.syns)} SYNs) raised no alert`,
    );
  }
  return [...lines, ...nextSteps(url, palette)];
}

/** Commands and addresses to try, with --server where the default would not find this process. */
export function nextSteps(url: string, palette: Palette): string[] {
  const origin = new URL(url).origin;
  const server = (DEFAULT_SERVERS as readonly string[]).includes(origin) ? '' : ` --server ${origin}`;
  const row = (command: string, text: string): string =>
    `  ${palette.cyan(command.padEnd(42 + server.length))} ${palette.dim(text)}`;
  return [
    '',
    palette.bold('Try next, in another terminal'),
    row(`netguard top${server}`, 'who talks how much, live'),
    row(`netguard observe -f -n shop${server}`, 'the connections of the shop, as they come'),
    row(`netguard alerts explain ID${server}`, 'why an alert was raised'),
    row(`curl -s ${origin}/metrics`, 'for Prometheus'),
    row(`curl -s ${origin}/api/v1/pods`, 'the same as JSON'),
  ];
}

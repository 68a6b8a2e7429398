import type { Alert } from '@netguard/core';
import type { ApiClient } from '../client/api-client.ts';
import type { AlertAction } from '../client/api-types.ts';
import type { Palette } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { safeText } from '../text/safe-text.ts';
import { writeOut } from '../text/write-out.ts';
import { getAlert } from './find-alert.ts';
import { findDetector } from './find-detector.ts';
import { type Tuning, tuningFor } from './tuning.ts';

/** Acknowledges alerts, or closes them when there is a disposition, and says what was done; of a false positive also how to tune. */
export async function changeAlerts(
  client: ApiClient,
  ids: readonly string[],
  action: AlertAction,
  output: 'table' | 'json',
  palette: Palette,
  signal: AbortSignal,
): Promise<void> {
  const all = await client.all('alerts', {}, signal);
  const verb = action.disposition === undefined ? 'ack' : 'close';
  // All are looked up before the first is changed: a slip in one id changes nothing.
  for (const { id } of ids.map((text) => getAlert(all, text))) {
    const alert = await client.post<Alert>(`/api/v1/alerts/${encodeURIComponent(id)}/${verb}`, action, signal);
    const tuning =
      action.disposition === 'false-positive'
        ? tuningFor(alert, await findDetector(alert.rule, client, signal))
        : undefined;
    if (output === 'json') await writeOut(`${safeJson(tuning === undefined ? alert : { ...alert, tuning })}\n`);
    else await writeOut(`${doneLines(alert, tuning, palette).join('\n')}\n`);
  }
}

function doneLines(alert: Alert, tuning: Tuning | undefined, palette: Palette): string[] {
  const { disposition } = alert;
  const done =
    alert.status === 'open' || disposition === undefined
      ? `acknowledged by ${safeText(alert.acknowledgedBy ?? '')}`
      : `closed by ${safeText(alert.closedBy ?? '')} as ${disposition}`;
  const lines = [`alert ${safeText(alert.id)} ${done}: ${safeText(alert.title)}`];
  if (tuning === undefined) return lines;
  const intro =
    tuning.kind === 'configuration'
      ? 'In the configuration this keeps the same from being raised again (no restart is needed):'
      : 'No single limit would have kept it from being raised. This silences what is like it, for a time:';
  return [...lines, '', intro, ...tuning.lines.map((line) => `  ${palette.cyan(line)}`)];
}

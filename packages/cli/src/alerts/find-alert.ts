import type { Alert } from '@netguard/core';
import type { ApiClient } from '../client/api-client.ts';
import { CliError } from '../failure/cli-error.ts';
import { safeText } from '../text/safe-text.ts';

/** As `getAlert`, of what a server has: its alerts, and what its detectors only observe. @throws CliError */
export async function fetchAlert(client: ApiClient, id: string, signal: AbortSignal): Promise<Alert> {
  const alerts = await client.all('alerts', {}, signal);
  if (alerts.some((alert) => matches(alert, id))) return getAlert(alerts, id);
  const observed = await client.all('alerts', { observed: 'true' }, signal).catch(() => []);
  return getAlert(observed.some((alert) => matches(alert, id)) ? observed : alerts, id);
}

/** The alert with this id, or the only one whose id or fingerprint begins with it. @throws CliError NG_ERR_CLI_NOT_FOUND */
export function getAlert(alerts: readonly Alert[], id: string): Alert {
  const exact = alerts.find((alert) => alert.id === id);
  if (exact) return exact;
  const near = alerts.filter((alert) => matches(alert, id));
  const [only] = near;
  if (only && near.length === 1) return only;
  const doing = `looking for alert ${safeText(id)}`;
  if (near.length > 1) {
    throw new CliError('NG_ERR_CLI_NOT_FOUND', doing, `${near.length} ids begin so`, {
      hint: `Write more of it: ${near
        .slice(0, 5)
        .map((alert) => safeText(alert.id))
        .join(', ')}`,
    });
  }
  throw new CliError('NG_ERR_CLI_NOT_FOUND', doing, 'there is none with that id', {
    hint: '`netguard alerts list --status all` shows those that are kept, resolved ones too.',
  });
}

function matches(alert: Alert, id: string): boolean {
  return alert.id.startsWith(id) || alert.fingerprint.startsWith(id);
}

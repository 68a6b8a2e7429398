import type { ApiClient } from '../client/api-client.ts';
import type { DetectorView } from '../client/api-types.ts';
import { CliError } from '../failure/cli-error.ts';
import type { ExplainedDetector } from './explain-alert.ts';

/**
 * The detector with this id: with the values in force as the server tells them, else (a server of before) with the defaults
 * of this version; undefined for one that neither knows.
 */
export async function findDetector(
  id: string,
  client?: ApiClient,
  signal?: AbortSignal,
): Promise<ExplainedDetector | undefined> {
  const served = client === undefined ? undefined : await serverDetectors(client, signal);
  const known = served?.find((detector) => detector.id === id);
  if (known !== undefined) return known;
  const { detectors } = await import('@netguard/core');
  const own = detectors.find((detector) => detector.id === id);
  if (own === undefined) return undefined;
  const parameters = Object.entries(own.parameters).map(
    ([name, declared]) => [name, { ...declared, value: declared.default }] as const,
  );
  return { description: own.description, parameters: Object.fromEntries(parameters), namespaces: {} };
}

async function serverDetectors(client: ApiClient, signal?: AbortSignal): Promise<DetectorView[] | undefined> {
  try {
    return await client.all('detectors', {}, signal);
  } catch (error) {
    if (error instanceof CliError && error.code === 'NG_ERR_CLI_RESPONSE') return undefined;
    throw error;
  }
}

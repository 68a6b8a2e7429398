import { once } from 'node:events';
import type { ApiClient } from '../client/api-client.ts';
import { CliError } from '../failure/cli-error.ts';
import { safeText } from '../text/safe-text.ts';
import { note } from '../text/write-out.ts';
import { fetchAlert } from './find-alert.ts';

/** Where a capture goes: standard output unless a test says otherwise. */
export interface PcapOutput {
  readonly isTTY?: boolean;
  write(bytes: Uint8Array): boolean;
}

/**
 * Writes the capture of an alert. Its bytes are a stranger's: never to a terminal, which they could drive.
 * @throws CliError NG_ERR_CLI_USAGE before anything is asked; what `ApiClient` throws.
 */
export async function fetchPcap(
  connect: () => Promise<ApiClient>,
  id: string,
  signal: AbortSignal,
  output: PcapOutput & NodeJS.EventEmitter = process.stdout,
): Promise<void> {
  if (output.isTTY) {
    throw new CliError('NG_ERR_CLI_USAGE', '', 'a capture is not written to a terminal', {
      hint: `Send it to a file: netguard alerts pcap ${safeText(id)} > alert.pcap`,
    });
  }
  const client = await connect();
  const alert = await fetchAlert(client, id, signal);
  const { bytes, isCut } = await client.download(`/api/v1/alerts/${encodeURIComponent(alert.id)}/pcap`, signal);
  if (isCut) note('There was more than is given out at once: this is the beginning.');
  if (!output.write(bytes)) await once(output, 'drain');
}

import { NetGuardError } from '@netguard/core';
import type { Config } from '../config/schema.ts';
import { probeRelay } from '../sources/hubble/relay-probe.ts';
import { type RelaySettings, readRelaySettings } from '../sources/hubble/relay-settings.ts';
import { type CheckHead, type DoctorCheck, degraded, missing, passed } from './report.ts';

const RELAY: CheckHead = { id: 'hubble-relay', title: 'Hubble relay', required: true };
const FILES: CheckHead = { id: 'hubble-tls', title: 'TLS to the relay', required: true };
const SERVER: CheckHead = { id: 'hubble-server', title: 'Hubble API', required: true };
const NODES: CheckHead = { id: 'hubble-nodes', title: 'Nodes behind the relay', required: false };
const EVERYTHING = 'everything: flows are all that is read';

/** Whether the relay can be reached, trusted, and speaks Hubble's API; the first that goes wrong ends the list. */
export async function hubbleChecks(config: Config['sources']['hubble']): Promise<DoctorCheck[]> {
  let settings: RelaySettings;
  try {
    settings = readRelaySettings(config);
  } catch (error) {
    return [failed(FILES, error)];
  }
  const { reachProblem, relayProblem } = await import('../sources/hubble/relay-problem.ts');
  const reach = await probeRelay(settings);
  const problem = reachProblem(reach, settings, `connecting to ${settings.address}`);
  if (problem !== undefined) return [failed(reach.kind === 'unreachable' ? RELAY : FILES, problem)];
  const way =
    settings.tls === undefined
      ? degraded(
          FILES,
          'none, as sources.hubble.insecure says',
          'whoever is on the way can read flows, and make up or hide some',
          'Serve the relay with TLS (hubble.relay.tls.server.enabled of the chart of Cilium).',
        )
      : passed(FILES, `trusted as ${settings.tls.serverName ?? settings.host}`);
  return [passed(RELAY, `${settings.address} answers`), way, ...(await askServer(settings, relayProblem))];
}

type RelayProblem = typeof import('../sources/hubble/relay-problem.ts')['relayProblem'];

async function askServer(settings: RelaySettings, relayProblem: RelayProblem): Promise<DoctorCheck[]> {
  const { ObserverClient } = await import('../sources/hubble/observer-client.ts');
  const { toNumber } = await import('../sources/hubble/messages.ts');
  const client = new ObserverClient(settings);
  try {
    const status = await client.status();
    const version = status.version === undefined || status.version === '' ? 'of unknown version' : status.version;
    const server = passed(SERVER, `${version}, ${toNumber(status.seenFlows)} flows seen so far`);
    const names = status.unavailableNames ?? [];
    const count = status.unavailableNodes?.value ?? names.length;
    if (count === 0) return [server, passed(NODES, `${status.connectedNodes?.value ?? 'all'} connected`)];
    const list = names.length === 0 ? '' : `: ${names.slice(0, 5).join(', ')}`;
    const fix = 'Look at the log of the relay, and at the Cilium agents of these nodes.';
    return [server, degraded(NODES, `${count} cannot be reached by the relay${list}`, 'all that their pods do', fix)];
  } catch (error) {
    return [failed(SERVER, await relayProblem(error as Error, settings))];
  } finally {
    client.close();
  }
}

function failed(head: CheckHead, error: unknown): DoctorCheck {
  const isOurs = error instanceof NetGuardError;
  const detail = error instanceof Error ? error.message : String(error);
  return missing(head, isOurs ? `${detail} (${error.code})` : detail, EVERYTHING, (isOurs && error.hint) || '');
}

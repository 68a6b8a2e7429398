import type { Host } from './host.ts';
import type { TcpFlow } from './tcp-flow.ts';

const WELL_KNOWN = 1024;
/** Where Linux begins to take ports for clients (ip_local_port_range); IANA's range begins at 49152. */
const EPHEMERAL = 32_768;

/**
 * Which end of a connection whose beginning was not seen is the client: not the one whose port is known to be open, not a
 * well-known one, else the one with the higher port.
 */
export function guessClient(flow: TcpFlow, isOpen: (host: Host, port: number) => boolean): 0 | 1 {
  const [first, second] = flow.ends;
  const firstIsOpen = isOpen(first.host!, first.port);
  if (firstIsOpen !== isOpen(second.host!, second.port)) return firstIsOpen ? 1 : 0;
  for (const limit of [WELL_KNOWN, EPHEMERAL]) {
    if (first.port < limit !== second.port < limit) return first.port < limit ? 1 : 0;
  }
  if (first.port === second.port) return flow.client;
  return first.port < second.port ? 1 : 0;
}

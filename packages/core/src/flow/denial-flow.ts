import type { DenialObservation } from '../observation.ts';
import { formatTime } from '../rfc3339.ts';
import type { Flow } from './flow.ts';
import type { FlowEnds } from './live-flow.ts';

/** The record of a contact that was turned away; `local` of the ends is the server's. `id` is unique among flows. */
export function denialFlow(denial: DenialObservation, { local, remote }: FlowEnds, id: string, node: string): Flow {
  const { timeMs, protocol, client, server, reason, packets } = denial;
  const time = formatTime(timeMs);
  return {
    time,
    id,
    protocol,
    reporter: 'client',
    trafficDirection: 'EGRESS',
    verdict: 'DROPPED',
    source: { ...remote, ip: client.ip, port: client.port },
    destination: { ...local, ip: server.ip, port: server.port },
    state: 'closed',
    ...(protocol === 'TCP' ? { closeReason: 'unreachable', result: 'timeout' } : undefined),
    dropReason: reason,
    start: time,
    durationMs: 0,
    requestBytes: 0,
    responseBytes: 0,
    requestPackets: packets,
    responsePackets: 0,
    retransmits: 0,
    node,
  };
}

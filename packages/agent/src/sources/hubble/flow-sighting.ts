import { type Sighting, type SightingProtocol, TCP_FLAGS } from '@netguard/core';
import { type FlowMessage, type TcpFlags, toMs } from './messages.ts';
import { DROPPED, dropOf, isNoPacket, L3_L4, POLICY_VERDICT } from './verdicts.ts';

/** Where tunnels between nodes end: VXLAN, its old port, Geneve, WireGuard as Cilium sets it up. What is inside is told of itself. */
const TUNNEL_PORTS = new Set([8472, 4789, 6081, 51_871]);
const HOST = 1;
const REMOTE_NODE = 6;

/** Why a flow is no sighting of a packet that counts. */
export type Skipped = 'not-a-packet' | 'service-address' | 'tunnel' | 'incomplete';

/** A flow as a sighting; else why not. `nodeName` of the response stands in where the flow has none. */
export function flowSighting(flow: FlowMessage, nodeName: string): Sighting | Skipped {
  const verdict = flow.verdict ?? 0;
  if (flow.type !== undefined && flow.type > L3_L4) return 'not-a-packet';
  if (isNoPacket(verdict)) return 'not-a-packet';
  const { ip, l4 } = flow;
  const timeMs = toMs(flow.time);
  if (!ip?.source || !ip.destination || !l4 || Number.isNaN(timeMs)) return 'incomplete';
  const transport = transportOf(l4);
  if (transport === undefined) return 'incomplete';
  if (isToService(flow)) return 'service-address';
  if (isTunnel(flow, transport)) return 'tunnel';
  const event = flow.eventType?.type ?? 0;
  const { isReply } = flow;
  const sighting = {
    timeMs,
    teller: `${flow.nodeName || nodeName}|${event}|${flow.tracePoint ?? 0}|${flow.trafficDirection ?? 0}`,
    sourceIp: ip.source,
    targetIp: ip.destination,
    isReply: isReply === undefined || isReply === null ? undefined : isReply.value === true,
    ...transport,
  };
  if (verdict !== DROPPED) return sighting;
  return { ...sighting, drop: dropOf(flow.dropReasonDesc || flow.dropReason || 0, event === POLICY_VERDICT) };
}

interface Transport {
  readonly protocol: SightingProtocol;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly flags: number;
}

function transportOf({ tcp, udp, sctp, icmp4, icmp6 }: NonNullable<FlowMessage['l4']>): Transport | undefined {
  if (tcp) return { protocol: 'TCP', ...portsOf(tcp), flags: flagBits(tcp.flags ?? {}) };
  if (udp) return { protocol: 'UDP', ...portsOf(udp), flags: 0 };
  if (sctp) return { protocol: 'SCTP', ...portsOf(sctp), flags: 0 };
  if (icmp4) return { protocol: 'ICMP', sourcePort: icmp4.type ?? 0, targetPort: icmp4.code ?? 0, flags: 0 };
  if (icmp6) return { protocol: 'ICMPv6', sourcePort: icmp6.type ?? 0, targetPort: icmp6.code ?? 0, flags: 0 };
  return undefined;
}

function portsOf({ sourcePort = 0, destinationPort = 0 }: { sourcePort?: number; destinationPort?: number }) {
  return { sourcePort, targetPort: destinationPort };
}

function flagBits({ fin, syn, rst, psh, ack, urg }: TcpFlags): number {
  const { FIN, SYN, RST, PSH, ACK, URG } = TCP_FLAGS;
  return (fin ? FIN : 0) | (syn ? SYN : 0) | (rst ? RST : 0) | (psh ? PSH : 0) | (ack ? ACK : 0) | (urg ? URG : 0);
}

/** A service's own address, before it is changed into a pod's: the same packet is told of again with that. */
function isToService({ source, destination, sourceService, destinationService }: FlowMessage): boolean {
  return (
    (!!destinationService?.name && !destination?.podName && !isNode(destination?.identity)) ||
    (!!sourceService?.name && !source?.podName && !isNode(source?.identity))
  );
}

function isTunnel({ source, destination }: FlowMessage, { protocol, targetPort }: Transport): boolean {
  if (protocol !== 'UDP' || !TUNNEL_PORTS.has(targetPort)) return false;
  return isNode(source?.identity) && isNode(destination?.identity);
}

function isNode(identity: number | undefined): boolean {
  return identity === HOST || identity === REMOTE_NODE;
}

import type { CloseReason, ConnectionObservation } from '../observation.ts';
import { ESTABLISHED, type TcpEnd, type TcpFlow } from './tcp-flow.ts';

/**
 * What one end's socket would tell of its connection now; advances what was reported of it. `closeReason` null: it is live.
 */
export function connectionObservation(
  flow: TcpFlow,
  index: 0 | 1,
  timeMs: number,
  closeReason: CloseReason | null,
): ConnectionObservation {
  const end = flow.ends[index];
  const peer = flow.ends[index === 0 ? 1 : 0];
  const host = end.host!;
  const isNew = !end.isReported;
  const observation: ConnectionObservation = {
    kind: 'connection',
    timeMs,
    phase: closeReason === null ? 'live' : 'closed',
    id: `t${flow.number}.${index}`,
    role: index === flow.client ? 'client' : 'server',
    cgroupId: host.netns,
    netns: host.netns,
    local: { ip: host.ip, port: end.port },
    remote: { ip: peer.host!.ip, port: peer.port },
    pid: 0,
    comm: '',
    established: flow.state === ESTABLISHED,
    isNew,
    preexisting: flow.preexisting,
    delta: {
      receivedBytes: peer.sent.bytes - end.reportedReceivedBytes,
      sentBytes: end.sent.bytes - end.reportedSentBytes,
      receivedPackets: peer.packets - end.reportedReceivedPackets,
      sentPackets: end.packets - end.reportedSentPackets,
      retransmits: end.retransmits - end.reportedRetransmits,
    },
    total: {
      receivedBytes: peer.sent.bytes,
      sentBytes: end.sent.bytes,
      receivedPackets: peer.packets,
      sentPackets: end.packets,
      retransmits: end.retransmits,
    },
    unackedBytes: unacknowledged(end, peer),
    srttUs: end.srttUs,
    startMs: flow.startMs,
    closeReason,
  };
  end.isReported = true;
  end.reportedReceivedBytes = peer.sent.bytes;
  end.reportedSentBytes = end.sent.bytes;
  end.reportedReceivedPackets = peer.packets;
  end.reportedSentPackets = end.packets;
  end.reportedRetransmits = end.retransmits;
  return observation;
}

/** Payload that the peer has not acknowledged. */
export function unacknowledged(end: TcpEnd, peer: TcpEnd): number {
  if (!end.sent.isKnown || !peer.hasAcknowledged) return 0;
  return Math.max(0, (end.sent.next - peer.acknowledged) | 0);
}

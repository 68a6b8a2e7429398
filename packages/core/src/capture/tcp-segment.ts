import { ACK, FIN, type Packet, SYN } from './packet.ts';
import type { TcpEnd } from './tcp-flow.ts';

/** Counts a segment of an established connection: payload once, retransmissions, acknowledgements and FIN. */
export function countSegment(end: TcpEnd, peer: TcpEnd, packet: Packet): void {
  const { flags, payloadBytes, sequence } = packet;
  end.packets += segments(packet, end, peer);
  if ((flags & SYN) !== 0) {
    if (sequence === end.initial) end.retransmits++;
    return;
  }
  if (payloadBytes > 0) countPayload(end, sequence, payloadBytes);
  else if (!end.sent.isKnown) end.sent.begin(sequence);
  if ((flags & ACK) !== 0) {
    if (!end.hasAcknowledged || ((packet.acknowledgement - end.acknowledged) | 0) > 0) {
      end.acknowledged = packet.acknowledgement;
      end.hasAcknowledged = true;
    }
    peer.sent.acknowledge(packet.acknowledgement);
  }
  if ((flags & FIN) === 0) return;
  if (end.hasFin && payloadBytes === 0) end.retransmits++;
  end.hasFin = true;
  end.fin = (sequence + payloadBytes) | 0;
}

/** Both ends have sent a FIN, and each has acknowledged the other's. */
export function isFinished(end: TcpEnd, peer: TcpEnd): boolean {
  if (!end.hasFin || !peer.hasFin) return false;
  return ((end.acknowledged - peer.fin) | 0) > 0 && ((peer.acknowledged - end.fin) | 0) > 0;
}

function countPayload(end: TcpEnd, sequence: number, length: number): void {
  // A keep-alive or window probe repeats the byte before the next one (RFC 9293, 3.8.4).
  const isProbe = length === 1 && end.sent.isKnown && sequence === ((end.sent.next - 1) | 0);
  const fresh = end.sent.add(sequence, length);
  if (fresh < length && !isProbe) end.retransmits++;
}

/** Segmentation and receive offload unite several segments in one frame: as many as the peer's limit makes of it. */
function segments({ payloadBytes }: Packet, end: TcpEnd, peer: TcpEnd): number {
  const limit = peer.segmentSize || end.segmentSize;
  return limit > 0 && payloadBytes > limit ? Math.ceil(payloadBytes / limit) : 1;
}

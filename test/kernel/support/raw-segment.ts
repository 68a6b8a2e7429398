/** Hand-made IPv4 packets: what a scanner or a flooder sends. */

import { check, libc } from './libc.ts';
import { AF, IPPROTO, SOCK, Socket } from './socket.ts';

export const FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;

export interface Segment {
  readonly from: string;
  readonly to: string;
  readonly sourcePort: number;
  readonly port: number;
  readonly flags: number;
  readonly sequence?: number;
  /** A wrong checksum. */
  readonly broken?: boolean;
}

/** The IP packet of a TCP segment without payload. */
export function tcpPacket({ from, to, sourcePort, port, flags, sequence = 1, broken = false }: Segment): Buffer {
  const packet = ipHeader(from, to, IPPROTO.tcp, 20);
  packet.writeUInt16BE(sourcePort, 20);
  packet.writeUInt16BE(port, 22);
  packet.writeUInt32BE(sequence, 24);
  packet[32] = 5 << 4;
  packet[33] = flags;
  packet.writeUInt16BE(65_535, 34);
  packet.writeUInt16BE(transportChecksum(packet) ^ (broken ? 0x5555 : 0), 36);
  return packet;
}

function ipHeader(from: string, to: string, protocol: number, payload: number): Buffer {
  const packet = Buffer.alloc(20 + payload);
  packet[0] = 0x45;
  packet.writeUInt16BE(packet.length, 2);
  packet[8] = 64;
  packet[9] = protocol;
  from.split('.').forEach((part, i) => void packet.writeUInt8(Number(part), 12 + i));
  to.split('.').forEach((part, i) => void packet.writeUInt8(Number(part), 16 + i));
  packet.writeUInt16BE(internetChecksum(packet.subarray(0, 20)), 10);
  return packet;
}

function transportChecksum(packet: Buffer): number {
  const pseudo = Buffer.alloc(12);
  packet.copy(pseudo, 0, 12, 20);
  pseudo[9] = packet[9]!;
  pseudo.writeUInt16BE(packet.length - 20, 10);
  return internetChecksum(Buffer.concat([pseudo, packet.subarray(20)]));
}

/** RFC 1071, over an even number of bytes. */
export function internetChecksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/** Sends packets as they are, through a raw socket. */
export class RawSender {
  readonly #socket = Socket.open(AF.inet, SOCK.raw, IPPROTO.raw);

  send(segment: Segment): void {
    this.#socket.sendTo(tcpPacket(segment), segment.to, 0);
  }

  close(): void {
    this.#socket.close();
  }
}

/** Sends packets past the IP layer, on loopback (interface 1). */
export class PacketSender {
  readonly #socket = Socket.open(AF.packet, SOCK.raw);
  readonly #address = Buffer.alloc(20);

  constructor() {
    this.#address.writeUInt16LE(AF.packet, 0);
    this.#address.writeUInt16BE(0x0800, 2);
    this.#address.writeInt32LE(1, 4);
    this.#address[11] = 6;
  }

  send(segment: Segment): void {
    const frame = Buffer.concat([Buffer.from('0000000000000000000000000800', 'hex'), tcpPacket(segment)]);
    check(
      'sendto',
      libc.sendto(this.#socket.fd, frame, frame.length, 0, this.#address, this.#address.length) as number,
    );
  }

  close(): void {
    this.#socket.close();
  }
}

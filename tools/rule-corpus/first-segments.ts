import { readFileSync } from 'node:fs';
import { CaptureReader, Dissector, type Frame } from '@netguard/core';

const SEGMENTS = 2;
const SYN = 2;
const TCP = 6;
const UDP = 17;
const DNS_PORTS: ReadonlySet<number> = new Set([53, 5353]);
const NO_BYTES = new Uint8Array(0);

/** How far one direction of a conversation has come. */
interface Sent {
  segments: number;
  /** The sequence number after the newest payload byte. */
  next: number;
}

/**
 * A capture (pcap) without the payload that NetGuard does not sample: of TCP the first two payload segments of each direction, of
 * UDP the first two datagrams and every DNS message are left, and all that has no payload. A pcap again, in memory.
 */
export function firstSegments(path: string): Uint8Array {
  const reader = new CaptureReader();
  reader.push(readFileSync(path));
  const dissector = new Dissector();
  const directions = new Map<string, Sent>();
  const parts: Uint8Array[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    if (parts.length === 0) parts.push(header(frame.linkType));
    // What is no packet by itself (a fragment held back, no IP) stays.
    if (!dissector.dissect(frame) || isFirst(dissector, directions)) parts.push(record(frame));
  }
  return parts.length === 0 ? NO_BYTES : Buffer.concat(parts);
}

function isFirst({ packet }: Dissector, directions: Map<string, Sent>): boolean {
  const { protocol, payloadBytes, flags, sequence } = packet;
  if (protocol !== TCP && protocol !== UDP) return true;
  const key = `${protocol} ${packet.source} ${packet.sourcePort} ${packet.target} ${packet.targetPort}`;
  let sent = directions.get(key);
  if (sent === undefined || (protocol === TCP && (flags & SYN) !== 0)) {
    sent = { segments: 0, next: (sequence + ((flags & SYN) !== 0 ? 1 : 0)) | 0 };
    directions.set(key, sent);
  }
  if (payloadBytes === 0) return true;
  if (protocol === UDP) {
    sent.segments++;
    return sent.segments <= SEGMENTS || DNS_PORTS.has(packet.sourcePort) || DNS_PORTS.has(packet.targetPort);
  }
  const end = (sequence + payloadBytes) | 0;
  const isNew = sent.segments === 0 || ((end - sent.next) | 0) > 0;
  if (isNew) {
    sent.segments++;
    sent.next = end;
  }
  return sent.segments <= SEGMENTS;
}

function header(linkType: number): Uint8Array {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(0xa1b2c3d4, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(4, 6);
  bytes.writeUInt32LE(262_144, 16);
  bytes.writeUInt32LE(linkType, 20);
  return bytes;
}

function record({ timeMs, bytes, start, end, originalLength }: Frame): Uint8Array {
  const micros = Math.round(timeMs * 1000);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(Math.floor(micros / 1_000_000), 0);
  head.writeUInt32LE(micros % 1_000_000, 4);
  head.writeUInt32LE(end - start, 8);
  head.writeUInt32LE(originalLength, 12);
  return Buffer.concat([head, bytes.subarray(start, end)]);
}

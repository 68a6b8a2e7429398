/** For tests: what the two ends of the conversations in a capture of the corpus said first. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CaptureReader } from '../../capture/capture-reader.ts';
import { IpHeader, readIp } from '../../capture/ip-header.ts';
import { ETHERNET, findNetwork } from '../../capture/link-layer.ts';
import { SYN, TCP, UDP } from '../../capture/packet.ts';
import { Undecoded } from '../../capture/undecoded.ts';

/** The captures are no part of the project: where they are is said as for `npm run corpus`. */
const CORPUS = process.env.NETGUARD_CORPUS ?? join(import.meta.dirname, '../../../../../../shared/captures');

/** What a test that needs a capture is skipped for; false where it is there. */
export function without(file: string): string | false {
  return existsSync(join(CORPUS, file)) ? false : `no capture ${file} (NETGUARD_CORPUS names their directory)`;
}

/** One direction: its first bytes without a gap (TCP), or its datagrams (UDP). */
export interface Direction {
  readonly transport: 'TCP' | 'UDP';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly segments: Uint8Array[];
}

interface Growing extends Direction {
  next: number | undefined;
  hasGap: boolean;
}

/** Directions with payload, in the order in which they spoke; no more than `mostBytes` of each. */
export function corpusDirections(file: string, mostBytes = 65_536): Direction[] {
  const reader = new CaptureReader();
  reader.push(readFileSync(join(CORPUS, file)));
  const directions = new Map<string, Growing>();
  const ip = new IpHeader();
  const start = { at: 0, type: 0 };
  const undecoded = new Undecoded();
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    const { bytes, end } = frame;
    if (frame.linkType !== ETHERNET || !findNetwork(frame.linkType, bytes, frame.start, end, start, undecoded))
      continue;
    if (readIp(bytes, start.at, end, end, ip) !== undefined || ip.isFragment) continue;
    if (ip.protocol !== TCP && ip.protocol !== UDP) continue;
    const payloadEnd = Math.min(end, ip.payload + ip.payloadLength);
    addPacket(directions, ip, Buffer.from(bytes.slice(ip.payload, payloadEnd)), mostBytes);
  }
  return [...directions.values()].filter(({ segments }) => segments.length > 0);
}

function addPacket(directions: Map<string, Growing>, ip: IpHeader, packet: Buffer, mostBytes: number): void {
  if (packet.length < 8) return;
  const sourcePort = packet.readUInt16BE(0);
  const destinationPort = packet.readUInt16BE(2);
  const transport = ip.protocol === TCP ? 'TCP' : 'UDP';
  const key = `${transport} ${ip.source} ${sourcePort} ${ip.target} ${destinationPort}`;
  let direction = directions.get(key);
  const isFirst = direction === undefined || (transport === 'TCP' && (packet[13]! & SYN) !== 0);
  if (direction === undefined) {
    direction = { transport, sourcePort, destinationPort, segments: [], next: undefined, hasGap: false };
    directions.set(key, direction);
  }
  if (transport === 'UDP') {
    if (packet.length > 8) direction.segments.push(packet.subarray(8));
    return;
  }
  const sequence = packet.readUInt32BE(4);
  if (isFirst && direction.segments.length === 0) direction.next = (sequence + (packet[13]! & SYN ? 1 : 0)) >>> 0;
  addSegment(direction, sequence, packet.subarray((packet[12]! >> 4) * 4), mostBytes);
}

function addSegment(direction: Growing, sequence: number, payload: Buffer, mostBytes: number): void {
  if (payload.length === 0 || direction.hasGap || direction.next === undefined) return;
  const ahead = (sequence - direction.next) | 0;
  if (ahead > 0) direction.hasGap = true;
  if (ahead > 0 || ahead + payload.length <= 0) return;
  const fresh = payload.subarray(-ahead);
  direction.segments.push(fresh);
  direction.next = (direction.next + fresh.length) >>> 0;
  if (direction.segments.reduce((sum, { length }) => sum + length, 0) >= mostBytes) direction.hasGap = true;
}

/** The segments of a direction, one after the other. */
export function joined(direction: Direction): Uint8Array {
  return Buffer.concat(direction.segments);
}

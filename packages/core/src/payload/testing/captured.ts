import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatAddress } from '../../address.ts';
import { CaptureReader } from '../../capture/capture-reader.ts';
import type { Frame } from '../../capture/frame.ts';
import { IpHeader, readIp } from '../../capture/ip-header.ts';
import { findNetwork } from '../../capture/link-layer.ts';
import { SYN, TCP, UDP } from '../../capture/packet.ts';
import { Undecoded } from '../../capture/undecoded.ts';

const CORPUS = process.env.NETGUARD_CORPUS ?? resolve(import.meta.dirname, '../../../../../../shared/captures');

/** For `skip` of a test that needs the corpus of real captures. */
export const noCorpus: string | false = existsSync(join(CORPUS, 'INDEX.tsv')) ? false : `no captures at ${CORPUS}`;

/** The beginning of one direction of a TCP connection, or one datagram. */
export interface Captured {
  readonly transport: 'TCP' | 'UDP';
  readonly source: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** By the SYN, or by the first packet of the pair. */
  readonly toServer: boolean;
  bytes: Uint8Array;
  /** Of the datagram on the wire; what was captured may be less. */
  wireLength: number;
}

/** Segments of a direction that are joined. */
const MOST_SEGMENTS = 6;

/** What a capture of the corpus holds, in the order of the first packets; TCP directions without a SYN are left out. */
export function captured(file: string): Captured[] {
  const reader = new CaptureReader();
  reader.push(readFileSync(join(CORPUS, file)));
  const streams = new Streams();
  const ip = new IpHeader();
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) readFrame(frame, ip, streams);
  return streams.all.filter(({ bytes }) => bytes.length > 0);
}

function readFrame({ bytes, start, end, linkType, originalLength }: Frame, ip: IpHeader, streams: Streams): void {
  const network = { at: 0, type: 0 };
  if (!findNetwork(linkType, bytes, start, end, network, new Undecoded())) return;
  if (readIp(bytes, network.at, end, start + originalLength, ip) !== undefined || ip.isFragment) return;
  const to = Math.min(end, ip.payload + ip.payloadLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset + ip.payload, Math.max(0, to - ip.payload));
  if (ip.protocol === UDP && view.byteLength >= 8) {
    streams.datagram(ip, view, bytes.slice(ip.payload + 8, to), ip.payloadLength - 8);
  } else if (ip.protocol === TCP && view.byteLength >= 20) {
    streams.segment(ip, view, bytes.slice(ip.payload + (view.getUint8(12) >>> 4) * 4, to));
  }
}

class Streams {
  readonly all: Captured[] = [];
  readonly #openers = new Map<string, string>();
  readonly #tcp = new Map<string, { captured: Captured; next: number; left: number }>();

  datagram(ip: IpHeader, view: DataView, payload: Uint8Array, wireLength: number): void {
    this.all.push({ ...this.#ends(ip, view, 'UDP'), bytes: payload, wireLength });
  }

  segment(ip: IpHeader, view: DataView, payload: Uint8Array): void {
    const ends = this.#ends(ip, view, 'TCP');
    const key = `${ends.source}:${ends.sourcePort}>${text(ip.target)}:${ends.destinationPort}`;
    const sequence = view.getUint32(4);
    if ((view.getUint8(13) & SYN) !== 0) {
      if (this.#tcp.has(key)) return;
      const begun = { ...ends, bytes: new Uint8Array(0), wireLength: 0 };
      this.all.push(begun);
      this.#tcp.set(key, { captured: begun, next: (sequence + 1) >>> 0, left: MOST_SEGMENTS });
      return;
    }
    const stream = this.#tcp.get(key);
    if (stream === undefined || payload.length === 0 || sequence !== stream.next || stream.left === 0) return;
    const { bytes } = stream.captured;
    const joined = new Uint8Array(bytes.length + payload.length);
    joined.set(bytes);
    joined.set(payload, bytes.length);
    stream.captured.bytes = joined;
    stream.captured.wireLength = joined.length;
    stream.next = (sequence + payload.length) >>> 0;
    stream.left--;
  }

  #ends(ip: IpHeader, view: DataView, transport: 'TCP' | 'UDP'): Omit<Captured, 'bytes' | 'wireLength'> {
    const source = text(ip.source);
    const [sourcePort, destinationPort] = [view.getUint16(0), view.getUint16(2)];
    const own = `${source}:${sourcePort}`;
    const pair = [transport, ...[own, `${text(ip.target)}:${destinationPort}`].sort()].join(' ');
    if (!this.#openers.has(pair)) this.#openers.set(pair, own);
    return { transport, source, sourcePort, destinationPort, toServer: this.#openers.get(pair) === own };
  }
}

function text(words: Int32Array): string {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setInt32(index * 4, word);
  return formatAddress(bytes, 0);
}

import type { Socket } from '../observation.ts';
import type { EvidenceSample, RedactStream } from './evidence-sample.ts';
import { type BuiltPacket, buildPacket, MOST_PAYLOAD, type TcpFields } from './ip-packet.ts';
import { type PcapPacket, writePcap } from './pcap-file.ts';
import { redactSamples } from './redact-samples.ts';

const SYN = 0x02;
const ACK = 0x10;
const PSH = 0x08;
const NOTHING = new Uint8Array(0);

export interface EvidencePcap {
  readonly file: Uint8Array;
  readonly packets: number;
  readonly conversations: number;
  /** Samples that no packet can be made of: an end without an address. */
  readonly skipped: number;
}

/**
 * A capture (pcap, link type RAW) of payload samples: headers are made anew, with right checksums, sequence numbers from the
 * sample's place in its stream (both begin at 0), and a handshake before the first sample of a TCP conversation, so that
 * Wireshark shows the stream. The samples' own times are kept; the handshake has that of the first. What was not sampled is a gap.
 * Pure; O(samples × log samples). @param redact takes out secrets; without it the bytes are as they were.
 */
export function evidencePcap(samples: readonly EvidenceSample[], redact?: RedactStream): EvidencePcap {
  const packets: PcapPacket[] = [];
  let skipped = 0;
  const conversations = Map.groupBy(samples, ({ id }) => id);
  for (const group of conversations.values()) {
    const shown = (redact === undefined ? [...group] : redactSamples(group, redact)).sort(byTime);
    skipped += shown[0]?.transport === 'UDP' ? datagrams(shown, packets) : segments(shown, packets);
  }
  packets.sort((a, b) => a.timeMs - b.timeMs);
  return { file: writePcap(packets), packets: packets.length, conversations: conversations.size, skipped };
}

function byTime(a: EvidenceSample, b: EvidenceSample): number {
  return a.timeMs - b.timeMs || a.offset - b.offset;
}

function datagrams(samples: readonly EvidenceSample[], into: PcapPacket[]): number {
  let skipped = 0;
  for (const { local, remote, sent, bytes, length, timeMs } of samples) {
    const [from, to] = sent ? [local, remote] : [remote, local];
    if (!add(into, timeMs, buildPacket(from, to, 'UDP', bytes, length))) skipped++;
  }
  return skipped;
}

function segments(samples: readonly EvidenceSample[], into: PcapPacket[]): number {
  const [first] = samples;
  if (first === undefined) return 0;
  const { local, remote } = first;
  // Where nobody knows who began, whoever is seen to speak first did.
  const isClient = first.role === 'unknown' ? first.sent : first.role === 'client';
  const [client, server] = isClient ? [local, remote] : [remote, local];
  if (!handshake(client, server, first.timeMs, into)) return samples.length;
  const next = { client: 1, server: 1 };
  for (const { sent, offset, length, bytes, timeMs } of samples) {
    const [from, to, own, other] =
      sent === isClient
        ? ([client, server, 'client', 'server'] as const)
        : ([server, client, 'server', 'client'] as const);
    const fields: TcpFields = { sequence: 1 + offset, acknowledgement: next[other], flags: PSH | ACK };
    add(into, timeMs, buildPacket(from, to, fields, bytes, length));
    next[own] = Math.max(next[own], 1 + offset + Math.min(Math.max(length, bytes.length), MOST_PAYLOAD));
  }
  return 0;
}

function handshake(client: Socket, server: Socket, timeMs: number, into: PcapPacket[]): boolean {
  const syn = buildPacket(client, server, { sequence: 0, acknowledgement: 0, flags: SYN }, NOTHING);
  const answer = buildPacket(server, client, { sequence: 0, acknowledgement: 1, flags: SYN | ACK }, NOTHING);
  const last = buildPacket(client, server, { sequence: 1, acknowledgement: 1, flags: ACK }, NOTHING);
  return [syn, answer, last].every((packet) => add(into, timeMs, packet));
}

function add(into: PcapPacket[], timeMs: number, packet: BuiltPacket | undefined): boolean {
  if (packet === undefined) return false;
  into.push({ timeMs, ...packet });
  return true;
}

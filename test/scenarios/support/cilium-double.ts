import { formatAddress, type Sighting, type SightingProtocol } from '@netguard/core';
import type { Packet } from '../../../packages/core/src/capture/packet.ts';

const PROTOCOLS: Readonly<Record<number, SightingProtocol>> = {
  1: 'ICMP',
  6: 'TCP',
  17: 'UDP',
  58: 'ICMPv6',
  132: 'SCTP',
};
const REPORT_EVERY_MS = 5000;

/** What Cilium's connection tracking knows of a pair: who began, and of each side which flags were told, and when last. */
interface Tracked {
  readonly opener: string;
  readonly flags: Map<string, number>;
  readonly toldMs: Map<string, number>;
}

/**
 * Which packets Cilium tells of, and at how many points, as `monitor-aggregation: medium` with all flags does it: the first of a
 * side, each that brings a flag not seen yet, and one every five seconds. Both nodes of a connection tell of it. It knows
 * nothing of policies, services, proxies or lost events.
 */
export class CiliumDouble {
  readonly #isPod: (ip: string) => boolean;
  readonly #tell: (sighting: Sighting) => void;
  readonly #tracked = new Map<string, Tracked>();

  constructor(isPod: (ip: string) => boolean, tell: (sighting: Sighting) => void) {
    this.#isPod = isPod;
    this.#tell = tell;
  }

  packet(packet: Packet): void {
    const protocol = PROTOCOLS[packet.protocol];
    if (protocol === undefined) return;
    const { timeMs, sourcePort, targetPort } = packet;
    const flags = protocol === 'TCP' ? packet.flags & 63 : 0;
    const [sourceIp, targetIp] = [text(packet.source), text(packet.target)];
    const hasPorts = protocol !== 'ICMP' && protocol !== 'ICMPv6';
    const [from, to] = hasPorts ? [`${sourceIp} ${sourcePort}`, `${targetIp} ${targetPort}`] : [sourceIp, targetIp];
    const tracked = this.#track(`${protocol} ${[from, to].sort().join(' ')}`, from, flags);
    const told = tracked.flags.get(from) ?? 0;
    const isDue = timeMs - (tracked.toldMs.get(from) ?? Number.NEGATIVE_INFINITY) >= REPORT_EVERY_MS;
    if ((flags | told) === told && !isDue) return;
    tracked.flags.set(from, told | flags);
    tracked.toldMs.set(from, timeMs);
    const ends = { protocol, sourceIp, targetIp, sourcePort, targetPort, flags, isReply: from !== tracked.opener };
    for (const [nth, teller] of this.#tellers(sourceIp, targetIp).entries())
      this.#tell({ ...ends, timeMs: timeMs + nth * 0.2, teller });
  }

  /** A SYN on a connection that is over begins another. */
  #track(key: string, from: string, flags: number): Tracked {
    const known = this.#tracked.get(key);
    const isOver = (flags & 0x17) === 2 && [...(known?.flags.values() ?? [])].some((seen) => (seen & 5) !== 0);
    if (known !== undefined && !isOver) return known;
    const tracked = { opener: from, flags: new Map(), toldMs: new Map() };
    this.#tracked.set(key, tracked);
    return tracked;
  }

  #tellers(sourceIp: string, targetIp: string): string[] {
    const out = this.#isPod(sourceIp) ? [`node of ${sourceIp} to-stack`] : [];
    return this.#isPod(targetIp) ? [...out, `node of ${targetIp} to-endpoint`] : out;
  }
}

function text(words: Int32Array): string {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setInt32(index * 4, word);
  return formatAddress(bytes, 0);
}

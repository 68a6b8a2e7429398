import { Fragments, hasPorts } from './fragments.ts';
import type { Frame } from './frame.ts';
import { IpHeader, readIp } from './ip-header.ts';
import { BY_VERSION, ethernet, findNetwork, type NetworkStart } from './link-layer.ts';
import { Packet, UDP } from './packet.ts';
import { readTransport } from './transport.ts';
import { findTunnel, findUdpTunnel, type Inner, MOST_LAYERS } from './tunnel.ts';
import { Undecoded } from './undecoded.ts';

/**
 * Frames to packets: link layer, tags, tunnels, IP with options or extension headers, fragments, transport. Allocates
 * nothing a frame; `packet` is filled anew each time.
 */
export class Dissector {
  readonly packet = new Packet();
  readonly undecoded = new Undecoded();
  readonly fragments = new Fragments();
  readonly #ip = new IpHeader();
  readonly #scratch = new IpHeader();
  readonly #start: NetworkStart = { at: 0, type: BY_VERSION };
  readonly #inner: Inner = { at: 0, kind: 'ip' };

  /** True when `packet` is to be counted; false for what holds no IP, what cannot be read, and a fragment held back. */
  dissect(frame: Frame): boolean {
    const { bytes, start, end } = frame;
    this.packet.timeMs = frame.timeMs;
    if (!findNetwork(frame.linkType, bytes, start, end, this.#start, this.undecoded)) return false;
    return this.#network(bytes, this.#start.at, end, start + frame.originalLength, frame.timeMs);
  }

  /** Fragments whose first one never came: true when `packet` holds some of them. Call it until false. */
  overdue(nowMs: number): boolean {
    if (!this.fragments.overdue(nowMs, this.packet)) return false;
    this.packet.timeMs = nowMs;
    return true;
  }

  #network(bytes: Uint8Array, start: number, end: number, wireEnd: number, timeMs: number): boolean {
    const { packet } = this;
    const ip = this.#ip;
    const inner = this.#inner;
    let at = start;
    for (let layer = 0; ; layer++) {
      const problem = readIp(bytes, at, end, wireEnd, ip);
      if (problem !== undefined) return this.#refuse(problem);
      packet.source.set(ip.source);
      packet.target.set(ip.target);
      packet.protocol = ip.protocol;
      packet.hops = ip.hops;
      const payloadEnd = Math.min(end, ip.payload + ip.payloadLength);
      if (ip.isFragment) return this.#fragment(bytes, payloadEnd, timeMs);
      const failed = readTransport(packet, bytes, ip.payload, payloadEnd, ip.payloadLength, this.#scratch);
      if (failed !== undefined) return this.#refuse(failed);
      const isTunnel =
        ip.protocol === UDP
          ? findUdpTunnel(packet.targetPort, bytes, ip.payload + 8, payloadEnd, inner)
          : findTunnel(ip.protocol, bytes, ip.payload, payloadEnd, inner);
      if (!isTunnel) return true;
      if (layer === MOST_LAYERS) return this.#refuse('tunnels within tunnels');
      if (inner.kind === 'ethernet') {
        if (!ethernet(bytes, inner.at, payloadEnd, this.#start, this.undecoded)) return false;
        at = this.#start.at;
      } else {
        at = inner.at;
      }
    }
  }

  #fragment(bytes: Uint8Array, end: number, timeMs: number): boolean {
    const { packet, fragments } = this;
    const ip = this.#ip;
    packet.quoted = undefined;
    packet.flags = 0;
    packet.clearPayload();
    if (!hasPorts(ip.protocol)) {
      packet.sourcePort = 0;
      packet.targetPort = 0;
      packet.packets = ip.fragmentOffset === 0 ? 1 : 0;
      packet.payloadBytes = ip.payloadLength;
      return true;
    }
    switch (fragments.add(ip, bytes, end, timeMs, packet)) {
      case 'held':
        return false;
      case 'more':
        return true;
      case 'whole': {
        const { head, totalBytes } = fragments;
        const failed = readTransport(packet, head, 0, Math.min(head.length, totalBytes), totalBytes, this.#scratch);
        packet.clearPayload(); // no more than a header was put together
        return failed === undefined || this.#refuse(failed);
      }
      case 'parse': {
        const earlier = fragments.earlierBytes;
        const failed = readTransport(packet, bytes, ip.payload, end, ip.payloadLength, this.#scratch);
        packet.payloadBytes += earlier;
        return failed === undefined || this.#refuse(failed);
      }
    }
  }

  #refuse(reason: string): false {
    this.undecoded.count(reason);
    return false;
  }
}

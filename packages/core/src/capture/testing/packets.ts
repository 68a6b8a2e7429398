/** For tests and benchmarks: frames built from the inside out. Checksums are left 0; nothing here looks at them. */
import { parseAddress } from '../../address.ts';
import { concat } from './pcap-writer.ts';

export interface TcpSegment {
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly flags: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  readonly payload?: Uint8Array | number;
  readonly options?: Uint8Array;
  /** 65535 unless set. */
  readonly window?: number;
}

export function tcp(segment: TcpSegment): Uint8Array {
  const options = segment.options ?? new Uint8Array(0);
  const header = new Uint8Array(20 + options.length);
  const view = new DataView(header.buffer);
  view.setUint16(0, segment.sourcePort);
  view.setUint16(2, segment.targetPort);
  view.setUint32(4, (segment.sequence ?? 0) >>> 0);
  view.setUint32(8, (segment.acknowledgement ?? 0) >>> 0);
  header[12] = (header.length / 4) << 4;
  header[13] = segment.flags;
  view.setUint16(14, segment.window ?? 65_535);
  header.set(options, 20);
  return concat([header, payloadOf(segment.payload)]);
}

/** The maximum segment size option. */
export function segmentSize(size: number): Uint8Array {
  return Uint8Array.of(2, 4, size >> 8, size & 255);
}

export function udp(sourcePort: number, targetPort: number, payload: Uint8Array | number = 0): Uint8Array {
  const data = payloadOf(payload);
  const header = new Uint8Array(8);
  const view = new DataView(header.buffer);
  view.setUint16(0, sourcePort);
  view.setUint16(2, targetPort);
  view.setUint16(4, 8 + data.length);
  return concat([header, data]);
}

/** An ICMP or ICMPv6 message; errors quote a packet as their payload. */
export function icmp(type: number, code: number, payload: Uint8Array | number = 0): Uint8Array {
  return concat([Uint8Array.of(type, code, 0, 0, 0, 0, 0, 0), payloadOf(payload)]);
}

export interface IpOptions {
  readonly protocol: number;
  readonly hops?: number;
  readonly identification?: number;
  /** In bytes. */
  readonly fragmentOffset?: number;
  readonly moreFragments?: boolean;
  /** IPv4 options, a multiple of four bytes. */
  readonly options?: Uint8Array;
  /** Instead of the real one: 0 as offload leaves it. */
  readonly totalLength?: number;
}

export function ipv4(source: string, target: string, payload: Uint8Array, ip: IpOptions): Uint8Array {
  const options = ip.options ?? new Uint8Array(0);
  const header = new Uint8Array(20 + options.length);
  const view = new DataView(header.buffer);
  header[0] = 0x40 | (header.length / 4);
  view.setUint16(2, ip.totalLength ?? header.length + payload.length);
  view.setUint16(4, ip.identification ?? 0);
  view.setUint16(6, (ip.moreFragments ? 0x2000 : 0) | ((ip.fragmentOffset ?? 0) >> 3));
  header[8] = ip.hops ?? 64;
  header[9] = ip.protocol;
  header.set(addressBytes(source).subarray(12), 12);
  header.set(addressBytes(target).subarray(12), 16);
  header.set(options, 20);
  return concat([header, payload]);
}

/** `extensions` are whole headers whose first byte is set here. */
export function ipv6(
  source: string,
  target: string,
  payload: Uint8Array,
  ip: IpOptions,
  extensions: readonly { readonly type: number; readonly bytes: Uint8Array }[] = [],
): Uint8Array {
  const header = new Uint8Array(40);
  const chain = extensions.map(({ bytes }, index) => {
    const copy = bytes.slice();
    copy[0] = extensions[index + 1]?.type ?? ip.protocol;
    return copy;
  });
  const body = concat([...chain, payload]);
  header[0] = 0x60;
  new DataView(header.buffer).setUint16(4, ip.totalLength ?? body.length);
  header[6] = extensions[0]?.type ?? ip.protocol;
  header[7] = ip.hops ?? 64;
  header.set(addressBytes(source), 8);
  header.set(addressBytes(target), 24);
  return concat([header, body]);
}

/** An Ethernet frame around an IP packet (or, with `type`, around anything), behind VLAN tags. */
export function ethernet(
  packet: Uint8Array,
  options: { readonly type?: number; readonly vlans?: readonly number[] } = {},
): Uint8Array {
  const type = options.type ?? (packet[0]! >>> 4 === 6 ? 0x86dd : 0x0800);
  const header = new Uint8Array(14 + (options.vlans?.length ?? 0) * 4);
  const view = new DataView(header.buffer);
  header.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]);
  let at = 12;
  for (const [index, vlan] of (options.vlans ?? []).entries()) {
    view.setUint16(at, index === 0 && (options.vlans?.length ?? 0) > 1 ? 0x88a8 : 0x8100);
    view.setUint16(at + 2, vlan);
    at += 4;
  }
  view.setUint16(at, type);
  return concat([header, packet]);
}

function payloadOf(payload: Uint8Array | number | undefined): Uint8Array {
  return typeof payload === 'number' ? new Uint8Array(payload) : (payload ?? new Uint8Array(0));
}

function addressBytes(ip: string): Uint8Array {
  const bytes = parseAddress(ip);
  if (bytes === undefined) throw new Error(`${ip} is no address`);
  return bytes;
}

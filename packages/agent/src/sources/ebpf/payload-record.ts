import type { PayloadObservation, Role, Socket } from '@netguard/core';
import {
  ngPayloadEvent as E,
  NG_ROLE_CLIENT,
  NG_ROLE_SERVER,
  ngConv4Key as V4,
  ngConvKey as V6,
} from '@netguard/core/abi';
import type { KernelClock } from './kernel-clock.ts';
import { address, isIpv4, u16, u32, u64 } from './layout.ts';

const TCP = 6;
/** The first two packets of a batch: what the kernel copies of one segment at the most (NG_PAYLOAD_MOST). */
const MOST_BYTES = 1500;

/** A `struct ng_payload_event` with the bytes behind it, in the ring. */
export class PayloadRecord {
  readonly #clock: KernelClock;
  readonly #key4 = new Uint8Array(V4.SIZE);
  readonly #key6 = new Uint8Array(V6.SIZE);

  constructor(clock: KernelClock) {
    this.#clock = clock;
  }

  /** What it says. `isUnclaimed`: it met a listener, and the socket of its connection was not there yet; it has no id. */
  read(bytes: Uint8Array, view: DataView, at: number): { sample: PayloadObservation; isUnclaimed: boolean } {
    const isTcp = view.getUint8(at + E.protocol) === TCP;
    const cookie = u64(view, at + E.cookie);
    const start = at + E.SIZE;
    const sample: PayloadObservation = {
      kind: 'payload',
      timeMs: this.#clock.fromBoot(u64(view, at + E.now_ns)),
      transport: isTcp ? 'TCP' : 'UDP',
      id: isTcp ? `${cookie}.${u32(view, at + E.generation)}` : this.#datagramId(bytes, view, at),
      role: roleName(view.getUint8(at + E.role)),
      cgroupId: u64(view, at + E.cgroup_id),
      netns: u32(view, at + E.netns),
      local: socket(bytes, view, at + E.laddr, at + E.lport),
      remote: socket(bytes, view, at + E.raddr, at + E.rport),
      sent: view.getUint8(at + E.sent) !== 0,
      offset: isTcp ? u32(view, at + E.offset) : 0,
      length: u32(view, at + E.wire_bytes),
      bytes: bytes.subarray(start, start + u16(view, at + E.bytes)),
    };
    return { sample, isUnclaimed: isTcp && cookie === 0 };
  }

  /** Bytes of the key in the kernel's table as Latin-1: the id that conversation-reader.ts tells. */
  #datagramId(bytes: Uint8Array, view: DataView, at: number): string {
    const isShort = isIpv4(bytes, at + E.laddr) && isIpv4(bytes, at + E.raddr);
    const key = isShort ? this.#key4 : this.#key6;
    const to = isShort ? V4 : V6;
    const skip = isShort ? 12 : 0;
    const copy = (target: number, from: number, length: number) =>
      key.set(bytes.subarray(at + from, at + from + length), target);
    copy(to.cgroup_id, E.cgroup_id, 8);
    copy(to.laddr, E.laddr + skip, 16 - skip);
    copy(to.raddr, E.raddr + skip, 16 - skip);
    copy(to.lport, E.lport, 2);
    copy(to.rport, E.rport, 2);
    key[to.protocol] = view.getUint8(at + E.protocol);
    key[to.loopback] = view.getUint8(at + E.loopback);
    return Buffer.from(key.buffer).toString('latin1');
  }
}

/**
 * The packets that an offload batch stands for, as far as they were sampled: `segmentBytes` each but the last. One packet, or a
 * batch of which less than one was sampled, is told as it is.
 */
export function eachSegment(
  sample: PayloadObservation,
  segmentBytes: number,
  each: (sample: PayloadObservation) => void,
): void {
  if (segmentBytes === 0 || segmentBytes >= sample.length) {
    each(sample);
    return;
  }
  const { bytes, length, offset, transport } = sample;
  for (let from = 0; from < bytes.length; from += segmentBytes) {
    each({
      ...sample,
      offset: transport === 'TCP' ? offset + from : 0,
      length: Math.min(segmentBytes, length - from),
      bytes: bytes.subarray(from, Math.min(bytes.length, from + Math.min(segmentBytes, MOST_BYTES))),
    });
  }
}

function socket(bytes: Uint8Array, view: DataView, addressAt: number, portAt: number): Socket {
  return { ip: address(bytes, addressAt), port: u16(view, portAt) };
}

function roleName(role: number): Role {
  return role === NG_ROLE_CLIENT ? 'client' : role === NG_ROLE_SERVER ? 'server' : 'unknown';
}

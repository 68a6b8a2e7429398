import type { ProbeShape } from '../observation.ts';
import { ACK, FIN, PSH, RST, SYN, URG } from './packet.ts';

/** In the order of enum ng_probe_shape (bpf/include/netguard/event.h). */
export const SHAPES: readonly ProbeShape[] = ['syn', 'fin', 'null', 'xmas', 'ack', 'udp', 'rst', 'synAck', 'other'];

export const SHAPE_SYN = 0;
export const SHAPE_FIN = 1;
export const SHAPE_NULL = 2;
export const SHAPE_XMAS = 3;
export const SHAPE_ACK = 4;
export const SHAPE_UDP = 5;
export const SHAPE_RST = 6;
export const SHAPE_SYN_ACK = 7;
export const SHAPE_OTHER = 8;

/** The shape of a segment by its flags, as `tcp_shape` in bpf/include/netguard/probe.h has it. */
export function tcpShape(flags: number): number {
  switch (flags) {
    case SYN:
      return SHAPE_SYN;
    case FIN:
      return SHAPE_FIN;
    case 0:
      return SHAPE_NULL;
    case FIN | PSH | URG:
      return SHAPE_XMAS;
    case ACK:
      return SHAPE_ACK;
    case RST:
    case RST | ACK:
      return SHAPE_RST;
    case SYN | ACK:
      return SHAPE_SYN_ACK;
  }
  return SHAPE_OTHER;
}

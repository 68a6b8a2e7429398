import { cstring } from './codec.ts';
import { attachTypeName, linkTypeName } from './features.ts';
import { infoByFd } from './object-info.ts';

/** struct bpf_link_info, the part used. */
const INFO_BYTES = 64;
const NAME_BYTES = 128;

export interface LinkInfo {
  readonly id: number;
  readonly programId: number;
  /** As libbpf names it: raw_tracepoint, tracing, cgroup, iter, xdp, tcx, perf_event, … */
  readonly type: string;
  /** cgroup_inet_ingress, tcx_egress, …; of tracing, cgroup and tcx links. */
  readonly attachType?: string;
  /** Inode of the cgroup's directory; of cgroup links. */
  readonly cgroupId?: number;
  /** 0 when the interface is gone; of xdp and tcx links. */
  readonly ifindex?: number;
  /** Of raw_tracepoint links the tracepoint, of iter links what is iterated. */
  readonly target?: string;
}

export function linkInfo(fd: number, name: string): LinkInfo {
  const doing = `asking about ${name}`;
  const info = infoByFd(fd, INFO_BYTES, doing);
  const type = linkTypeName(info.u32(0)) ?? String(info.u32(0));
  const common = { id: info.u32(4), programId: info.u32(8), type };
  const named = (): string => {
    const text = new Uint8Array(NAME_BYTES);
    infoByFd(fd, INFO_BYTES, doing, (again) => again.setPointer(16, text).setU32(24, NAME_BYTES));
    return cstring(text);
  };
  switch (type) {
    case 'raw_tracepoint':
    case 'iter':
      return { ...common, target: named() };
    case 'tracing':
      return { ...common, attachType: attachType(info.u32(16)) };
    case 'cgroup':
      return { ...common, cgroupId: info.u64(16), attachType: attachType(info.u32(24)) };
    case 'xdp':
      return { ...common, ifindex: info.u32(16) };
    case 'tcx':
      return { ...common, ifindex: info.u32(16), attachType: attachType(info.u32(20)) };
    default:
      return common;
  }
}

function attachType(type: number): string {
  return attachTypeName(type) ?? String(type);
}

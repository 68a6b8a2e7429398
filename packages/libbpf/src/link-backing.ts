import type { Pointer } from './ffi.ts';
import { libbpf } from './libbpf.ts';
import { libc } from './libc.ts';
import type { BpfProgram } from './program.ts';

/** The three forms in which the kernel holds an attachment. Results below 0 are negated errno values. */
export interface LinkBacking {
  readonly fd: number;
  /** False for an attachment that the kernel has no link object for. */
  readonly isLink: boolean;
  pin(path: string): number;
  update(program: BpfProgram): number;
  detach(): number;
  destroy(): void;
}

/** A `struct bpf_link` of libbpf. */
export function linkFromPointer(link: Pointer): LinkBacking {
  return {
    fd: libbpf.bpf_link__fd(link),
    isLink: true,
    pin: (path) => libbpf.bpf_link__pin(link, path),
    update: (program) => libbpf.bpf_link__update_program(link, program.pointer),
    detach: () => libbpf.bpf_link__detach(link),
    destroy: () => void libbpf.bpf_link__destroy(link),
  };
}

/** A link that was made with flags which libbpf's own attach functions do not take. */
export function linkFromFd(fd: number): LinkBacking {
  return {
    fd,
    isLink: true,
    pin: (path) => libbpf.bpf_obj_pin(fd, path),
    update: (program) => libbpf.bpf_link_update(fd, program.fd, null),
    detach: () => libbpf.bpf_link_detach(fd),
    destroy: () => void libc.close(fd),
  };
}

export const BPF_F_ALLOW_MULTI = 2;

/** A cgroup attachment by BPF_PROG_ATTACH (kernels before 5.7). It outlives the process when not closed. Owns `cgroupFd`. */
export function cgroupAttachment(program: BpfProgram, cgroupFd: number, attachType: number): LinkBacking {
  let attached = program.fd;
  const detach = (): number => libbpf.bpf_prog_detach2(attached, cgroupFd, attachType);
  return {
    fd: cgroupFd,
    isLink: false,
    pin: () => 0,
    update(next) {
      const result = libbpf.bpf_prog_attach(next.fd, cgroupFd, attachType, BPF_F_ALLOW_MULTI);
      if (result < 0) return result;
      const removed = detach();
      attached = next.fd;
      return removed;
    },
    detach,
    destroy() {
      detach();
      libc.close(cgroupFd);
    },
  };
}

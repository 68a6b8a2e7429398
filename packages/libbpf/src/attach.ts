import { readlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { cgroupRoot, exclusiveHolder } from './cgroup.ts';
import { BpfError, ERRNO, errnoText } from './errors.ts';
import { lastErrno, type Pointer } from './ffi.ts';
import { libbpf } from './libbpf.ts';
import { libc } from './libc.ts';
import { BPF_F_ALLOW_MULTI, cgroupAttachment, type LinkBacking, linkFromFd, linkFromPointer } from './link-backing.ts';
import { type Logged, libbpfReason, logged } from './log.ts';
import type { MapRef } from './map-handle.ts';
import { openCpuClock } from './perf-event.ts';
import { missingCapabilities, privilegeError } from './privilege.ts';
import type { BpfProgram } from './program.ts';
import { CStruct } from './struct.ts';

const BPF_XDP = 37;
const F_DUPFD_CLOEXEC = 1030;

/** `flags` of attachXdp: in the kernel's generic path, in the driver, or on the card. */
export const XDP_FLAG = { SKB_MODE: 1 << 1, DRV_MODE: 1 << 2, HW_MODE: 1 << 3 } as const;

export interface IteratorTarget {
  /** Map whose elements are visited. */
  readonly map?: MapRef;
  /** Process (thread group) whose tasks are visited; default all of this PID namespace. */
  readonly pid?: number;
}

export function attach(program: BpfProgram): LinkBacking {
  const doing = `attaching program ${program.name} to ${program.section}`;
  return fromPointer(
    doing,
    logged(() => libbpf.bpf_program__attach(program.pointer)),
  );
}

export function attachToCgroup(
  program: BpfProgram,
  fd: number,
  cgroup: string | number,
  mode: 'link' | 'attach',
): LinkBacking {
  const doing = `attaching program ${program.name} to cgroup ${cgroup}`;
  const type = program.attachType;
  if (mode === 'link') {
    const link = logged(() => libbpf.bpf_program__attach_cgroup(program.pointer, fd));
    if (link.value !== null) return linkFromPointer(link.value);
    if (link.errno !== ERRNO.EINVAL) throw cgroupError(doing, link.errno, cgroup, type, link.log);
  }
  const result = libbpf.bpf_prog_attach(program.fd, fd, type, BPF_F_ALLOW_MULTI);
  if (result < 0) throw cgroupError(doing, -result, cgroup, type);
  const own = libc.fcntl(fd, F_DUPFD_CLOEXEC, 0);
  const errno = lastErrno();
  if (own >= 0) return cgroupAttachment(program, own, type);
  libbpf.bpf_prog_detach2(program.fd, fd, type);
  throw new BpfError('LIBBPF_ERR_ATTACH', doing, errnoText(errno), { errno });
}

function cgroupError(doing: string, errno: number, cgroup: string | number, type: number, log = ''): BpfError {
  if (errno === ERRNO.EPERM && missingCapabilities(['CAP_NET_ADMIN']).length === 0) {
    const path = typeof cgroup === 'string' ? resolve(cgroup) : readlinkSync(`/proc/self/fd/${cgroup}`);
    const holder = exclusiveHolder(path, type);
    if (holder) {
      const who = holder.query.programs.map((p) => `${p.programName ?? 'a program'} (id ${p.programId})`).join(', ');
      return new BpfError(
        'LIBBPF_ERR_EXCLUSIVE',
        doing,
        `${who} is attached to ${holder.path} and lets nobody else in`,
        {
          errno,
          log,
          hint: 'Its owner must attach it with BPF_F_ALLOW_MULTI; see it with: bpftool cgroup show',
        },
      );
    }
  }
  if (errno === ERRNO.EBADF) {
    const root = cgroupRoot();
    const hint = root === undefined ? 'No cgroup v2 is mounted here' : `cgroup v2 is mounted at ${root}`;
    return new BpfError('LIBBPF_ERR_ATTACH', doing, 'it is no cgroup v2', { errno, log, hint });
  }
  return attachError(doing, errno, log);
}

export function attachToTcx(program: BpfProgram, ifindex: number): LinkBacking {
  const doing = `attaching program ${program.name} to interface ${ifindex}`;
  // Bound outside the lock, so that a libbpf without this function says so.
  const call = libbpf.bpf_program__attach_tcx;
  const { value, errno, log } = logged(() => call(program.pointer, ifindex, null));
  if (value !== null) return linkFromPointer(value);
  throw attachError(doing, errno, log, errno === ERRNO.EINVAL ? 'tcx needs Linux 6.6' : undefined);
}

export function attachToXdp(program: BpfProgram, ifindex: number, flags: number): LinkBacking {
  const doing = `attaching program ${program.name} to interface ${ifindex}`;
  const options = new CStruct(16, 'sized').setU32(8, flags);
  const fd = options.pass((bytes) => libbpf.bpf_link_create(program.fd, ifindex, BPF_XDP, bytes));
  if (fd >= 0) return linkFromFd(fd);
  if (fd === -ERRNO.EBUSY || fd === -ERRNO.EEXIST) {
    throw new BpfError('LIBBPF_ERR_EXCLUSIVE', doing, 'another XDP program is on it', {
      errno: -fd,
      hint: 'See it with: bpftool net show',
    });
  }
  throw attachError(doing, -fd, '');
}

export function attachToCpuClock(program: BpfProgram, cpu: number, frequencyHz: number): LinkBacking {
  const doing = `attaching program ${program.name} to the clock of CPU ${cpu}`;
  const fd = openCpuClock(cpu, frequencyHz, doing);
  const { value, errno, log } = logged(() => libbpf.bpf_program__attach_perf_event(program.pointer, fd));
  if (value !== null) return linkFromPointer(value);
  libc.close(fd);
  throw attachError(doing, errno, log);
}

export function attachToIterator(program: BpfProgram, { map, pid }: IteratorTarget): LinkBacking {
  const doing = `attaching program ${program.name} to ${program.section}`;
  // union bpf_iter_link_info: map.map_fd and task.tid share offset 0, task.pid is at 4.
  const target = new CStruct(16, 'plain');
  if (map) target.setU32(0, map.fd);
  else if (pid !== undefined) target.setU32(4, pid);
  const options = new CStruct(24, 'sized');
  if (map || pid !== undefined) options.setPointer(8, target.bytes).setU32(16, 16);
  return fromPointer(
    doing,
    logged(() => options.pass((bytes) => libbpf.bpf_program__attach_iter(program.pointer, bytes))),
  );
}

function fromPointer(doing: string, { value, errno, log }: Logged<Pointer>): LinkBacking {
  if (value === null) throw attachError(doing, errno, log);
  return linkFromPointer(value);
}

function attachError(doing: string, errno: number, log: string, hint?: string): BpfError {
  if (errno === ERRNO.EPERM) return privilegeError(doing, { errno, log });
  const reason = libbpfReason(log);
  return new BpfError('LIBBPF_ERR_ATTACH', doing, reason ? `${errnoText(errno)}, ${reason}` : errnoText(errno), {
    errno,
    log,
    ...(hint ? { hint } : {}),
  });
}

import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BpfError, ERRNO, errnoText } from './errors.ts';
import { attachTypeName, typeNumber } from './features.ts';
import { libbpf } from './libbpf.ts';
import { libc } from './libc.ts';
import { BPF_F_ALLOW_MULTI } from './link-backing.ts';
import { privilegeError } from './privilege.ts';
import { programInfo } from './program-info.ts';

const MAX_PROGRAMS = 64;

/** Opens a cgroup directory; the caller closes the descriptor with node:fs closeSync. Throws LIBBPF_ERR_NOT_FOUND. */
export function openCgroup(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (cause) {
    const errno = Math.abs((cause as NodeJS.ErrnoException).errno ?? 0);
    const hint = 'Give the path of a cgroup v2 directory; cgroupRoot() finds the top';
    throw new BpfError('LIBBPF_ERR_NOT_FOUND', `opening cgroup ${path}`, errnoText(errno), { errno, cause, hint });
  }
}

/** Where the cgroup v2 tree is mounted, undefined when it is not. */
export function cgroupRoot(): string | undefined {
  const mount = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find((fields) => fields[2] === 'cgroup2');
  return mount?.[1];
}

export interface CgroupAttachment {
  readonly programId: number;
  /** Undefined without the privilege to look (CAP_SYS_ADMIN). */
  readonly programName?: string;
}

export interface CgroupQuery {
  /** Without this flag (BPF_F_ALLOW_MULTI) nobody else can attach here or below. */
  readonly multi: boolean;
  /** BPF_F_ALLOW_OVERRIDE and BPF_F_ALLOW_MULTI as attached. */
  readonly flags: number;
  readonly programs: readonly CgroupAttachment[];
}

/** Programs attached at this cgroup (not above it) for an attach type such as `cgroup_inet_ingress`. Needs CAP_NET_ADMIN. */
export function cgroupQuery(cgroup: string | number, attachType: string | number): CgroupQuery {
  const type = typeof attachType === 'number' ? attachType : typeNumber(attachType, 'BPF_', attachTypeName);
  const doing = `asking what is attached to cgroup ${cgroup}`;
  const fd = typeof cgroup === 'number' ? cgroup : openCgroup(cgroup);
  try {
    const flags = new Uint32Array(1);
    const ids = new Uint32Array(MAX_PROGRAMS);
    const count = Uint32Array.of(MAX_PROGRAMS);
    const result = libbpf.bpf_prog_query(fd, type, 0, flags, ids, count);
    if (result === -ERRNO.EPERM) throw privilegeError(doing, { errno: -result }, ['CAP_NET_ADMIN']);
    if (result < 0) throw new BpfError('LIBBPF_ERR_SYSTEM', doing, errnoText(-result), { errno: -result });
    const programs = [...ids.subarray(0, count[0])].map(describe);
    return { multi: programs.length === 0 || (flags[0]! & BPF_F_ALLOW_MULTI) !== 0, flags: flags[0]!, programs };
  } finally {
    if (typeof cgroup === 'string') closeSync(fd);
  }
}

/** The cgroup at or above `path` whose programs shut others out, with them; undefined when there is none. */
export function exclusiveHolder(path: string, attachType: number): { path: string; query: CgroupQuery } | undefined {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    try {
      const query = cgroupQuery(at, attachType);
      if (!query.multi) return { path: at, query };
    } catch {
      // Above the top of the tree, or no privilege to look.
      return undefined;
    }
  }
  return undefined;
}

function describe(programId: number): CgroupAttachment {
  const fd = libbpf.bpf_prog_get_fd_by_id(programId);
  if (fd < 0) return { programId };
  try {
    return { programId, programName: programInfo(fd, `program ${programId}`).name };
  } finally {
    libc.close(fd);
  }
}

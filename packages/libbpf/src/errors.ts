import { getSystemErrorMap } from 'node:util';

/** Every code that this package throws, with its meaning. The README carries the same table; a test compares the two. */
export const ERROR_CODES = {
  LIBBPF_ERR_LIBRARY: 'libbpf.so.1 cannot be loaded; the message names the package to install',
  LIBBPF_ERR_VERSION:
    'the installed libbpf is too old for this one call; the message names the function and the version',
  LIBBPF_ERR_PLATFORM: 'not a 64-bit little-endian Linux',
  LIBBPF_ERR_PRIVILEGE: 'the kernel answered EPERM; the message lists the capabilities that are missing',
  LIBBPF_ERR_OPEN: 'an object file cannot be read or is not a BPF object',
  LIBBPF_ERR_VERIFIER:
    'the verifier rejected a program; its last useful line is in the message, all of it in `verifierLog`',
  LIBBPF_ERR_LOAD: 'loading was refused for another reason: an attach target, a relocation, memory',
  LIBBPF_ERR_ATTACH: 'a program cannot be attached to its hook',
  LIBBPF_ERR_EXCLUSIVE: 'the hook is held exclusively by another program, which the message names',
  LIBBPF_ERR_NOT_FOUND: 'no map, program, variable, cgroup or interface has that name; the message names what exists',
  LIBBPF_ERR_STATE:
    'right call, wrong time: before load what needs a loaded object, or after load what must precede it',
  LIBBPF_ERR_CLOSED: 'the handle was closed; the message names it',
  LIBBPF_ERR_MAP: 'a map operation was refused',
  LIBBPF_ERR_MAP_FULL: 'an insertion was refused because the map is full',
  LIBBPF_ERR_VALUE: 'an argument does not fit the type, the size or the range that it is written to',
  LIBBPF_ERR_BTF: 'malformed or missing BTF or ELF data',
  LIBBPF_ERR_PIN: 'pinning, unpinning or opening a pin on a bpf file system went wrong',
  LIBBPF_ERR_SYSTEM: 'another system call (mmap, epoll, read, test run, info) was refused',
} as const satisfies Record<string, string>;

export type BpfErrorCode = keyof typeof ERROR_CODES;

export interface BpfErrorDetail {
  /** Positive errno of the refused call; 0 when there was none. */
  readonly errno?: number;
  /** What the caller can do about it, a sentence without its full stop. */
  readonly hint?: string;
  /** Everything that libbpf and the verifier said during the call. */
  readonly log?: string;
  readonly cause?: unknown;
}

/** The one error class of this package. `message` reads "doing what: why. What to do". */
export class BpfError extends Error {
  readonly code: BpfErrorCode;
  /** Positive errno of the refused call; 0 when there was none. */
  readonly errno: number;
  /** Everything that libbpf and the verifier said, when they said anything. */
  readonly verifierLog?: string;

  constructor(code: BpfErrorCode, doing: string, why: string, detail: BpfErrorDetail = {}) {
    const hint = detail.hint ? `. ${detail.hint}` : '';
    super(`${doing}: ${why}${hint}`, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'BpfError';
    this.code = code;
    this.errno = detail.errno ?? 0;
    if (detail.log) this.verifierLog = detail.log;
  }
}

export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  ENOSYS: 38,
  EOPNOTSUPP: 95,
  /** The kernel's own ENOTSUPP, which no C library knows: what batch operations of other map types answer. */
  ENOTSUPP: 524,
} as const;

const LIBBPF_ERRNO: readonly string[] = [
  'not a readable ELF file',
  'BPF object format invalid',
  'no valid version section',
  'wrong byte order',
  'libbpf internal error',
  'relocation refused',
  'program load refused',
  'rejected by the verifier',
  'program too big',
  'wrong kernel version',
  'program type unknown to this kernel',
  'wrong pid in netlink message',
  'invalid netlink sequence',
  'netlink parse error',
];

/** `EPERM (operation not permitted)`; knows the kernel's ENOTSUPP and libbpf's own numbers from 4000 on. */
export function errnoText(errno: number): string {
  if (errno === ERRNO.ENOTSUPP) return 'ENOTSUPP (not supported by the kernel)';
  if (errno >= 4000) return LIBBPF_ERRNO[errno - 4000] ?? `libbpf error ${errno}`;
  if (errno <= 0) return 'unknown reason';
  const known = getSystemErrorMap().get(-errno);
  return known ? `${known[0]} (${known[1]})` : `errno ${errno}`;
}

/** The candidate closest to `name` by edit distance, for "did you mean" hints; undefined when nothing is near. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(3, Math.ceil(name.length / 2)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

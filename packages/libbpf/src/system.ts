import { BpfError, errnoText } from './errors.ts';
import { libbpf } from './libbpf.ts';
import { libc } from './libc.ts';
import { privilegeError } from './privilege.ts';

const CLOCK_BOOTTIME = 7;
const BPF_STATS_RUN_TIME = 0;
const time = new BigInt64Array(2);

/**
 * Nanoseconds since boot, suspension included: the clock of bpf_ktime_get_boot_ns(). A number: after 104 days of uptime it is
 * exact to 2 ns, after 208 to 4.
 */
export function bootTimeNs(): number {
  libc.clock_gettime(CLOCK_BOOTTIME, time);
  return Number(time[0]) * 1e9 + Number(time[1]);
}

/** Index of a network interface of this network namespace. Throws LIBBPF_ERR_NOT_FOUND. */
export function ifindexOf(name: string): number {
  const index = libc.if_nametoindex(name);
  if (index > 0) return index;
  throw new BpfError(
    'LIBBPF_ERR_NOT_FOUND',
    `finding interface ${name}`,
    'this network namespace has none of that name',
  );
}

/**
 * Has the kernel count runs and run time of every program (`BpfProgram.info`) until the result is disposed. Costs some 60 ns a
 * run meanwhile. Needs CAP_SYS_ADMIN.
 */
export function enableProgramStats(): Disposable {
  const fd = libbpf.bpf_enable_stats(BPF_STATS_RUN_TIME);
  if (fd < 0) throw privilegeError('switching program statistics on', { errno: -fd }, ['CAP_SYS_ADMIN']);
  let open = true;
  return {
    [Symbol.dispose](): void {
      if (open) libc.close(fd);
      open = false;
    },
  };
}

/** Limit on locked memory that libbpf sets on kernels before 5.11, where maps count against it. Call it before anything else. */
export function setMemlockLimit(bytes: number): void {
  const result = libbpf.libbpf_set_memlock_rlim(bytes);
  if (result < 0) {
    throw new BpfError('LIBBPF_ERR_STATE', 'setting the memlock limit', errnoText(-result), {
      errno: -result,
      hint: 'Set it before the first map or program is made',
    });
  }
}

/**
 * Gives memory that C code has freed back to the system: loading objects takes some megabytes for a moment (the kernel's type
 * information), which glibc keeps otherwise. Does nothing where the C library has no malloc_trim().
 */
export function trimMemory(): void {
  try {
    libc.malloc_trim(0);
  } catch (error) {
    if (!(error instanceof BpfError && error.code === 'LIBBPF_ERR_LIBRARY')) throw error;
  }
}

import { readFileSync } from 'node:fs';
import { BpfError, ERRNO, errnoText } from './errors.ts';
import { lastErrno } from './ffi.ts';
import { libc } from './libc.ts';
import { privilegeError } from './privilege.ts';
import { CStruct } from './struct.ts';

/** struct perf_event_attr of the first kernels, which is all of it that a clock needs. */
const ATTRIBUTES_BYTES = 64;
const TYPE_SOFTWARE = 1;
const CONFIG_CPU_CLOCK = 0;
/** The bit `freq` among the flags at offset 40: a frequency is given, not a period. */
const FLAG_FREQ = 1 << 10;
const OPEN_CLOEXEC = 8;
/** Of the tables of system calls: that of x86-64, and the common one of all later architectures. */
const SYS_PERF_EVENT_OPEN = process.arch === 'x64' ? 298 : 241;

/** Opens the software clock of one CPU, which every machine has, virtual ones too. Returns a descriptor, which the link that takes it closes. */
export function openCpuClock(cpu: number, frequencyHz: number, doing: string): number {
  const attributes = new CStruct(ATTRIBUTES_BYTES, 'plain')
    .setU32(0, TYPE_SOFTWARE)
    .setU32(4, ATTRIBUTES_BYTES)
    .setU32(8, CONFIG_CPU_CLOCK)
    .setU32(16, frequencyHz)
    .setU32(40, FLAG_FREQ);
  /* No process: all that run on this CPU. No group. */
  const fd = attributes.pass((bytes) => libc.syscall(SYS_PERF_EVENT_OPEN, bytes, -1, cpu, -1, OPEN_CLOEXEC));
  if (fd >= 0) return fd;
  const errno = lastErrno();
  if (errno === ERRNO.EPERM || errno === ERRNO.EACCES) throw privilegeError(doing, { errno }, ['CAP_PERFMON']);
  const hint = errno === ERRNO.EINVAL ? { hint: 'kernel.perf_event_max_sample_rate bounds the frequency' } : {};
  throw new BpfError('LIBBPF_ERR_ATTACH', doing, errnoText(errno), { errno, ...hint });
}

/** Numbers of the CPUs that are online, from `0-3,8`. */
export function onlineCpus(text: string = readFileSync('/sys/devices/system/cpu/online', 'latin1')): number[] {
  return text
    .trim()
    .split(',')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

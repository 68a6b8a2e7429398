/** The kernel's version and its own type information. */
import { type DoctorCheck, degraded, missing, passed } from './report.ts';

/** From 6.1 on everything works (tried: docs/reference/kernels.md); 5.15 with what it can; older kernels are refused. */
export function kernelCheck(release: string): DoctorCheck {
  const head = { id: 'kernel', title: 'Linux kernel', required: true };
  const match = /^(\d+)\.(\d+)/.exec(release);
  const [major, minor] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  const atLeast = (wantedMajor: number, wantedMinor: number) =>
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  if (atLeast(6, 1)) return passed(head, release);
  if (atLeast(5, 15)) {
    return degraded(
      head,
      `${release}, older than 6.1`,
      'some programs may be refused; `netguard status` lists them',
      'Use a kernel of 6.1 or newer.',
    );
  }
  return missing(
    head,
    `${release}, older than 5.15`,
    'everything: this kernel cannot run the programs',
    'Use a kernel of 6.1 or newer (5.15 works in part).',
  );
}

export function btfCheck(hasBtf: boolean): DoctorCheck {
  const head = { id: 'btf', title: 'Kernel type information (BTF)', required: true };
  if (hasBtf) return passed(head, '/sys/kernel/btf/vmlinux');
  return missing(
    head,
    '/sys/kernel/btf/vmlinux is not there',
    'everything: programs find the fields of kernel structures by it',
    "Use a kernel built with CONFIG_DEBUG_INFO_BTF (every distribution's since 2021); in a container mount the host's /sys.",
  );
}

/** Before 5.11 maps counted against RLIMIT_MEMLOCK. `limits` is /proc/self/limits. */
export function memlockCheck(release: string, limits: string): DoctorCheck {
  const head = { id: 'memlock', title: 'Locked memory', required: false };
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  if (major > 5 || (major === 5 && minor >= 11))
    return passed(head, 'maps are charged to the cgroup, no limit to raise');
  const soft = /^Max locked memory\s+(\S+)/m.exec(limits)?.[1] ?? 'unknown';
  if (soft === 'unlimited') return passed(head, 'unlimited');
  return missing(
    head,
    `limited to ${soft} bytes`,
    'maps may be refused',
    'Run with `ulimit -l unlimited` or LimitMEMLOCK=infinity.',
  );
}

/** What this process may do. `status` is the text of /proc/self/status. */
import { type DoctorCheck, missing, passed } from './report.ts';

/* Numbers of include/uapi/linux/capability.h, and what stands or falls with each. */
const CAPABILITIES = [
  { name: 'CAP_BPF', bit: 39n, lost: 'no map and no program can be made' },
  { name: 'CAP_PERFMON', bit: 38n, lost: 'no tracing program can be loaded: no connections, no drops' },
  { name: 'CAP_NET_ADMIN', bit: 12n, lost: 'no cgroup program can be loaded: no datagrams, no SYN floods' },
] as const;
const SYS_ADMIN = 21n;

/** One check a capability. CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON, as in the kernel. */
export function capabilityChecks(status: string): DoctorCheck[] {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const has = (bit: bigint) => ((effective >> bit) & 1n) === 1n;
  const root = /^Uid:\s+\d+\s+0\s/m.test(status);
  return CAPABILITIES.map(({ name, bit, lost }) => {
    const head = { id: name.toLowerCase().replaceAll('_', '-'), title: name, required: true };
    if (has(bit)) return passed(head, root ? 'root has it' : 'held');
    if (bit !== 12n && has(SYS_ADMIN)) return passed(head, 'held through CAP_SYS_ADMIN');
    const fix = root
      ? `The capability was dropped: add ${name} to the container's securityContext.capabilities.add, or to the unit's CapabilityBoundingSet.`
      : 'Run as root (sudo netguard …), or with the three capabilities CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN as ambient ones.';
    return missing(head, 'missing', lost, fix);
  });
}

export type BpfTrial = { readonly ok: true } | { readonly ok: false; readonly errno: number; readonly message: string };

const EPERM = 1;
const ENOSYS = 38;

/**
 * Whether the bpf system call works at all. An EPERM with every capability held is somebody else's refusal: a seccomp
 * profile when the process has a filter (trap 33), else a security module or lockdown.
 */
export function bpfCallCheck(status: string, trial: BpfTrial): DoctorCheck {
  const head = { id: 'bpf-syscall', title: 'bpf system call', required: true };
  if (trial.ok) return passed(head, 'a map could be made');
  const lost = 'everything';
  if (trial.errno === ENOSYS)
    return missing(head, 'the kernel has none', lost, 'Use a kernel built with CONFIG_BPF_SYSCALL.');
  if (trial.errno !== EPERM) return missing(head, trial.message, lost, 'See the message; `dmesg` may say more.');
  if (capabilityChecks(status).some((check) => check.id === 'cap-bpf' && check.status !== 'ok')) {
    return missing(head, 'refused (EPERM) because CAP_BPF is missing', lost, 'See CAP_BPF above.');
  }
  if (/^Seccomp:\s*2$/m.test(status)) {
    return missing(
      head,
      'refused (EPERM) although CAP_BPF is held: a seccomp profile filters this process',
      lost,
      'Some default profiles allow bpf only with CAP_SYS_ADMIN. Set securityContext.seccompProfile to Unconfined or to a profile that allows bpf and perf_event_open.',
    );
  }
  return missing(
    head,
    'refused (EPERM) although CAP_BPF is held and no seccomp profile is in the way',
    lost,
    'Look at AppArmor and SELinux denials (dmesg, ausearch), at /sys/kernel/security/lockdown, and whether this is a user namespace.',
  );
}

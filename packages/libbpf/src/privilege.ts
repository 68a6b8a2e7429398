import { readFileSync } from 'node:fs';
import { BpfError, type BpfErrorDetail, ERRNO, errnoText } from './errors.ts';

const CAPABILITY_BITS = { CAP_NET_ADMIN: 12n, CAP_SYS_ADMIN: 21n, CAP_PERFMON: 38n, CAP_BPF: 39n } as const;
export type Capability = keyof typeof CAPABILITY_BITS;

/** Of `wanted`, the capabilities that this thread does not have. CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON, as in the kernel. */
export function missingCapabilities(wanted: readonly Capability[]): Capability[] {
  let effective: bigint;
  try {
    const status = readFileSync('/proc/thread-self/status', 'latin1');
    effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  } catch {
    return [];
  }
  const has = (capability: Capability): boolean => ((effective >> CAPABILITY_BITS[capability]) & 1n) === 1n;
  return wanted.filter((capability) => !has(capability) && (capability === 'CAP_NET_ADMIN' || !has('CAP_SYS_ADMIN')));
}

const FULL_SET: readonly Capability[] = ['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN'];

/** An EPERM that says which capability is missing, or, when none is, who else refuses. `wanted`: default all that a user of BPF needs. */
export function privilegeError(
  doing: string,
  detail: BpfErrorDetail = {},
  wanted: readonly Capability[] = FULL_SET,
): BpfError {
  const errno = detail.errno ?? ERRNO.EPERM;
  const missing = missingCapabilities(wanted);
  const needs =
    wanted === FULL_SET
      ? 'It needs CAP_BPF, CAP_PERFMON (and CAP_NET_ADMIN to load and attach network programs)'
      : `It needs ${wanted.join(', ')}`;
  const hint =
    missing.length > 0
      ? `${needs}; this process lacks ${missing.join(', ')}`
      : `${needs}; this process has them, so a seccomp profile, an LSM (AppArmor, SELinux, lockdown) or a user namespace refuses`;
  return new BpfError('LIBBPF_ERR_PRIVILEGE', doing, errnoText(errno), { ...detail, errno, hint });
}

import { NetGuardError } from '@netguard/core';
import { Btf } from '@netguard/libbpf';

const VMLINUX = '/sys/kernel/btf/vmlinux';

/** Type information of the running kernel: some megabytes, so it is read anew by the few that ask and never kept. */
export function kernelBtf(): Btf {
  try {
    return Btf.fromFile(VMLINUX);
  } catch (cause) {
    throw new NetGuardError('NG_ERR_KERNEL_BTF', `reading the kernel's type information from ${VMLINUX}`, {
      cause,
      hint: 'NetGuard needs a kernel built with CONFIG_DEBUG_INFO_BTF (all current distributions)',
    });
  }
}

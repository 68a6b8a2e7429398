import { NetGuardError } from '@netguard/core';
import { Btf } from '@netguard/libbpf';

const VMLINUX = '/sys/kernel/btf/vmlinux';
let parsed: Btf | undefined;

/** Type information of the running kernel, parsed once. */
export function kernelBtf(): Btf {
  try {
    parsed ??= Btf.fromFile(VMLINUX);
    return parsed;
  } catch (cause) {
    throw new NetGuardError('NG_ERR_KERNEL_BTF', `reading the kernel's type information from ${VMLINUX}`, {
      cause,
      hint: 'NetGuard needs a kernel built with CONFIG_DEBUG_INFO_BTF (all current distributions)',
    });
  }
}

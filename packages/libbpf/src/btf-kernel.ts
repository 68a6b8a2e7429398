import { Btf } from './btf.ts';
import { libbpf } from './libbpf.ts';
import { libc } from './libc.ts';
import { infoByFd } from './object-info.ts';

/** The BTF that some program loaded into the kernel; undefined without the privilege to read it (CAP_SYS_ADMIN). */
export function kernelBtf(id: number): Btf | undefined {
  const fd = libbpf.bpf_btf_get_fd_by_id(id);
  if (fd < 0) return undefined;
  try {
    const doing = `reading BTF ${id}`;
    const size = infoByFd(fd, 16, doing).u32(8);
    const data = new Uint8Array(size);
    infoByFd(fd, 16, doing, (info) => info.setPointer(0, data).setU32(8, size));
    return Btf.parse(data);
  } finally {
    libc.close(fd);
  }
}

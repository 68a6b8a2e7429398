import { BpfError, errnoText } from './errors.ts';
import { lastErrno, viewOf } from './ffi.ts';
import { libc } from './libc.ts';

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;
const SC_PAGESIZE = 30;

let pageBytes = 0;
/** Bytes of a page: 4096 on most machines, up to 65536 on arm64. */
export function pageSize(): number {
  pageBytes ||= libc.sysconf(SC_PAGESIZE);
  return pageBytes;
}

/**
 * A read after munmap kills the process, and an ArrayBuffer over foreign memory cannot be detached. So a mapping is undone only
 * once its ArrayBuffer, which every typed array over it holds, has been collected; or by the kernel when the process ends.
 */
const mappings = new FinalizationRegistry<{ address: bigint; length: number }>(({ address, length }) => {
  unmap?.(address, length);
});
/** Bound when the first mapping is made: a finalizer may run while its thread ends, which is too late to bind anything. */
let unmap: typeof libc.munmap | undefined;

/** Maps `length` bytes of `fd` from `offset` on, both in whole pages. Throws LIBBPF_ERR_SYSTEM. */
export function mapMemory(
  fd: number,
  length: number,
  offset: number,
  access: 'read' | 'read-write',
  doing: string,
): ArrayBuffer {
  const protection = access === 'read' ? PROT_READ : PROT_READ | PROT_WRITE;
  const address = libc.mmap(null, length, protection, MAP_SHARED, fd, offset);
  const errno = lastErrno();
  if (address === null || address === MAP_FAILED)
    throw new BpfError('LIBBPF_ERR_SYSTEM', doing, errnoText(errno), { errno });
  unmap ??= libc.munmap;
  const buffer = viewOf(address, length);
  mappings.register(buffer, { address, length });
  return buffer;
}

import { BpfError, errnoText } from './errors.ts';
import { libbpf } from './libbpf.ts';
import { CStruct } from './struct.ts';

/** Fills a bpf_*_info struct of up to `size` bytes; what an older kernel does not know stays zero. Throws LIBBPF_ERR_SYSTEM. */
export function infoByFd(fd: number, size: number, doing: string, prepare?: (info: CStruct) => void): CStruct {
  const info = new CStruct(size, 'plain');
  prepare?.(info);
  const length = Uint32Array.of(size);
  const result = info.pass((bytes) => libbpf.bpf_obj_get_info_by_fd(fd, bytes, length));
  if (result < 0) throw new BpfError('LIBBPF_ERR_SYSTEM', doing, errnoText(-result), { errno: -result });
  return info;
}

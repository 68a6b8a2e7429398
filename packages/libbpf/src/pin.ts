import { statfsSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { BpfError, ERRNO, errnoText } from './errors.ts';
import { libbpf } from './libbpf.ts';
import { privilegeError } from './privilege.ts';

const BPF_FS_MAGIC = 0xcafe4a11;

/** True when `path` lies on a bpf file system. */
export function isBpfFs(path: string): boolean {
  try {
    return statfsSync(path).type === BPF_FS_MAGIC;
  } catch {
    return false;
  }
}

/** Throws a LIBBPF_ERR_PIN that tells a wrong file system and an occupied path from the rest. */
export function pinFd(fd: number, path: string, what: string): void {
  const result = libbpf.bpf_obj_pin(fd, path);
  if (result < 0) throw pinError(`pinning ${what} at ${path}`, path, -result);
}

export function pinError(doing: string, path: string, errno: number, log = ''): BpfError {
  const directory = dirname(path);
  if (errno === ERRNO.EEXIST) {
    return new BpfError('LIBBPF_ERR_PIN', doing, 'the path exists', {
      errno,
      hint: 'Unpin the old one first or choose another path',
    });
  }
  if (!isBpfFs(directory)) {
    const hint = 'Choose a directory that exists on a bpf file system; mount one with: mount -t bpf bpf /sys/fs/bpf';
    return new BpfError('LIBBPF_ERR_PIN', doing, `${directory} is not on a bpf file system`, { errno, log, hint });
  }
  if (errno === ERRNO.EPERM) return privilegeError(doing, { errno, log }, ['CAP_BPF']);
  return new BpfError('LIBBPF_ERR_PIN', doing, errnoText(errno), { errno, log });
}

/** Opens a pinned map or program; the caller owns the file descriptor. */
export function openPinned(path: string): number {
  const fd = libbpf.bpf_obj_get(path);
  if (fd >= 0) return fd;
  if (fd === -ERRNO.EPERM) throw privilegeError(`opening the pin ${path}`, { errno: -fd }, ['CAP_BPF']);
  throw new BpfError('LIBBPF_ERR_PIN', `opening the pin ${path}`, errnoText(-fd), { errno: -fd });
}

export function unpinPath(path: string, what: string): void {
  try {
    unlinkSync(path);
  } catch (cause) {
    const errno = Math.abs((cause as NodeJS.ErrnoException).errno ?? 0);
    throw new BpfError('LIBBPF_ERR_PIN', `unpinning ${what} from ${path}`, errnoText(errno), { errno, cause });
  }
}

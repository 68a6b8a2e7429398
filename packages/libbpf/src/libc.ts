import { closeSync, openSync } from 'node:fs';
import { BpfError, ERRNO } from './errors.ts';
import { bindLazily, type Library, lastErrno, type Memory, openLibrary } from './ffi.ts';

let handle: Library | undefined;
function open(): Library {
  handle ??= openLibrary(null);
  return handle;
}

/** The C library that Node.js itself is linked to, glibc or musl. Results below 0 leave their reason in errno. */
export const libc = bindLazily(
  {
    close: ['int', 'int'],
    read: ['intptr_t', 'int', 'void *', 'size_t'],
    write: ['intptr_t', 'int', 'void *', 'size_t'],
    fcntl: ['int', 'int', 'int', 'int'],
    mmap: ['void *', 'void *', 'size_t', 'int', 'int', 'int', 'int64_t'],
    munmap: ['int', 'void *', 'size_t'],
    sysconf: ['long', 'int'],
    epoll_create1: ['int', 'int'],
    epoll_ctl: ['int', 'int', 'int', 'int', 'void *'],
    epoll_wait: ['int', 'int', 'void *', 'int', 'int'],
    eventfd: ['int', 'uint32_t', 'int'],
    clock_gettime: ['int', 'int', 'void *'],
    if_nametoindex: ['uint32_t', 'str'],
    vasprintf: ['int', 'void *', 'void *', 'void *'],
    free: ['void', 'void *'],
    malloc_trim: ['int', 'size_t'],
    flock: ['int', 'int', 'int'],
    syscall: ['long', 'long', 'void *', 'int', 'int', 'int', 'uint64_t'],
  },
  open,
  (name, cause) =>
    new BpfError('LIBBPF_ERR_LIBRARY', `finding ${name}() in the C library`, 'it is not there', { cause }),
);

/** epoll_wait on a thread of libuv's pool. The caller keeps `events` reachable until `done`: nobody else does. */
export function epollWaitAsync(
  epollFd: number,
  events: Memory,
  maxEvents: number,
  timeoutMs: number,
  done: (error: unknown, ready: number) => void,
): void {
  (libc.epoll_wait as unknown as { async(...args: unknown[]): void }).async(
    epollFd,
    events,
    maxEvents,
    timeoutMs,
    done,
  );
}

const LOCK_FILE = '/proc/self/status';
const LOCK_EX = 2;
let lockDepth = 0;

/**
 * Runs `body` while no other thread of the process is in here. libbpf's print callback is one for the whole process, and a
 * callback of one JavaScript thread that is called from another waits for that thread: two of them would wait for each other.
 * Threads of Node.js share no memory unasked, so the lock is the kernel's, on a file that is this process's own. Node.js closes
 * the files of a Worker that is terminated in here, which unlocks it.
 */
export function withProcessLock<T>(body: () => T): T {
  const fd = lockDepth > 0 ? -1 : openSync(LOCK_FILE, 'r');
  lockDepth++;
  try {
    // Interrupted by a signal: again.
    while (fd >= 0 && libc.flock(fd, LOCK_EX) < 0 && lastErrno() === ERRNO.EINTR);
    return body();
  } finally {
    lockDepth--;
    if (fd >= 0) closeSync(fd);
  }
}

import { BpfError } from './errors.ts';
import { bindLazily, type Library, type Memory, openLibrary, type Pointer, pointerVariable } from './ffi.ts';

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
    flockfile: ['void', 'void *'],
    funlockfile: ['void', 'void *'],
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

let lockFile: Pointer = null;

/**
 * Runs `body` while no other thread of the process is in here. libbpf's print callback is one for the whole process, and a
 * callback of one JavaScript thread called from another waits for that thread: two of them would wait for each other. The lock
 * must be the same object in every thread with nothing shared between them; the C library's lock on its `stdin` stream, which
 * Node.js never uses, is such an object, and it is recursive.
 */
export function withProcessLock<T>(body: () => T): T {
  lockFile ??= pointerVariable(open(), 'stdin');
  libc.flockfile(lockFile);
  try {
    return body();
  } finally {
    libc.funlockfile(lockFile);
  }
}

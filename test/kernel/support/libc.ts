/** The few calls of the C library that node:net cannot make: blocking sockets with every option, and namespaces. */
import koffi from 'koffi';

const c = koffi.load(null);

export const libc = {
  socket: c.func('int socket(int, int, int)'),
  bind: c.func('int bind(int, void *, uint32_t)'),
  listen: c.func('int listen(int, int)'),
  accept4: c.func('int accept4(int, void *, void *, int)'),
  connect: c.func('int connect(int, void *, uint32_t)'),
  send: c.func('intptr_t send(int, void *, size_t, int)'),
  recv: c.func('intptr_t recv(int, void *, size_t, int)'),
  sendto: c.func('intptr_t sendto(int, void *, size_t, int, void *, uint32_t)'),
  shutdown: c.func('int shutdown(int, int)'),
  close: c.func('int close(int)'),
  dup: c.func('int dup(int)'),
  setsockopt: c.func('int setsockopt(int, int, int, void *, uint32_t)'),
  getsockname: c.func('int getsockname(int, void *, void *)'),
  ioctl: c.func('int ioctl(int, unsigned long, void *)'),
  unshare: c.func('int unshare(int)'),
  setns: c.func('int setns(int, int)'),
};

export const ERRNO = {
  EAGAIN: 11,
  ENOPROTOOPT: 92,
  ECONNRESET: 104,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EINPROGRESS: 115,
  ENETUNREACH: 101,
  EHOSTUNREACH: 113,
} as const;

/** A refused call of the C library. */
export class SystemCallError extends Error {
  readonly errno: number;

  constructor(call: string, errno: number) {
    const name = Object.entries(ERRNO).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
    super(`${call}: ${name}`);
    this.errno = errno;
  }
}

/** The result of a call, or its errno as an error. */
export function check(call: string, result: number): number {
  if (result < 0) throw new SystemCallError(call, koffi.errno());
  return result;
}

export function errno(): number {
  return koffi.errno();
}

import koffi from 'koffi';

/** Blocking IPv4 sockets of the C library: a connection costs microseconds, where node:net needs many times that. */
const libc = koffi.load(null);
const call = {
  socket: libc.func('int socket(int, int, int)'),
  bind: libc.func('int bind(int, void *, uint)'),
  listen: libc.func('int listen(int, int)'),
  connect: libc.func('int connect(int, void *, uint)'),
  accept: libc.func('int accept4(int, void *, void *, int)'),
  send: libc.func('intptr_t send(int, void *, size_t, int)'),
  recv: libc.func('intptr_t recv(int, void *, size_t, int)'),
  close: libc.func('int close(int)'),
  setsockopt: libc.func('int setsockopt(int, int, int, void *, uint)'),
  setns: libc.func('int setns(int, int)'),
};

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const CLONE_NEWNET = 0x4000_0000;
const ADDRESS_BYTES = 16;

/** struct sockaddr_in. */
export function socketAddress(ip: string, port: number): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port, false);
  bytes.set(ip.split('.').map(Number), 4);
  return bytes;
}

/** A socket that listens on all addresses of the namespace it is made in. */
export function listenOn(port: number, backlog: number): number {
  const fd = checked('socket', call.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  checked('setsockopt', call.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, Int32Array.of(1), 4));
  checked('bind', call.bind(fd, socketAddress('0.0.0.0', port), ADDRESS_BYTES));
  checked('listen', call.listen(fd, backlog));
  return fd;
}

/** A connected socket. The far end need not have accepted. */
export function connectTo(address: Uint8Array): number {
  const fd = checked('socket', call.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  checked('connect', call.connect(fd, address, ADDRESS_BYTES));
  return fd;
}

/** Waits for a connection. */
export function accept(listener: number): number {
  return checked('accept4', call.accept(listener, null, null, SOCK_CLOEXEC));
}

/** Sends all of `bytes` (few) and waits until the other end has them. */
export function transfer(from: number, to: number, bytes: Uint8Array, room: Uint8Array): void {
  checked('send', call.send(from, bytes, bytes.length, 0));
  checked('recv', call.recv(to, room, room.length, 0));
}

export function closeSocket(fd: number): void {
  call.close(fd);
}

/** Moves this thread into the network namespace of an open file. Sockets keep the one they were made in. */
export function enterNamespace(fd: number): void {
  checked('setns', call.setns(fd, CLONE_NEWNET));
}

function checked(name: string, result: number): number {
  if (result >= 0) return result;
  throw new Error(`${name}() failed with errno ${koffi.errno()}`);
}

/** Blocking sockets that count what the application itself sent and received. IPv4 and IPv6, TCP, UDP and raw. */

import { check, ERRNO, errno, libc, SystemCallError } from './libc.ts';
import { parseAddress } from './socket-address.ts';

export const AF = { unspec: 0, inet: 2, inet6: 10, packet: 17 } as const;
export const SOCK = { stream: 1, dgram: 2, raw: 3, nonblock: 0o4000, cloexec: 0o2000000 } as const;
export const IPPROTO = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, raw: 255, mptcp: 262 } as const;
const SOL_SOCKET = 1;
const SO = {
  reuseaddr: 2,
  sndbuf: 7,
  rcvbuf: 8,
  linger: 13,
  reuseport: 15,
  rcvtimeo: 20,
  sndtimeo: 21,
  rcvbufforce: 33,
} as const;
const FIONREAD = 0x541b;
const MSG = { dontwait: 0x40, nosignal: 0x4000 } as const;

export interface SocketCounts {
  /** Local and remote port. */
  readonly local: number;
  readonly remote: number;
  readonly sent: number;
  readonly received: number;
}

const scratch = Buffer.alloc(1 << 20, 0x6e);
const nameBuffer = Buffer.alloc(28);
const lengthBuffer = Buffer.alloc(4);

/** A socket; every call that would block for longer than 20 s fails instead. */
export class Socket {
  readonly fd: number;
  readonly family: number;
  sent = 0;
  received = 0;
  local = 0;
  remote = 0;
  #open = true;

  constructor(fd: number, family: number) {
    this.fd = fd;
    this.family = family;
  }

  static open(family: number, type: number, protocol = 0): Socket {
    const made = new Socket(check('socket', libc.socket(family, type | SOCK.cloexec, protocol)), family);
    made.setTimeouts(20_000);
    return made;
  }

  setTimeouts(ms: number): this {
    const time = new BigInt64Array([BigInt(Math.floor(ms / 1000)), BigInt(ms % 1000) * 1000n]);
    check('SO_RCVTIMEO', libc.setsockopt(this.fd, SOL_SOCKET, SO.rcvtimeo, time, 16));
    check('SO_SNDTIMEO', libc.setsockopt(this.fd, SOL_SOCKET, SO.sndtimeo, time, 16));
    return this;
  }

  option(level: number, name: number, value: number): this {
    check(`setsockopt(${level}, ${name})`, libc.setsockopt(this.fd, level, name, Int32Array.of(value), 4));
    return this;
  }

  optionBytes(level: number, name: number, value: Uint8Array): this {
    check(`setsockopt(${level}, ${name})`, libc.setsockopt(this.fd, level, name, value, value.length));
    return this;
  }

  reuseAddress(): this {
    return this.option(SOL_SOCKET, SO.reuseaddr, 1);
  }

  reusePort(): this {
    return this.option(SOL_SOCKET, SO.reuseport, 1);
  }

  receiveBuffer(bytes: number): this {
    return this.option(SOL_SOCKET, SO.rcvbuf, bytes);
  }

  /** Above the system's limit; needs CAP_NET_ADMIN. */
  forceReceiveBuffer(bytes: number): this {
    return this.option(SOL_SOCKET, SO.rcvbufforce, bytes);
  }

  sendBuffer(bytes: number): this {
    return this.option(SOL_SOCKET, SO.sndbuf, bytes);
  }

  /** Makes close() send a RST. */
  resetOnClose(): this {
    check('SO_LINGER', libc.setsockopt(this.fd, SOL_SOCKET, SO.linger, Int32Array.of(1, 0), 8));
    return this;
  }

  bind(ip: string, port = 0): this {
    const address = parseAddress(ip, port);
    check(`bind ${ip}:${port}`, libc.bind(this.fd, address, address.length));
    this.#readLocal();
    return this;
  }

  listen(backlog: number): this {
    check('listen', libc.listen(this.fd, backlog));
    this.#readLocal();
    return this;
  }

  connect(ip: string, port: number): this {
    const failed = this.tryConnect(ip, port);
    if (failed) throw new SystemCallError(`connect ${ip}:${port}`, failed);
    return this;
  }

  /** 0 or the errno. */
  tryConnect(ip: string, port: number): number {
    const address = parseAddress(ip, port);
    const result = libc.connect(this.fd, address, address.length) < 0 ? errno() : 0;
    this.#readLocal();
    this.remote = port;
    return result;
  }

  /** connect(AF_UNSPEC): ends the connection; the socket can connect again. */
  disconnect(): this {
    check('connect AF_UNSPEC', libc.connect(this.fd, Buffer.alloc(16), 16));
    this.sent = 0;
    this.received = 0;
    return this;
  }

  accept(): Socket {
    const fd = check('accept', libc.accept4(this.fd, nameBuffer, this.#nameLength(), SOCK.cloexec));
    const child = new Socket(fd, this.family);
    child.setTimeouts(20_000);
    child.local = this.local;
    child.remote = nameBuffer.readUInt16BE(2);
    return child;
  }

  /** Sends all of `bytes` bytes. */
  send(bytes: number): this {
    for (let left = bytes; left > 0; ) {
      const n = check('send', libc.send(this.fd, scratch, Math.min(left, scratch.length), MSG.nosignal) as number);
      this.sent += n;
      left -= n;
    }
    return this;
  }

  /** Sends these bytes, by one call. */
  sendBytes(bytes: Uint8Array): this {
    this.sent += check('send', libc.send(this.fd, bytes, bytes.length, MSG.nosignal) as number);
    return this;
  }

  /** Sends until the socket takes no more. Returns the bytes sent now. */
  sendUntilFull(): number {
    const before = this.sent;
    for (;;) {
      const n = libc.send(this.fd, scratch, scratch.length, MSG.nosignal | MSG.dontwait) as number;
      if (n >= 0) {
        this.sent += n;
        continue;
      }
      if (errno() !== ERRNO.EAGAIN) throw new SystemCallError('send', errno());
      return this.sent - before;
    }
  }

  /** One datagram, or with UDP_SEGMENT one batch of them, of `bytes` bytes to the connected peer. */
  sendDatagram(bytes: number): this {
    this.sent += check('send', libc.send(this.fd, scratch, bytes, MSG.nosignal) as number);
    return this;
  }

  sendTo(payload: Uint8Array, ip: string, port: number): this {
    const address = parseAddress(ip, port);
    this.sent += check(
      'sendto',
      libc.sendto(this.fd, payload, payload.length, MSG.nosignal, address, address.length) as number,
    );
    return this;
  }

  /** One call; 0 at the peer's FIN. */
  receive(limit = scratch.length): number {
    const n = check('recv', libc.recv(this.fd, scratch, Math.min(limit, scratch.length), 0) as number);
    this.received += n;
    return n;
  }

  /** Takes the datagrams that are there, without waiting. Returns their number, or that of the calls with UDP_GRO. */
  receiveWaiting(): number {
    for (let calls = 0; ; calls++) {
      const n = libc.recv(this.fd, scratch, scratch.length, MSG.dontwait) as number;
      if (n >= 0) this.received += n;
      else if (errno() === ERRNO.EAGAIN) return calls;
      else throw new SystemCallError('recv', errno());
    }
  }

  receiveExactly(bytes: number): this {
    for (let left = bytes; left > 0; ) {
      const n = this.receive(left);
      if (n === 0) throw new Error(`the peer ended ${left} bytes early`);
      left -= n;
    }
    return this;
  }

  receiveToEnd(): this {
    while (this.receive() > 0);
    return this;
  }

  receiveToEndOrReset(): this {
    for (;;) {
      const n = libc.recv(this.fd, scratch, scratch.length, 0) as number;
      if (n < 0 && errno() !== ERRNO.ECONNRESET) throw new SystemCallError('recv', errno());
      if (n <= 0) return this;
      this.received += n;
    }
  }

  /** The errno of a recv() that is expected to fail. */
  receiveError(): number {
    return libc.recv(this.fd, scratch, scratch.length, 0) < 0 ? errno() : 0;
  }

  /** Bytes that arrived and were not read. */
  unread(): number {
    const bytes = new Int32Array(1);
    check('FIONREAD', libc.ioctl(this.fd, FIONREAD, bytes));
    return bytes[0]!;
  }

  shutdownSend(): this {
    check('shutdown', libc.shutdown(this.fd, 1));
    return this;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    check('close', libc.close(this.fd));
  }

  counts(): SocketCounts {
    return { local: this.local, remote: this.remote, sent: this.sent, received: this.received };
  }

  #nameLength(): Buffer {
    lengthBuffer.writeUInt32LE(nameBuffer.length);
    return lengthBuffer;
  }

  #readLocal(): void {
    if (libc.getsockname(this.fd, nameBuffer, this.#nameLength()) === 0) this.local = nameBuffer.readUInt16BE(2);
  }
}

export function familyOf(ip: string): number {
  return ip.includes(':') ? AF.inet6 : AF.inet;
}

/** A TCP listener at a free port unless one is given. `::` takes IPv4 too. */
export function listenTcp(ip: string, { port = 0, backlog = 1024, protocol = 0 } = {}): Socket {
  return Socket.open(familyOf(ip), SOCK.stream, protocol).reuseAddress().bind(ip, port).listen(backlog);
}

export function connectTcp(ip: string, port: number, protocol = 0): Socket {
  return Socket.open(familyOf(ip), SOCK.stream, protocol).connect(ip, port);
}

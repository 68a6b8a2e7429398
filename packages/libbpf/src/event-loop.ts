import { BpfError, errnoText } from './errors.ts';
import { lastErrno } from './ffi.ts';
import { epollWaitAsync, libc } from './libc.ts';
import type { MapRef } from './map-handle.ts';
import { mapInfo } from './map-info.ts';
import { MAP_TYPE } from './map-types.ts';
import { type RecordHandler, Ring } from './ring.ts';

const EPOLL_CLOEXEC = 0o2000000;
const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
const F_DUPFD_CLOEXEC = 1030;
const MAX_EVENTS = 16;
/** struct epoll_event is packed on x86-64 only. */
const EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const DEFAULT_TIMEOUT_MS = 250;

/**
 * Waits for any number of ring buffers at once, and reads them. The wait runs on a thread of libuv's pool; `wake` and `close`
 * end it at once. A process with a pending wait cannot exit and a Worker with one cannot be terminated before the timeout:
 * close the loop first.
 */
export class EventLoop implements AsyncDisposable {
  readonly #epollFd: number;
  readonly #wakeFd: number;
  readonly #ringFds: number[] = [];
  readonly #rings: Ring[] = [];
  /** The kernel writes here while a wait is pending, on another thread: it must live as long as this object. */
  readonly #events = new Uint8Array(EVENT_BYTES * MAX_EVENTS);
  readonly #one = BigUint64Array.of(1n);
  readonly #counter = new BigUint64Array(1);
  #pending: Promise<boolean> | undefined;
  #closed = false;

  constructor() {
    this.#epollFd = checked(libc.epoll_create1(EPOLL_CLOEXEC), 'creating an epoll set');
    this.#wakeFd = checked(libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), 'creating an eventfd');
    this.#watch(this.#wakeFd);
  }

  /** Starts reading a loaded ring buffer map. `onRecord` is called from `drain`, see RecordHandler. */
  addRing(map: MapRef, onRecord: RecordHandler): Ring {
    this.#open('adding a ring to');
    if (map.type !== MAP_TYPE.RINGBUF) {
      throw new BpfError('LIBBPF_ERR_VALUE', `adding map ${map.name} to an event loop`, 'it is not a ring buffer');
    }
    // A descriptor of our own, so that closing the object does not take it from under the epoll set.
    const fd = checked(libc.fcntl(map.fd, F_DUPFD_CLOEXEC, 0), `duplicating the descriptor of map ${map.name}`);
    this.#ringFds.push(fd);
    const ring = new Ring(map.name, fd, mapInfo(fd, map.name).maxEntries, onRecord);
    this.#watch(fd);
    this.#rings.push(ring);
    return ring;
  }

  /**
   * Resolves true when a ring is readable or `wake` was called, false after `timeoutMs` or when the loop was closed.
   * A second call while one is pending gets the same promise.
   */
  wait(timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<boolean> {
    if (this.#pending) return this.#pending;
    this.#open('waiting on');
    this.#pending = new Promise<boolean>((resolve, reject) => {
      epollWaitAsync(this.#epollFd, this.#events, MAX_EVENTS, timeoutMs, (error, ready) => {
        this.#pending = undefined;
        if (error) reject(error);
        else resolve(this.#woken(ready));
      });
    });
    return this.#pending;
  }

  /** As `wait`, blocking this thread. */
  waitSync(timeoutMs: number = DEFAULT_TIMEOUT_MS): boolean {
    this.#open('waiting on');
    return this.#woken(libc.epoll_wait(this.#epollFd, this.#events, MAX_EVENTS, timeoutMs));
  }

  /** Reads all rings empty; returns the number of records. */
  drain(): number {
    this.#open('draining');
    let records = 0;
    for (const ring of this.#rings) records += ring.drain();
    return records;
  }

  /** Ends a pending wait, or the next one. */
  wake(): void {
    this.#open('waking');
    libc.write(this.#wakeFd, this.#one, 8);
  }

  /** Ends a pending wait and frees the descriptors. The process can exit right afterwards. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) {
      await this.#pending;
      return;
    }
    this.wake();
    this.#closed = true;
    await this.#pending?.catch(() => false);
    for (const fd of [...this.#ringFds, this.#wakeFd, this.#epollFd]) libc.close(fd);
    for (const ring of this.#rings) ring.close();
    this.#rings.length = 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #woken(ready: number): boolean {
    if (ready <= 0) return false;
    libc.read(this.#wakeFd, this.#counter, 8);
    return !this.#closed;
  }

  #watch(fd: number): void {
    const event = new Uint8Array(EVENT_BYTES);
    new DataView(event.buffer).setUint32(0, EPOLLIN, true);
    checked(libc.epoll_ctl(this.#epollFd, EPOLL_CTL_ADD, fd, event), 'adding to an epoll set');
  }

  #open(verb: string): void {
    if (this.#closed) throw new BpfError('LIBBPF_ERR_CLOSED', `${verb} an event loop`, 'it was closed');
  }
}

function checked(result: number, doing: string): number {
  if (result >= 0) return result;
  const errno = lastErrno();
  throw new BpfError('LIBBPF_ERR_SYSTEM', doing, errnoText(errno), { errno });
}

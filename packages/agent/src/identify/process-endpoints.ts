/** Endpoints of what runs on the host itself: by process, else the node. */
import { type Endpoint, Lru } from '@netguard/core';
import type { ProcessTable } from './process-table.ts';
import { Subject } from './subject.ts';

const CAPACITY = 8192;

interface Entry {
  readonly kernelComm: string;
  readonly subject: Subject;
}

export class ProcessEndpoints {
  readonly #names: ProcessTable;
  readonly #node: Subject;
  readonly #byPid = new Lru<number, Entry>(CAPACITY);
  readonly #waiting = new WeakSet<Endpoint>();

  constructor(names: ProcessTable, node: Subject) {
    this.#names = names;
    this.#node = node;
  }

  /** `comm` is the kernel record's; where it has none procfs is asked. Without a process it is the node's own. */
  find(pid: number, comm: string, ip: string, nowMs: number): Endpoint {
    if (pid === 0 && comm === '') return this.#node.endpoint(ip);
    const entry = this.#byPid.get(pid);
    if (entry?.kernelComm === comm) return entry.subject.endpoint(ip);
    const name = printable(comm || (this.#names.find(pid, nowMs)?.comm ?? ''));
    if (name === '') return this.#node.endpoint(ip);
    const process = Object.freeze({ pid, comm: name });
    const subject = new Subject('host', name, { ip: '', kind: 'process', process });
    this.#byPid.set(pid, { kernelComm: comm, subject });
    return subject.endpoint(ip);
  }

  /** The same for a socket whose cgroup is still being looked for: an object of its own, marked as such. */
  findWaiting(pid: number, comm: string, ip: string, nowMs: number): Endpoint {
    const endpoint = Object.freeze({ ...this.find(pid, comm, ip, nowMs) });
    this.#waiting.add(endpoint);
    return endpoint;
  }

  isWaiting(endpoint: Endpoint): boolean {
    return this.#waiting.has(endpoint);
  }

  get state() {
    return { entries: this.#byPid.size, capacity: CAPACITY, evicted: this.#byPid.evicted };
  }
}

/** A process may call itself anything: control characters (terminal escapes) do not get through. */
function printable(comm: string): string {
  return comm.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
}

/**
 * Names of host processes, from procfs, for sockets whose kernel record has a pid and no name. Only where the host's PID
 * namespace is visible: elsewhere the same number is another process. Bounded; what was read is trusted for half a minute.
 */
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { Lru } from '@netguard/core';

export interface ProcessName {
  readonly comm: string;
  /** Path of the executable; undefined for kernel threads and where it may not be read. */
  readonly exe: string | undefined;
}

/* PROC_PID_INIT_INO of include/linux/proc_ns.h: the same on every kernel. */
const HOST_PID_NAMESPACE = 'pid:[4026531836]';

/** Whether /proc shows the host's processes, so that /proc/1 is the host's and kernel pids mean what they say. */
export function hostPidsVisible(procRoot = '/proc'): boolean {
  try {
    return readlinkSync(`${procRoot}/self/ns/pid`) === HOST_PID_NAMESPACE;
  } catch {
    return false;
  }
}

/** Inode of the host's network namespace, or undefined where it cannot be known. */
export function hostNetworkNamespace(procRoot = '/proc'): number | undefined {
  if (!hostPidsVisible(procRoot)) return undefined;
  try {
    return statSync(`${procRoot}/1/ns/net`).ino;
  } catch {
    return undefined;
  }
}

interface Cached {
  readonly name: ProcessName | undefined;
  readonly readMs: number;
}

export class ProcessTable {
  readonly #procRoot: string;
  readonly #visible: boolean;
  readonly #maxAgeMs: number;
  readonly #names: Lru<number, Cached>;

  constructor(options: { procRoot?: string; visible?: boolean; capacity?: number; maxAgeMs?: number } = {}) {
    this.#procRoot = options.procRoot ?? '/proc';
    this.#visible = options.visible ?? hostPidsVisible(this.#procRoot);
    this.#names = new Lru(options.capacity ?? 4096);
    this.#maxAgeMs = options.maxAgeMs ?? 30_000;
  }

  /** Undefined when the process is gone, or its number is of another PID namespace. Reads procfs at most once per age. */
  find(pid: number, nowMs: number): ProcessName | undefined {
    if (!this.#visible || pid <= 0) return undefined;
    const cached = this.#names.get(pid);
    if (cached && nowMs - cached.readMs < this.#maxAgeMs) return cached.name;
    /* A process that is gone keeps the name it had. */
    const name = this.#read(pid) ?? cached?.name;
    this.#names.set(pid, { name, readMs: nowMs });
    return name;
  }

  get state() {
    return { entries: this.#names.size, capacity: this.#names.capacity, evicted: this.#names.evicted };
  }

  #read(pid: number): ProcessName | undefined {
    try {
      const comm = readFileSync(`${this.#procRoot}/${pid}/comm`, 'utf8').trimEnd();
      return { comm, exe: this.#exe(pid) };
    } catch {
      return undefined;
    }
  }

  #exe(pid: number): string | undefined {
    try {
      return readlinkSync(`${this.#procRoot}/${pid}/exe`);
    } catch {
      return undefined;
    }
  }
}

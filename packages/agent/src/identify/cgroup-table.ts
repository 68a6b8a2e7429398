/**
 * cgroup id → path and owner. Filled by one walk at the start, then by the kernel's mkdir and rmdir events; an id that
 * neither told of (a lost event) starts a walk again, at most one a second and in portions, so that no look-up waits long.
 * Entries stay ten minutes after their removal: orphaned sockets close later than their pod (trap 29). Ids are not reused.
 */
import { type CgroupOwner, parseCgroupPath } from './cgroup-path.ts';
import type { CgroupDirectory } from './cgroup-tree.ts';

export interface CgroupEvent {
  readonly created: boolean;
  readonly cgroupId: number;
  /** From the root of the default hierarchy; cut at 255 bytes by the kernel program (NG_PATH_LEN). */
  readonly path: string;
  readonly timeMs: number;
}

export interface CgroupEntry {
  readonly id: number;
  readonly path: string;
  readonly owner: CgroupOwner;
  /** Epoch milliseconds; undefined while it exists. */
  readonly removedAtMs: number | undefined;
}

export interface CgroupTableOptions {
  readonly walk: () => Iterator<CgroupDirectory>;
  /** Entries held, removed ones included; beyond it the longest removed go first, then the oldest. */
  readonly capacity?: number;
  readonly keepRemovedMs?: number;
  readonly walkEveryMs?: number;
  /** Directories read per portion of a walk. */
  readonly portion?: number;
  /** Called when an id gets another path, its first, or is forgotten. */
  readonly onChange?: (cgroupId: number) => void;
}

interface MutableEntry {
  id: number;
  path: string;
  owner: CgroupOwner;
  removedAtMs: number | undefined;
  seenInWalk: number;
}

const PATH_LIMIT = 255;
const MISSING_LIMIT = 10_000;
/* An id that a whole walk did not find is asked for again after this. */
const MISSING_RETRY_MS = 60_000;
const SWEEP_EVERY_MS = 10_000;

export class CgroupTable {
  readonly #entries = new Map<number, MutableEntry>();
  readonly #missing = new Map<number, number>();
  /* id → number of walks begun when it was asked for: only a walk that began later can prove it missing. */
  readonly #wanted = new Map<number, number>();
  readonly #walkSource: () => Iterator<CgroupDirectory>;
  readonly #capacity: number;
  readonly #keepRemovedMs: number;
  readonly #walkEveryMs: number;
  readonly #portion: number;
  readonly #onChange: (cgroupId: number) => void;
  #walk: Iterator<CgroupDirectory> | undefined;
  #walks = 0;
  #walkStartedMs = Number.NEGATIVE_INFINITY;
  #sweptMs = Number.NEGATIVE_INFINITY;
  #nowMs = Number.NEGATIVE_INFINITY;
  #evicted = 0;
  #unresolved = 0;

  constructor(options: CgroupTableOptions) {
    this.#walkSource = options.walk;
    this.#capacity = options.capacity ?? 65_536;
    this.#keepRemovedMs = options.keepRemovedMs ?? 600_000;
    this.#walkEveryMs = options.walkEveryMs ?? 1000;
    this.#portion = options.portion ?? 256;
    this.#onChange = options.onChange ?? (() => {});
  }

  /** Reads the whole tree now. Call it once, after the mkdir and rmdir programs are attached, so that nothing falls between. */
  walkAll(nowMs: number): void {
    this.#startWalk(nowMs);
    while (this.#walk) this.#step(Number.POSITIVE_INFINITY);
  }

  onEvent(event: CgroupEvent): void {
    this.#nowMs = Math.max(this.#nowMs, event.timeMs);
    if (!event.created) {
      const entry = this.#entries.get(event.cgroupId);
      if (entry) entry.removedAtMs ??= event.timeMs;
      else this.#set(event.cgroupId, event.path, event.timeMs);
      return;
    }
    if (Buffer.byteLength(event.path) < PATH_LIMIT) {
      this.#set(event.cgroupId, event.path, undefined);
      return;
    }
    /* A path that was cut may have lost its container id: a walk has it whole. */
    if (this.#entries.get(event.cgroupId)?.path.startsWith(event.path)) return;
    this.#set(event.cgroupId, event.path, undefined);
    this.#want(event.cgroupId);
  }

  /** The entry of an id, or undefined while nobody has told of it. Costs one map look-up when it is known. */
  find(cgroupId: number, nowMs: number): CgroupEntry | undefined {
    const entry = this.#entries.get(cgroupId);
    if (entry) return entry;
    if (cgroupId === 0) return undefined;
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    const missingSinceMs = this.#missing.get(cgroupId);
    if (missingSinceMs !== undefined && this.#nowMs - missingSinceMs < MISSING_RETRY_MS) return undefined;
    this.#want(cgroupId);
    this.#advanceWalk();
    return this.#entries.get(cgroupId);
  }

  /** Goes on with a walk that was asked for, and forgets what was removed long ago. Call it every tick. */
  advance(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    if (this.#walk || this.#wanted.size > 0) this.#advanceWalk();
    if (this.#nowMs - this.#sweptMs < SWEEP_EVERY_MS) return;
    this.#sweptMs = this.#nowMs;
    for (const [id, entry] of this.#entries) {
      if (entry.removedAtMs !== undefined && this.#nowMs - entry.removedAtMs > this.#keepRemovedMs)
        this.#entries.delete(id);
    }
  }

  /** Whether an unknown id is still being looked for. */
  isPending(cgroupId: number): boolean {
    return this.#wanted.has(cgroupId) && !this.#entries.has(cgroupId);
  }

  get tableState() {
    return { entries: this.#entries.size, capacity: this.#capacity, evicted: this.#evicted };
  }

  get state() {
    return {
      ...this.tableState,
      /** Distinct ids that a whole walk did not find. */
      unresolved: this.#unresolved,
      walks: this.#walks,
    };
  }

  #want(cgroupId: number): void {
    if (this.#wanted.size < MISSING_LIMIT && !this.#wanted.has(cgroupId)) this.#wanted.set(cgroupId, this.#walks);
  }

  #advanceWalk(): void {
    if (!this.#walk && this.#nowMs - this.#walkStartedMs >= this.#walkEveryMs) this.#startWalk(this.#nowMs);
    if (this.#walk) this.#step(this.#portion);
  }

  #startWalk(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    this.#walk = this.#walkSource();
    this.#walkStartedMs = this.#nowMs;
    this.#walks++;
  }

  #step(directories: number): void {
    for (let count = 0; this.#walk && count < directories; count++) {
      const next = this.#walk.next();
      if (next.done) {
        this.#endWalk();
        return;
      }
      this.#set(next.value.id, next.value.path, undefined);
      const entry = this.#entries.get(next.value.id);
      if (entry) entry.removedAtMs = undefined;
    }
  }

  #endWalk(): void {
    this.#walk = undefined;
    /* Whatever the walk did not meet is gone, though no event said so. */
    for (const entry of this.#entries.values()) {
      if (entry.seenInWalk < this.#walks) entry.removedAtMs ??= this.#nowMs;
    }
    for (const [id, walks] of this.#wanted) {
      if (walks === this.#walks) continue;
      this.#wanted.delete(id);
      if (this.#entries.has(id)) continue;
      if (!this.#missing.has(id)) this.#unresolved++;
      if (this.#missing.size >= MISSING_LIMIT) this.#missing.clear();
      this.#missing.set(id, this.#nowMs);
    }
  }

  #set(id: number, path: string, removedAtMs: number | undefined): void {
    const entry = this.#entries.get(id);
    if (entry?.path === path) {
      entry.seenInWalk = this.#walks;
      return;
    }
    this.#missing.delete(id);
    if (!entry && this.#entries.size >= this.#capacity) this.#evict();
    this.#entries.set(id, { id, path, owner: parseCgroupPath(path), removedAtMs, seenInWalk: this.#walks });
    this.#onChange(id);
  }

  #forget(id: number): void {
    this.#entries.delete(id);
    this.#onChange(id);
  }

  #evict(): void {
    let victim: MutableEntry | undefined;
    for (const entry of this.#entries.values()) {
      if (entry.removedAtMs !== undefined) {
        victim = entry;
        break;
      }
      victim ??= entry;
    }
    if (victim) this.#forget(victim.id);
    this.#evicted++;
  }
}

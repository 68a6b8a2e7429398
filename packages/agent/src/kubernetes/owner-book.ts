import type { Workload } from '@netguard/core';
import { controllerOf } from './pod-owners.ts';
import { type RawObject, record, text } from './raw-object.ts';
import type { ObjectSink } from './resource-watch.ts';

/** Owners are deleted before what they own: a pod that goes on for a while still finds its. */
const KEEP_MS = 600_000;

/** ReplicaSets or Jobs by UID, each with what controls it. */
export class OwnerBook implements ObjectSink {
  readonly #byUid = new Map<string, Workload | null>();
  /* UID → when it went, the first to go in front. */
  readonly #gone = new Map<string, number>();
  readonly #onNew: (uid: string) => void;
  readonly #now: () => number;

  /** `onNew` hears of every UID that was not known; `now` in milliseconds. */
  constructor(onNew: (uid: string) => void, now: () => number = Date.now) {
    this.#onNew = onNew;
    this.#now = now;
  }

  readonly size = (): number => this.#byUid.size - this.#gone.size;

  /** Undefined: no such owner is known. Null: nothing controls it. */
  find(uid: string): Workload | null | undefined {
    return this.#byUid.get(uid);
  }

  put(object: RawObject): string | undefined {
    const metadata = record(object.metadata);
    const uid = text(metadata.uid, 64);
    if (uid === undefined) return undefined;
    const { kind, name } = controllerOf(metadata) ?? {};
    const isNew = !this.#byUid.has(uid);
    this.#byUid.set(uid, kind === undefined || name === undefined ? null : { kind, name });
    this.#gone.delete(uid);
    if (isNew) this.#onNew(uid);
    return uid;
  }

  remove(object: RawObject): void {
    this.#end(text(record(object.metadata).uid, 64) ?? '');
  }

  retain(uids: ReadonlySet<string>): void {
    for (const uid of this.#byUid.keys()) if (!uids.has(uid)) this.#end(uid);
  }

  #end(uid: string): void {
    const nowMs = this.#now();
    if (this.#byUid.has(uid) && !this.#gone.has(uid)) this.#gone.set(uid, nowMs);
    for (const [gone, atMs] of this.#gone) {
      if (atMs >= nowMs - KEEP_MS) break;
      this.#gone.delete(gone);
      this.#byUid.delete(gone);
    }
  }
}

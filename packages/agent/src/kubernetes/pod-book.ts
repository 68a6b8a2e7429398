/** Pods as they are told on: trimmed, with the controller that a person thinks of. */
import type { Workload } from '@netguard/core';
import type { PodIdentity } from '../identify/identity-file.ts';
import type { OwnerBook } from './owner-book.ts';
import { PendingChanges } from './pending-changes.ts';
import { guessDeployment, type OwnerReference } from './pod-owners.ts';
import type { RawObject } from './raw-object.ts';
import type { ObjectSink } from './resource-watch.ts';
import { podKey, trimPod } from './trim-pod.ts';

/** Pods whose ReplicaSet or Job has not been told of yet; those beyond keep what was guessed until they change. */
const MAX_WAITING = 2000;
const OWNED: ReadonlySet<string> = new Set(['ReplicaSet', 'Job']);

export class PodBook implements ObjectSink {
  /* By the UID that the cgroup is named after. */
  readonly changes = new PendingChanges<PodIdentity>();
  readonly #owners: readonly OwnerBook[];
  readonly #onChange: () => void;
  /* metadata.uid → the UID that it is told under, where that is another (static pods). */
  readonly #renamed = new Map<string, string>();
  /* The same pod as it was told, by its own UID, and whose ReplicaSet or Job it waits for. */
  readonly #waiting = new Map<string, { readonly pod: PodIdentity; readonly owner: string }>();

  constructor(owners: readonly OwnerBook[], onChange: () => void) {
    this.#owners = owners;
    this.#onChange = onChange;
  }

  readonly size = (): number => this.changes.size;

  put(object: RawObject): string | undefined {
    const trimmed = trimPod(object);
    if (trimmed === undefined) return undefined;
    const { key, pod, owner } = trimmed;
    if (pod.uid !== key) this.#renamed.set(key, pod.uid);
    this.#waiting.delete(key);
    this.#tell(pod, owner && this.#workloadOf(owner, key, pod));
    return key;
  }

  remove(object: RawObject): void {
    const key = podKey(object);
    if (key === undefined) return;
    if (this.changes.remove(this.#renamed.get(key) ?? key)) this.#onChange();
    this.#renamed.delete(key);
    this.#waiting.delete(key);
  }

  retain(keys: ReadonlySet<string>): void {
    const told = new Set(Array.from(keys, (key) => this.#renamed.get(key) ?? key));
    if (this.changes.retain(told)) this.#onChange();
    for (const table of [this.#renamed, this.#waiting]) {
      for (const key of table.keys()) if (!keys.has(key)) table.delete(key);
    }
  }

  /** A ReplicaSet or Job was told of: pods that came before it get their workload. */
  ownerCame(uid: string): void {
    if (this.#waiting.size === 0) return;
    for (const [key, { pod, owner }] of this.#waiting) {
      if (owner !== uid) continue;
      this.#waiting.delete(key);
      this.#tell(pod, this.#above(uid) ?? undefined);
    }
  }

  #tell(pod: PodIdentity, workload: Workload | undefined): void {
    const told = workload === undefined ? pod : { ...pod, workload };
    if (this.changes.put(pod.uid, told)) this.#onChange();
  }

  #workloadOf(owner: OwnerReference, key: string, pod: PodIdentity): Workload {
    const { kind, name, uid } = owner;
    const above = OWNED.has(kind) ? this.#above(uid) : null;
    if (above !== undefined) return above ?? { kind, name };
    const guessed = guessDeployment(owner, pod.labels) ?? { kind, name };
    if (this.#waiting.size < MAX_WAITING) this.#waiting.set(key, { pod: { ...pod, workload: guessed }, owner: uid });
    return guessed;
  }

  #above(uid: string): Workload | null | undefined {
    for (const owners of this.#owners) {
      const above = owners.find(uid);
      if (above !== undefined) return above;
    }
    return undefined;
  }
}

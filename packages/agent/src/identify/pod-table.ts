import type { Change } from './identity-changes.ts';
import type { PodIdentity } from './identity-file.ts';

interface Known {
  readonly pod: PodIdentity;
  readonly goneAtMs: number | undefined;
}

/** Pods by UID. A deleted one keeps its name for late sockets (trap 29) until it is forgotten. */
export class PodTable {
  readonly #pods = new Map<string, Known>();
  /* UIDs of deleted ones, the first to go in front; one that came back is passed over. */
  #gone: { readonly uid: string; readonly atMs: number }[] = [];

  find(uid: string): PodIdentity | undefined {
    return this.#pods.get(uid)?.pod;
  }

  /** `changed`: UIDs that are new or named differently; `gone`: those that just left. */
  apply(
    changes: readonly Change<PodIdentity>[],
    atMs: number,
  ): { changed: readonly string[]; gone: readonly string[] } {
    const changed: string[] = [];
    const gone: string[] = [];
    for (const { before, now } of changes) {
      if (now !== undefined) {
        const known = this.#pods.get(now.uid)?.pod;
        if (known === undefined || nameText(known) !== nameText(now)) changed.push(now.uid);
        this.#pods.set(now.uid, { pod: now, goneAtMs: undefined });
      } else if (before !== undefined) {
        this.#pods.set(before.uid, { pod: before, goneAtMs: atMs });
        this.#gone.push({ uid: before.uid, atMs });
        gone.push(before.uid);
      }
    }
    return { changed, gone };
  }

  /** Forgets pods that went before `timeMs`; returns their UIDs. */
  forgetBefore(timeMs: number): string[] {
    const first = this.#gone.findIndex(({ atMs }) => atMs >= timeMs);
    const over = this.#gone.splice(0, first === -1 ? this.#gone.length : first);
    return over.flatMap(({ uid, atMs }) => {
      if (this.#pods.get(uid)?.goneAtMs !== atMs) return [];
      this.#pods.delete(uid);
      return uid;
    });
  }
}

/** What a pod and its containers are called by. */
function nameText({ namespace, name, workload, generateName, containers, ips, hostNetwork }: PodIdentity): string {
  return JSON.stringify([namespace, name, workload, generateName, containers, ips, hostNetwork]);
}

import type { PodIdentity } from './identity-file.ts';

interface Known {
  readonly pod: PodIdentity;
  readonly text: string;
  goneAtMs: number | undefined;
}

/** Pods by UID. A deleted one keeps its name for late sockets (trap 29) until it is forgotten. */
export class PodTable {
  readonly #pods = new Map<string, Known>();

  find(uid: string): PodIdentity | undefined {
    return this.#pods.get(uid)?.pod;
  }

  /** Takes a whole snapshot. `changed`: UIDs that are new or named differently; `gone`: those that just left. */
  update(pods: readonly PodIdentity[], atMs: number): { changed: ReadonlySet<string>; gone: readonly string[] } {
    const changed = new Set<string>();
    const present = new Set<string>();
    for (const pod of pods) {
      present.add(pod.uid);
      const { namespace, name, workload, generateName, containers, ips, hostNetwork } = pod;
      const text = JSON.stringify([namespace, name, workload, generateName, containers, ips, hostNetwork]);
      if (this.#pods.get(pod.uid)?.text !== text) changed.add(pod.uid);
      this.#pods.set(pod.uid, { pod, text, goneAtMs: undefined });
    }
    const gone: string[] = [];
    for (const [uid, known] of this.#pods) {
      if (present.has(uid) || known.goneAtMs !== undefined) continue;
      known.goneAtMs = atMs;
      gone.push(uid);
    }
    return { changed, gone };
  }

  /** Forgets pods that went before `timeMs`; returns their UIDs. */
  forgetBefore(timeMs: number): string[] {
    const forgotten: string[] = [];
    for (const [uid, known] of this.#pods) {
      if (known.goneAtMs === undefined || known.goneAtMs >= timeMs) continue;
      this.#pods.delete(uid);
      forgotten.push(uid);
    }
    return forgotten;
  }
}

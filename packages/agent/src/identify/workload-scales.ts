/** How many ready pods a workload has, and when that or its template last changed. */
import { workloadKey } from '@netguard/core';
import { podEndpoint } from './address-table.ts';
import type { IdentityFile } from './identity-file.ts';

export interface Scale {
  readonly replicas: number;
  /** Epoch ms; -Infinity: never seen to change. */
  readonly changedMs: number;
}

const UNKNOWN: Scale = { replicas: 1, changedMs: Number.NEGATIVE_INFINITY };
/** A workload that vanished is remembered this long: a rollout may leave it without pods for a moment. */
const KEEP_MS = 600_000;

interface Known extends Scale {
  /** The pods, so that a rollout, which leaves their number as it was, is a change too. */
  readonly pods: string;
  readonly seenMs: number;
}

export class WorkloadScales {
  #byWorkload = new Map<string, Known>();
  #hasSnapshot = false;

  update(identities: IdentityFile | null, atMs: number): void {
    const pods = new Map<string, string[]>();
    const ready = new Map<string, number>();
    for (const pod of identities?.pods ?? []) {
      if (pod.phase === 'Succeeded' || pod.phase === 'Failed') continue;
      const key = workloadKey(podEndpoint('', pod));
      const uids = pods.get(key);
      if (uids === undefined) pods.set(key, [pod.uid]);
      else uids.push(pod.uid);
      if (pod.phase === 'Running' && pod.ready !== false) ready.set(key, (ready.get(key) ?? 0) + 1);
    }
    const next = new Map<string, Known>();
    for (const [key, uids] of pods) {
      const text = uids.sort().join(' ');
      const before = this.#byWorkload.get(key);
      const isChanged = this.#hasSnapshot && before?.pods !== text;
      const changedMs = isChanged ? atMs : (before?.changedMs ?? Number.NEGATIVE_INFINITY);
      next.set(key, { replicas: ready.get(key) ?? 0, changedMs, pods: text, seenMs: atMs });
    }
    for (const [key, known] of this.#byWorkload) {
      if (!next.has(key) && known.seenMs > atMs - KEEP_MS) {
        next.set(key, known.pods === '' ? known : { ...known, replicas: 0, changedMs: atMs, pods: '' });
      }
    }
    for (const { namespace, kind, name, replicas, changedAt } of identities?.workloads ?? []) {
      const key = `${namespace}/${kind}/${name}`;
      const derived = next.get(key) ?? { ...UNKNOWN, replicas: 0, pods: '', seenMs: atMs };
      const saidMs = changedAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(changedAt);
      next.set(key, {
        ...derived,
        replicas: replicas ?? derived.replicas,
        changedMs: Math.max(derived.changedMs, saidMs),
      });
    }
    this.#byWorkload = next;
    this.#hasSnapshot ||= identities !== null;
  }

  /** `atMs`: a change that had not happened yet does not count. */
  find(workload: string, atMs: number): Scale {
    const known = this.#byWorkload.get(workload);
    if (known === undefined) return UNKNOWN;
    return {
      replicas: known.replicas,
      changedMs: known.changedMs <= atMs ? known.changedMs : Number.NEGATIVE_INFINITY,
    };
  }

  get size(): number {
    return this.#byWorkload.size;
  }
}

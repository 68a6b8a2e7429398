/** How many ready pods a workload has, and when that or its template last changed. */
import { workloadKey } from '@netguard/core';
import { podEndpoint } from './address-table.ts';
import type { IdentityChanges } from './identity-changes.ts';
import type { PodIdentity, WorkloadIdentity } from './identity-file.ts';

export interface Scale {
  readonly replicas: number;
  /** Epoch ms; -Infinity: never seen to change. */
  readonly changedMs: number;
}

const UNKNOWN: Scale = { replicas: 1, changedMs: Number.NEGATIVE_INFINITY };
/** A workload that vanished is remembered this long: a rollout may leave it without pods for a moment. */
const KEEP_MS = 600_000;

interface Known {
  pods: number;
  ready: number;
  /** When a pod of it last came or went, which a rollout shows too; -Infinity: not seen. */
  changedMs: number;
  /** What the file says of it. */
  said: WorkloadIdentity | undefined;
}

export class WorkloadScales {
  readonly #byWorkload = new Map<string, Known>();
  #vanished: { readonly key: string; readonly atMs: number }[] = [];

  apply({ pods, workloads, isNews }: IdentityChanges, atMs: number): void {
    for (const { before, now } of pods) {
      const [was, is] = [before && memberKey(before), now && memberKey(now)];
      if (was !== undefined) this.#count(was, -1, isReady(before) ? -1 : 0);
      if (is !== undefined) this.#count(is, 1, isReady(now) ? 1 : 0);
      if (was === is || !isNews) continue;
      for (const key of [was, is]) if (key !== undefined) this.#known(key).changedMs = atMs;
    }
    for (const { before, now } of workloads) {
      if (before !== undefined) this.#known(keyOf(before)).said = undefined;
      if (now !== undefined) this.#known(keyOf(now)).said = now;
    }
    this.#noteVanished(
      [
        ...pods.map(({ before }) => before && memberKey(before)),
        ...workloads.map(({ before }) => before && keyOf(before)),
      ],
      atMs,
    );
    this.#forgetBefore(atMs - KEEP_MS);
  }

  /** `atMs`: a change that had not happened yet does not count. */
  find(workload: string, atMs: number): Scale {
    const known = this.#byWorkload.get(workload);
    if (known === undefined) return UNKNOWN;
    const { ready, said } = known;
    const saidMs = said?.changedAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(said.changedAt);
    const changedMs = Math.max(known.changedMs, saidMs);
    return { replicas: said?.replicas ?? ready, changedMs: changedMs <= atMs ? changedMs : Number.NEGATIVE_INFINITY };
  }

  #known(key: string): Known {
    let known = this.#byWorkload.get(key);
    if (known === undefined) {
      known = { pods: 0, ready: 0, changedMs: Number.NEGATIVE_INFINITY, said: undefined };
      this.#byWorkload.set(key, known);
    }
    return known;
  }

  #count(key: string, pods: number, ready: number): void {
    const known = this.#known(key);
    known.pods += pods;
    known.ready += ready;
  }

  #noteVanished(keys: readonly (string | undefined)[], atMs: number): void {
    for (const key of new Set(keys)) {
      if (key !== undefined && isEmpty(this.#byWorkload.get(key))) this.#vanished.push({ key, atMs });
    }
  }

  #forgetBefore(timeMs: number): void {
    const first = this.#vanished.findIndex(({ atMs }) => atMs >= timeMs);
    for (const { key } of this.#vanished.splice(0, first === -1 ? this.#vanished.length : first)) {
      const known = this.#byWorkload.get(key);
      if (known !== undefined && isEmpty(known) && known.changedMs < timeMs) this.#byWorkload.delete(key);
    }
  }
}

function isEmpty(known: Known | undefined): boolean {
  return known !== undefined && known.pods === 0 && known.said === undefined;
}

/** The workload that a pod counts for; completed ones count for none. */
function memberKey(pod: PodIdentity): string | undefined {
  return pod.phase === 'Succeeded' || pod.phase === 'Failed' ? undefined : workloadKey(podEndpoint('', pod));
}

function isReady(pod: PodIdentity | undefined): boolean {
  return pod?.phase === 'Running' && pod.ready !== false;
}

function keyOf({ namespace, kind, name }: WorkloadIdentity): string {
  return `${namespace}/${kind}/${name}`;
}

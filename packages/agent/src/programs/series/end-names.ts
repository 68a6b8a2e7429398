import { type Endpoint, Lru } from '@netguard/core';
import type { BpfValue } from '@netguard/libbpf';
import type { SeriesNames } from './types.ts';

/** Labels that a cgroup becomes, in this order; a field `src_cgroup_id` puts `src_` before each. */
export const CGROUP_LABELS = ['namespace', 'pod', 'container'] as const;

const REMEMBERED = 16_384;

/** Names of cgroups, and who it was that they were made of: alerts need the endpoint again. */
export class EndNames {
  readonly #names: SeriesNames;
  readonly #byName = new Lru<string, Endpoint>(REMEMBERED);
  #isPending = false;

  constructor(names: SeriesNames) {
    this.#names = names;
  }

  /** The values of CGROUP_LABELS. One that nobody knows keeps its number: two strangers are never added up. */
  cgroup(id: BpfValue | undefined): readonly [namespace: string, pod: string, container: string] {
    if (typeof id !== 'number' && typeof id !== 'bigint') return ['', '', ''];
    const endpoint = this.#names.cgroup(Number(id));
    if (endpoint === 'pending') this.#isPending = true;
    if (endpoint === undefined || endpoint === 'pending') return ['', '', `cgroup:${id}`];
    const { namespace = '', pod = '', container, service, process } = endpoint;
    const inner = container ?? (pod === '' ? (service ?? process?.comm ?? '') : '');
    this.#byName.set(nameKey(namespace, pod, inner), endpoint);
    return [namespace, pod, inner];
  }

  /** True once after a cgroup was asked for whose name may still come. */
  takePending(): boolean {
    const isPending = this.#isPending;
    this.#isPending = false;
    return isPending;
  }

  /** The endpoint that became these labels; undefined when they name none. */
  behind(namespace: string, pod: string, container: string): Endpoint | undefined {
    return this.#byName.get(nameKey(namespace, pod, container));
  }

  address(ip: string): Endpoint {
    return this.#names.address(ip);
  }

  command(pid: BpfValue): string {
    return this.#names.command(Number(pid)) ?? '';
  }
}

/** Containers of one pod are one end. */
function nameKey(namespace: string, pod: string, container: string): string {
  return pod === '' ? `\n${container}` : `${namespace}\n${pod}`;
}

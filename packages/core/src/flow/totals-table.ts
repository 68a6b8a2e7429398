import { isLoopbackPair } from '../address.ts';
import type { Endpoint } from '../endpoint.ts';
import type { ConnectionObservation, Counts } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import type { EndpointTotal, Protocol } from './flow.ts';
import { RisingCounts } from './rising-counts.ts';

export interface TotalsTableOptions {
  /** Cgroups held; those that find no room are summed under cgroup 0. Default 16,384. */
  readonly capacity?: number;
  /** A dead cgroup's counters stay this long: closing sockets outlive their pod by minutes. Default 10 min. */
  readonly keepMs?: number;
}

/** Counters of one cgroup; `pinned` is set where the traffic belongs to another endpoint than the cgroup's own (mesh). */
class CgroupTotals {
  readonly cgroupId: number;
  readonly pinned: boolean;
  endpoint: Endpoint | undefined;
  deadSinceMs = Number.NaN;
  readonly byProtocol = new Map<Protocol, RisingCounts>();
  readonly loopback = new Map<Protocol, RisingCounts>();

  constructor(cgroupId: number, endpoint: Endpoint | undefined, pinned: boolean) {
    this.cgroupId = cgroupId;
    this.endpoint = endpoint;
    this.pinned = pinned;
  }

  counts(protocol: Protocol, loopback: boolean): RisingCounts {
    const table = loopback ? this.loopback : this.byProtocol;
    let counts = table.get(protocol);
    if (counts === undefined) {
      counts = new RisingCounts();
      table.set(protocol, counts);
    }
    return counts;
  }

  inherit(other: CgroupTotals): void {
    for (const [protocol, counts] of other.byProtocol) this.counts(protocol, false).add(counts);
    for (const [protocol, counts] of other.loopback) this.counts(protocol, true).add(counts);
  }
}

/**
 * Exact cumulative counters per cgroup and protocol since the start. No counter ever falls: a container's totals pass to
 * a living one of the same endpoint when its cgroup is forgotten, and go only with the endpoint itself.
 */
export class TotalsTable {
  readonly #capacity: number;
  readonly #keepMs: number;
  readonly #byCgroup = new Map<number, CgroupTotals>();
  /** Traffic of sockets whose namespace belongs to another endpoint than their cgroup. */
  readonly #pinned = new Map<string, CgroupTotals>();
  #overflowed = 0;

  constructor(options: TotalsTableOptions = {}) {
    this.#capacity = options.capacity ?? 16_384;
    this.#keepMs = options.keepMs ?? 600_000;
  }

  /** Adds what a TCP connection moved. `endpoint` is its local end, for the case that the cgroup is another's (`via`). */
  addConnection(observation: ConnectionObservation, endpoint: Endpoint): void {
    const delta = observation.delta;
    const loopback = isLoopbackPair(observation.local.ip, observation.remote.ip);
    const totals =
      endpoint.via === undefined
        ? this.#ofCgroup(observation.cgroupId)
        : this.#ofNamespace(observation.cgroupId, endpoint);
    if (totals.endpoint === undefined && totals.cgroupId !== 0) totals.endpoint = endpoint;
    totals.counts('TCP', loopback).add(delta);
  }

  /** Takes over the kernel's absolute counters of one cgroup and protocol. A counter that fell began anew: it goes on from where it was. */
  setDatagrams(cgroupId: number, protocol: Protocol, counters: Counts, loopback: boolean): void {
    this.#ofCgroup(cgroupId).counts(protocol, loopback).setAbsolute(counters);
  }

  /** The cgroup is gone (rmdir). Late closes still count. */
  markDead(cgroupId: number, timeMs: number): void {
    const totals = this.#byCgroup.get(cgroupId);
    if (totals !== undefined) totals.deadSinceMs = timeMs;
    for (const pinned of this.#pinned.values()) if (pinned.cgroupId === cgroupId) pinned.deadSinceMs = timeMs;
  }

  /** Forgets cgroups dead for `keepMs`; returns their ids, so that the kernel's entries can go too. */
  sweep(nowMs: number): number[] {
    const removed: number[] = [];
    for (const totals of this.#all()) {
      if (!(nowMs - totals.deadSinceMs >= this.#keepMs)) continue;
      const heir = this.#heirOf(totals);
      heir?.inherit(totals);
      if (totals.pinned) this.#pinned.delete(pinnedKey(totals.cgroupId, totals.endpoint));
      else {
        this.#byCgroup.delete(totals.cgroupId);
        removed.push(totals.cgroupId);
      }
    }
    return removed;
  }

  /** All totals without loopback, one row a cgroup and protocol; a pod of two containers has two rows a protocol. */
  list(resolve: (cgroupId: number) => Endpoint): EndpointTotal[] {
    return this.#rows(resolve, false);
  }

  /** What stayed inside network namespaces, kept apart from `list`. */
  listLoopback(resolve: (cgroupId: number) => Endpoint): EndpointTotal[] {
    return this.#rows(resolve, true);
  }

  /** `evicted` counts the updates that went to cgroup 0 because the table was full. */
  get state(): TableState {
    return {
      entries: this.#byCgroup.size + this.#pinned.size,
      capacity: this.#capacity,
      evicted: this.#overflowed,
    };
  }

  #rows(resolve: (cgroupId: number) => Endpoint, loopback: boolean): EndpointTotal[] {
    const rows: EndpointTotal[] = [];
    for (const totals of this.#all()) {
      const endpoint = totals.pinned && totals.endpoint !== undefined ? totals.endpoint : resolve(totals.cgroupId);
      totals.endpoint = endpoint;
      for (const [protocol, counts] of loopback ? totals.loopback : totals.byProtocol) {
        rows.push({
          endpoint,
          cgroupId: totals.cgroupId,
          protocol,
          receivedBytes: counts.receivedBytes,
          sentBytes: counts.sentBytes,
          receivedPackets: counts.receivedPackets,
          sentPackets: counts.sentPackets,
          ...(Number.isNaN(totals.deadSinceMs) ? undefined : { gone: true as const }),
        });
      }
    }
    return rows;
  }

  *#all(): Generator<CgroupTotals> {
    yield* this.#byCgroup.values();
    yield* this.#pinned.values();
  }

  #ofCgroup(cgroupId: number): CgroupTotals {
    let totals = this.#byCgroup.get(cgroupId);
    if (totals !== undefined) return totals;
    if (this.#byCgroup.size + this.#pinned.size >= this.#capacity && cgroupId !== 0) {
      this.#overflowed++;
      return this.#ofCgroup(0);
    }
    totals = new CgroupTotals(cgroupId, undefined, false);
    this.#byCgroup.set(cgroupId, totals);
    return totals;
  }

  #ofNamespace(cgroupId: number, endpoint: Endpoint): CgroupTotals {
    const key = pinnedKey(cgroupId, endpoint);
    let totals = this.#pinned.get(key);
    if (totals !== undefined) return totals;
    if (this.#byCgroup.size + this.#pinned.size >= this.#capacity) {
      this.#overflowed++;
      return this.#ofCgroup(0);
    }
    totals = new CgroupTotals(cgroupId, endpoint, true);
    this.#pinned.set(key, totals);
    return totals;
  }

  /** A living entry of the same endpoint: where a forgotten container's totals go. */
  #heirOf(dead: CgroupTotals): CgroupTotals | undefined {
    if (dead.endpoint === undefined) return undefined;
    const name = endpointIdentity(dead.endpoint);
    for (const totals of this.#all()) {
      if (totals === dead || !Number.isNaN(totals.deadSinceMs) || totals.endpoint === undefined) continue;
      if (endpointIdentity(totals.endpoint) === name) return totals;
    }
    return undefined;
  }
}

/** The name of the series an endpoint counts in: one a pod, whatever container it is. */
function endpointIdentity(endpoint: Endpoint): string {
  if (endpoint.pod !== undefined) return `${endpoint.namespace ?? ''}/${endpoint.pod}`;
  const name = endpoint.container ?? endpoint.service ?? endpoint.process?.comm ?? endpoint.ip;
  return `${endpoint.kind}:${name}`;
}

function pinnedKey(cgroupId: number, endpoint: Endpoint | undefined): string {
  return `${cgroupId}|${endpoint === undefined ? '' : endpointIdentity(endpoint)}`;
}

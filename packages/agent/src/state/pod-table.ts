import type { Endpoint, EndpointTotal } from '@netguard/core';
import type { PodRow } from '../http/api-types.ts';
import type { Tick } from '../worker/messages.ts';
import { Cumulative } from './cumulative.ts';
import { History } from './history.ts';
import { subjectEndpoint, subjectKey } from './subject.ts';

export interface Traffic {
  receiveBytes: number;
  transmitBytes: number;
  receivePackets: number;
  transmitPackets: number;
}

/** A row as it is kept: counters only grow, whatever its containers do. */
export interface PodState {
  readonly key: string;
  endpoint: Endpoint;
  readonly byProtocol: Map<string, Traffic>;
  readonly perSecond: Traffic;
  readonly history: History;
  seenMs: number;
}

/** What one protocol of a row added in the last tick; zeros when it was the first one and nothing moved. */
export interface Growth {
  readonly row: PodState;
  readonly protocol: string;
  readonly added: Traffic;
}

/** Rows above this are not kept (and said so): three times what the largest node in use runs, with its processes. */
const MAX_ROWS = 20_000;

const DIRECTIONS = ['receiveBytes', 'transmitBytes', 'receivePackets', 'transmitPackets'] as const;

export function noTraffic(): Traffic {
  return { receiveBytes: 0, transmitBytes: 0, receivePackets: 0, transmitPackets: 0 };
}

/** Pods and everything else with counters of its own: cumulative numbers, rates of the last tick, a minute's history. */
export class PodTable {
  readonly #rows = new Map<string, PodState>();
  readonly #counters = new Cumulative();
  #graceMs: number;
  #lastTickMs = 0;
  #refused = 0;
  #growth: Growth[] = [];

  /** Rows outlive their endpoint by `graceSeconds`. */
  constructor(graceSeconds: number) {
    this.#graceMs = graceSeconds * 1000;
  }

  set graceSeconds(seconds: number) {
    this.#graceMs = seconds * 1000;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Totals (by endpoint and protocol) left out of the last tick because the table was full. */
  get refused(): number {
    return this.#refused;
  }

  /** What the last tick added, by row and protocol. */
  get growth(): readonly Growth[] {
    return this.#growth;
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  rows(): IterableIterator<PodState> {
    return this.#rows.values();
  }

  update(tick: Tick): void {
    const seconds = this.#lastTickMs > 0 ? (tick.timeMs - this.#lastTickMs) / 1000 : 0;
    this.#refused = 0;
    this.#growth = [];
    for (const [key, { endpoint, protocol, sum, gone }] of sumTotals(tick.totals)) {
      // Totals stay for minutes after their cgroups, for late closes: only growth keeps such a row.
      if (gone && !this.#counters.wouldAdd(key, sum)) {
        this.#counters.advanceAll(key, sum, tick.timeMs);
        continue;
      }
      const row = this.#row(subjectKey(endpoint), endpoint, tick.timeMs);
      if (row === undefined) this.#refused++;
      else this.#grow(row, protocol, this.#counters.advanceAll(key, sum, tick.timeMs));
    }
    if (seconds > 0) this.#setRates(seconds);
    this.#lastTickMs = Math.max(this.#lastTickMs, tick.timeMs);
    this.#sweep(tick.timeMs);
  }

  #grow(row: PodState, protocol: string, values: readonly number[]): void {
    const isNew = !row.byProtocol.has(protocol);
    const total = row.byProtocol.get(protocol) ?? noTraffic();
    row.byProtocol.set(protocol, total);
    if (!isNew && values.every((value) => value === 0)) return;
    const added = noTraffic();
    for (const [index, direction] of DIRECTIONS.entries()) {
      added[direction] = values[index] ?? 0;
      total[direction] += added[direction];
    }
    this.#growth.push({ row, protocol, added });
  }

  #setRates(seconds: number): void {
    for (const row of this.#rows.values()) Object.assign(row.perSecond, noTraffic());
    for (const { row, added } of this.#growth) {
      for (const direction of DIRECTIONS) row.perSecond[direction] += added[direction] / seconds;
    }
    for (const row of this.#rows.values()) row.history.push(row.perSecond.receiveBytes + row.perSecond.transmitBytes);
  }

  #row(key: string, endpoint: Endpoint, nowMs: number): PodState | undefined {
    let row = this.#rows.get(key);
    if (row === undefined) {
      if (this.#rows.size >= MAX_ROWS) return undefined;
      const perSecond = noTraffic();
      row = { key, endpoint, byProtocol: new Map(), perSecond, history: new History(), seenMs: nowMs };
      this.#rows.set(key, row);
    }
    row.endpoint = subjectEndpoint(endpoint);
    row.seenMs = nowMs;
    return row;
  }

  #sweep(nowMs: number): void {
    const before = nowMs - this.#graceMs;
    for (const [key, row] of this.#rows) if (row.seenMs < before) this.#rows.delete(key);
    this.#counters.forget(before);
  }
}

interface Sum {
  readonly endpoint: Endpoint;
  readonly protocol: string;
  /** In the order of `DIRECTIONS`. */
  readonly sum: number[];
  /** Of all cgroups summed here. */
  gone: boolean;
}

/**
 * Totals of one tick by row and protocol. They are summed before they are compared with the last tick's, because a
 * container's counters pass to another of its pod when its cgroup is forgotten: only the pod's sum never falls.
 */
function sumTotals(totals: readonly EndpointTotal[]): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const total of totals) {
    const { endpoint, protocol, receivedBytes, sentBytes, receivedPackets, sentPackets } = total;
    const gone = total.gone === true;
    const key = `${protocol}\0${subjectKey(endpoint)}`;
    const values = [receivedBytes, sentBytes, receivedPackets, sentPackets];
    const known = sums.get(key);
    if (known === undefined) {
      sums.set(key, { endpoint, protocol, sum: values, gone });
      continue;
    }
    known.gone &&= gone;
    for (const [index, value] of values.entries()) known.sum[index]! += value;
  }
  return sums;
}

/** The row as the API shows it; rates are rounded to whole bytes and packets. */
export function podRow(row: PodState, alertsOpen: number): PodRow {
  const sum = noTraffic();
  for (const traffic of row.byProtocol.values()) {
    for (const direction of DIRECTIONS) sum[direction] += traffic[direction];
  }
  return {
    endpoint: row.endpoint,
    ...sum,
    byProtocol: Object.fromEntries(row.byProtocol),
    receiveBytesPerSecond: Math.round(row.perSecond.receiveBytes),
    transmitBytesPerSecond: Math.round(row.perSecond.transmitBytes),
    receivePacketsPerSecond: Math.round(row.perSecond.receivePackets),
    transmitPacketsPerSecond: Math.round(row.perSecond.transmitPackets),
    history: row.history.values(),
    alertsOpen,
  };
}

import type { Endpoint } from '../../endpoint.ts';
import { HyperLogLog } from '../../sketch/hyper-log-log.ts';
import { SpaceSaving } from '../../sketch/space-saving.ts';

export type Measure = 'bytes' | 'packets' | 'flows';
export const MEASURES: readonly Measure[] = ['bytes', 'packets', 'flows'];
/** Which end opened the conversations. */
export type Direction = 'served' | 'called';

/** One measure of one window that is far more than expected. Rates of the whole workload on this node. */
export interface Excess {
  readonly measure: Measure;
  readonly rate: number;
  readonly threshold: number;
  /** Null where nothing had to be learned to know. */
  readonly expected: number | null;
}

const TOP_PEERS = 64;
/** One observation of so many goes into the top: finding the smallest of 64 costs more than all the rest. */
const SAMPLE_OF = 7;

/** Who is at the other end while there is a surge, or may be one. */
export class Peers {
  readonly top = new SpaceSaving(TOP_PEERS);
  readonly distinct = new HyperLogLog();
  readonly endpoints = new Map<string, Endpoint>();

  #skipped = 0;
  #weight = 0;

  /** The largest are found in a sample: what they share is large. */
  add(peer: Endpoint, weight: number): void {
    this.distinct.add(peer.ip);
    this.#weight += weight;
    if (++this.#skipped < SAMPLE_OF) return;
    this.top.add(peer.ip, this.#weight);
    this.#skipped = 0;
    this.#weight = 0;
    if (this.endpoints.size < TOP_PEERS && !this.endpoints.has(peer.ip)) this.endpoints.set(peer.ip, peer);
  }

  /** Shannon entropy of the top peers' shares, 0 (one peer) to 1 (all alike). */
  get entropy(): number {
    const top = this.top.top(TOP_PEERS);
    const all = top.reduce((sum, { count }) => sum + count, 0);
    if (top.length < 2 || all === 0) return 0;
    const bits = top.reduce((sum, { count }) => sum - (count / all) * Math.log2(count / all), 0);
    return bits / Math.log2(top.length);
  }
}

export interface Alarm {
  readonly sinceMs: number;
  /** Latched when it opens, so that one surge stays one alert. */
  readonly peer: Endpoint | null;
  /** By what it is told: the latest window that was a surge. */
  excess: Excess;
  /** Most of it is exchanged with strangers. */
  isOutside: boolean;
  /** Conversations that are in a finding already. */
  reported: number;
}

/** One direction of one workload: what moved in the current window, and how the last ones were. */
export class Side {
  bytes = 0;
  packets = 0;
  flows = 0;
  /** Of the packets, those exchanged with strangers. */
  outsidePackets = 0;
  /** New conversations since the start, those not counted included. */
  allFlows = 0;
  /** The last windows that were a surge, newest in the lowest bit. */
  surges = 0;
  /** Collected from the first window on that is a surge. */
  peers: Peers | undefined;
  alarm: Alarm | undefined;
  /** Levels that lasted and count as expected until the baseline has followed them. */
  readonly accepted: Record<Measure, number> = { bytes: 0, packets: 0, flows: 0 };

  startWindow(): void {
    this.bytes = 0;
    this.packets = 0;
    this.flows = 0;
    this.outsidePackets = 0;
  }
}

import {
  AlertBook,
  type AlertEvent,
  type DetectorContext,
  DetectorSet,
  type ListenerRef,
  type Observation,
  type Who,
} from '@netguard/core';
import type { Config } from '../config/schema.ts';
import type { KernelLimits } from '../sources/ebpf/source.ts';

/** A limit that no packet count reaches: the kernel raises nothing for a detector that is off everywhere. */
const NEVER = 0xffffffff;

/** The detectors and the book of alerts that their findings become. */
export class Detection {
  readonly book: AlertBook;
  readonly #set: DetectorSet;

  constructor(config: Config, context: DetectorContext) {
    this.book = new AlertBook({ cluster: config.cluster, node: config.node, ...bookSettings(config) });
    this.#set = new DetectorSet({ settings: config.detectors, context });
  }

  /** Applies new settings; open alerts and the state of detectors that stay on are kept. */
  configure(config: Config): void {
    this.book.configure(bookSettings(config));
    this.#set.configure(config.detectors);
  }

  observe(observation: Observation, who: Who): void {
    this.#set.observe(observation, who);
  }

  get nextDueMs(): number {
    return this.#set.nextDueMs;
  }

  pendingListeners(): ListenerRef[] {
    return this.#set.pendingListeners();
  }

  evaluate(nowMs: number): AlertEvent[] {
    return this.book.apply(this.#set.evaluate(nowMs), nowMs);
  }

  /** The lowest thresholds that any namespace enables: the kernel fires there, the detectors apply the right ones. */
  kernelLimits(): KernelLimits {
    const lowest = (name: string) => this.#set.lowestParameter('syn-flood', name);
    return {
      listenerSyns: lowest('listenerSynsPerWindow') ?? NEVER,
      sourceSyns: lowest('sourceSynsPerWindow') ?? NEVER,
      probePorts: NEVER,
      windowMs: lowest('windowMs') ?? 1000,
      graceMs: lowest('handshakeGraceMs') ?? 150,
    };
  }

  /** Bounded state, for `status`. */
  tables(): { name: string; entries: number; capacity: number; evicted: number }[] {
    const detectors = this.#set.status().map(({ id, entries, capacity, evicted }) => ({
      name: `detector_${id}`,
      entries,
      capacity,
      evicted,
    }));
    const { entries, capacity, evicted } = this.book.state;
    return [...detectors, { name: 'alerts_open', entries, capacity, evicted }];
  }

  /** Exceptions that detectors threw and that were caught. */
  errors(): number {
    return this.#set.status().reduce((sum, { errors }) => sum + errors, 0);
  }
}

function bookSettings(config: Config): { quietMs: number; foldAfter: number } {
  return { quietMs: config.alerts.resolveAfterMs, foldAfter: config.alerts.maxOpenPerRule };
}

import {
  AlertBook,
  type AlertEvent,
  type DetectorContext,
  DetectorSet,
  type DetectorStatus,
  type LackingFacts,
  type ListenerRef,
  type Observation,
  type Who,
} from '@netguard/core';
import type { Config } from '../config/schema.ts';
import type { KernelLimits } from '../sources/ebpf/source.ts';

/** A limit that no packet count reaches: the kernel raises nothing for a detector that is off everywhere. */
const NEVER = 0xffffffff;
/** Observed causes held at once; more are only counted. */
const MAX_OBSERVED = 1000;

/** The detectors and the book of alerts that their findings become. */
export class Detection {
  readonly book: AlertBook;
  /** What detectors in mode `observe`, and those below a raised threshold, would have alerted of. */
  readonly observed: AlertBook;
  readonly #set: DetectorSet;
  #observedEvents: AlertEvent[] = [];

  /** `lacking`: what the source cannot tell. */
  constructor(config: Config, context: DetectorContext, lacking: LackingFacts = {}) {
    this.#set = new DetectorSet({ settings: config.detectors, context, lacking });
    const names = { cluster: config.cluster, node: config.node, ...bookSettings(config) };
    this.book = new AlertBook({ ...names, yieldsTo: this.#set.yieldsTo });
    this.observed = new AlertBook({ ...names, observed: true, capacity: MAX_OBSERVED, foldAfter: MAX_OBSERVED });
  }

  /** Applies new settings; open alerts and the state of detectors that stay on are kept. */
  configure(config: Config): void {
    this.book.configure(bookSettings(config));
    this.observed.configure({ ...bookSettings(config), foldAfter: MAX_OBSERVED });
    this.#set.configure(config.detectors);
  }

  /** What the source has turned out not to tell, or to tell after all. */
  setLacking(lacking: LackingFacts): void {
    this.#set.setLacking(lacking);
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
    const findings = this.#set.evaluate(nowMs);
    this.#observedEvents = this.observed.apply(this.#set.observed, nowMs);
    return this.book.apply(findings, nowMs, this.#set.yielded);
  }

  /** What is news among the observed after the last evaluation; nobody is notified of it. */
  observedEvents(): readonly AlertEvent[] {
    return this.#observedEvents;
  }

  /** How each detector runs and does. */
  detectors(): DetectorStatus[] {
    return this.#set.status();
  }

  /** The lowest thresholds that any namespace enables: the kernel fires there, the detectors apply the right ones. */
  kernelLimits(): KernelLimits {
    const lowest = (name: string) => this.#set.lowestParameter('syn-flood', name);
    return {
      listenerSyns: lowest('listenerSynsPerWindow') ?? NEVER,
      sourceSyns: lowest('sourceSynsPerWindow') ?? NEVER,
      probePorts: this.#lowestProbePorts(),
      windowMs: lowest('windowMs') ?? 1000,
      graceMs: lowest('handshakeGraceMs') ?? 150,
    };
  }

  /** At this many ports the kernel tells of probes at once, and again at each doubling. */
  #lowestProbePorts(): number {
    const lowest = (name: string) => this.#set.lowestParameter('port-scan', name) ?? NEVER;
    return Math.min(lowest('outsidePorts'), lowest('insidePorts'));
  }

  /** Bounded state, for `status`. */
  tables(): { name: string; entries: number; capacity: number; evicted: number }[] {
    const detectors = this.#set.status().map(({ id, entries, capacity, evicted }) => ({
      name: `detector_${id}`,
      entries,
      capacity,
      evicted,
    }));
    return [
      ...detectors,
      { name: 'alerts_open', ...this.book.state },
      { name: 'observed_open', ...this.observed.state },
      { name: 'owned_causes', ...this.#set.ownershipState },
    ];
  }

  /** Exceptions that detectors threw and that were caught. */
  errors(): number {
    return this.#set.status().reduce((sum, { errors }) => sum + errors, 0);
  }
}

function bookSettings(config: Config): { quietMs: number; foldAfter: number } {
  return { quietMs: config.alerts.resolveAfterMs, foldAfter: config.alerts.maxOpenPerRule };
}

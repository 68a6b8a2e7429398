import {
  type AlertEvent,
  AlertBook,
  type DetectorSettings,
  DetectorSet,
  detectors,
  type Finding,
  type ListenerRef,
  type NameAddress,
  type Observation,
  parameterValues,
  type Who,
} from '@netguard/core';
import type { Config } from '../config/schema.ts';
import type { KernelLimits } from '../sources/ebpf/source.ts';

/**
 * Detectors and the alerts they raise. A namespace with settings of its own has its own detectors; what belongs to no
 * such namespace goes to the common ones.
 */
export class Detection {
  readonly book: AlertBook;
  readonly #nameAddress: NameAddress;
  readonly #common: DetectorSet;
  #byNamespace = new Map<string, DetectorSet>();

  constructor(config: Config, nameAddress: NameAddress) {
    this.#nameAddress = nameAddress;
    this.book = new AlertBook({ cluster: config.cluster, node: config.node, ...bookSettings(config) });
    this.#common = new DetectorSet({ ...settingsOf(config), nameAddress });
    this.#configureNamespaces(config);
  }

  /** Applies new settings; open alerts and the state of detectors that stay on are kept. */
  configure(config: Config): void {
    this.book.configure(bookSettings(config));
    this.#common.configure(settingsOf(config));
    this.#configureNamespaces(config);
  }

  observe(observation: Observation, who: Who): void {
    const own = this.#byNamespace.get(who.local.namespace ?? '');
    if (observation.kind === 'loss') {
      this.#common.observe(observation, who);
      for (const set of this.#byNamespace.values()) set.observe(observation, who);
    } else {
      (own ?? this.#common).observe(observation, who);
    }
  }

  get nextDueMs(): number {
    let due = this.#common.nextDueMs;
    for (const set of this.#byNamespace.values()) due = Math.min(due, set.nextDueMs);
    return due;
  }

  pendingListeners(): ListenerRef[] {
    return this.#sets().flatMap((set) => set.pendingListeners());
  }

  evaluate(nowMs: number): AlertEvent[] {
    const findings: Finding[] = this.#sets().flatMap((set) => set.evaluate(nowMs));
    return this.book.apply(findings, nowMs);
  }

  /** Detector state for `status`: entries, limits, evictions; exceptions are counted as lost events by the caller. */
  tables(): { name: string; entries: number; capacity: number; evicted: number }[] {
    const book = this.book.state;
    return [
      ...this.#common
        .status()
        .map(({ id, entries, capacity, evicted }) => ({ name: `detector_${id}`, entries, capacity, evicted })),
      { name: 'alerts_open', entries: book.entries, capacity: book.capacity, evicted: book.evicted },
    ];
  }

  errors(): number {
    return this.#sets().reduce((sum, set) => sum + set.status().reduce((n, status) => n + status.errors, 0), 0);
  }

  #sets(): DetectorSet[] {
    return [this.#common, ...this.#byNamespace.values()];
  }

  #configureNamespaces(config: Config): void {
    const next = new Map<string, DetectorSet>();
    for (const namespace of namespacesOf(config)) {
      const settings = settingsOf(config, namespace);
      const known = this.#byNamespace.get(namespace);
      known?.configure(settings);
      next.set(namespace, known ?? new DetectorSet({ ...settings, nameAddress: this.#nameAddress }));
    }
    this.#byNamespace = next;
  }
}

/** The lowest thresholds that any namespace enables: the kernel fires there, the detectors apply the right ones. */
export function kernelLimits(config: Config): KernelLimits {
  const synFlood = [undefined, ...namespacesOf(config)].map((namespace) => {
    const table = detectors.find((detector) => detector.id === 'syn-flood')?.parameters ?? {};
    return parameterValues(table, settingsOf(config, namespace).parameters?.['syn-flood'] ?? {});
  });
  const least = (name: string) => Math.min(...synFlood.map((values) => values[name] ?? Number.POSITIVE_INFINITY));
  return {
    listenerSyns: least('listenerSynsPerWindow'),
    sourceSyns: least('sourceSynsPerWindow'),
    probePorts: 15,
    windowMs: 1000,
    graceMs: least('handshakeGraceMs'),
  };
}

function namespacesOf(config: Config): Set<string> {
  return new Set(Object.values(config.detectors).flatMap((detector) => Object.keys(detector.namespaces)));
}

function settingsOf(config: Config, namespace?: string): DetectorSettings {
  const modes: Record<string, 'alert' | 'observe' | 'off'> = {};
  const parameters: Record<string, Record<string, number>> = {};
  for (const [id, settings] of Object.entries(config.detectors)) {
    const own = namespace === undefined ? undefined : settings.namespaces[namespace];
    const mode = own?.mode ?? settings.mode;
    if (mode) modes[id] = mode;
    parameters[id] = { ...settings.parameters, ...own?.parameters };
  }
  return { modes, parameters };
}

function bookSettings(config: Config): { quietMs: number; foldAfter: number } {
  return { quietMs: config.alerts.resolveAfterMs, foldAfter: config.alerts.maxOpenPerRule };
}

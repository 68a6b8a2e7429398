import type { Finding } from '../alert/alert.ts';
import type { Observation } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import type { DetectorContext } from './context.ts';
import { type Detector, type DetectorInstance, type ListenerRef, parameterValues, type Who } from './detector.ts';
import { judgeRaised } from './raised-threshold.ts';
import { type LackingFacts, whyUnavailable } from './source-facts.ts';

export type DetectorMode = 'alert' | 'observe' | 'off';

/** How one detector runs: in its own default mode, with its declared values, but for what is said here. */
export interface DetectorOverride {
  readonly mode?: DetectorMode | undefined;
  /** Out of range is moved to the nearest allowed value. */
  readonly parameters?: Readonly<Record<string, number>> | undefined;
}

/** How it runs for the targets of one namespace. */
export interface NamespaceOverride extends DetectorOverride {
  /** Suppression: alerts only when this many times over the threshold (1 to 10); what is below is in `observed`. */
  readonly raise?: number | undefined;
}

/** The settings of one detector, in all namespaces. */
export interface DetectorSetting extends DetectorOverride {
  readonly namespaces?: Readonly<Record<string, NamespaceOverride>> | undefined;
}

/** How a detector runs in a namespace with settings of its own. */
export interface NamespaceStatus {
  readonly mode: DetectorMode;
  readonly parameters: Readonly<Record<string, number>>;
  readonly raise?: number;
}

/** What is to be said of one detector in status and metrics. */
export interface DetectorStatus extends TableState {
  readonly id: string;
  readonly mode: DetectorMode;
  readonly parameters: Readonly<Record<string, number>>;
  readonly namespaces: Readonly<Record<string, NamespaceStatus>>;
  /** Exceptions caught while it observed or evaluated, and the last one's message. */
  readonly errors: number;
  readonly lastError?: string;
  /** Findings dropped since the start because another rule owned their cause. */
  readonly yielded: number;
  /** Findings since the start that a raised threshold held back. */
  readonly suppressed: number;
  /** Why it does not run whatever its mode: what the source cannot tell. Absent when it can. */
  readonly unavailable?: string;
}

/** One instance with the settings it runs by: the default's, or those of one namespace. */
class Lane {
  mode: DetectorMode = 'off';
  parameters: Readonly<Record<string, number>> = {};
  raise = 1;
  instance: DetectorInstance | undefined;
}

/** A detector at work: one instance, and one more for each namespace (of the watched end) with settings of its own. */
export class RunningDetector {
  readonly detector: Detector;
  readonly #context: DetectorContext;
  readonly #default = new Lane();
  readonly #byNamespace = new Map<string, Lane>();
  #errors = 0;
  #lastError: string | undefined;
  #suppressed = 0;
  #unavailable: string | undefined;

  constructor(detector: Detector, context: DetectorContext) {
    this.detector = detector;
    this.#context = context;
  }

  configure(override: DetectorSetting, lacking: LackingFacts): void {
    this.#unavailable = whyUnavailable(this.detector.needs ?? [], lacking);
    const mode = override.mode ?? this.detector.default;
    this.#set(this.#default, mode, override.parameters ?? {});
    const namespaces = override.namespaces ?? {};
    for (const name of this.#byNamespace.keys()) if (namespaces[name] === undefined) this.#byNamespace.delete(name);
    for (const [name, own] of Object.entries(namespaces)) {
      const lane = this.#byNamespace.get(name) ?? new Lane();
      this.#byNamespace.set(name, lane);
      this.#set(lane, own.mode ?? mode, { ...override.parameters, ...own.parameters });
      lane.raise = own.raise ?? 1;
    }
  }

  get isOn(): boolean {
    return this.#unavailable === undefined && this.#lanes().some((lane) => lane.mode !== 'off');
  }

  observe(observation: Observation, who: Who): void {
    const instance = this.#laneOf(who).instance;
    if (instance === undefined) return;
    try {
      instance.observe(observation, who);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Counts an exception. */
  fail(error: unknown): void {
    this.#errors++;
    this.#lastError = error instanceof Error ? error.message : String(error);
  }

  /** Gives each finding with the mode it counts in: one below a raised threshold is only observed. */
  evaluate(nowMs: number, each: (finding: Finding, mode: DetectorMode) => void): void {
    for (const lane of this.#lanes()) {
      if (lane.instance === undefined) continue;
      try {
        for (const finding of lane.instance.evaluate(nowMs)) {
          if (lane.raise === 1) each(finding, lane.mode);
          else this.#judgeRaised(finding, lane, each);
        }
      } catch (error) {
        this.fail(error);
      }
    }
  }

  get nextDueMs(): number {
    let due = this.#default.instance?.nextDueMs ?? Number.POSITIVE_INFINITY;
    for (const lane of this.#byNamespace.values()) due = Math.min(due, lane.instance?.nextDueMs ?? due);
    return due;
  }

  pendingListeners(): ListenerRef[] {
    return this.#lanes().flatMap((lane) => lane.instance?.pendingListeners?.() ?? []);
  }

  /** The lowest value of a parameter among the instances that run; undefined when none does. */
  lowest(name: string): number | undefined {
    const values = this.#lanes().flatMap((lane) => (lane.mode === 'off' ? [] : (lane.parameters[name] ?? [])));
    return values.length > 0 ? Math.min(...values) : undefined;
  }

  status(): Omit<DetectorStatus, 'yielded'> {
    let entries = 0;
    let capacity = 0;
    let evicted = 0;
    for (const { instance } of this.#lanes()) {
      entries += instance?.state.entries ?? 0;
      capacity += instance?.state.capacity ?? 0;
      evicted += instance?.state.evicted ?? 0;
    }
    return {
      id: this.detector.id,
      mode: this.#default.mode,
      parameters: this.#default.parameters,
      namespaces: Object.fromEntries(
        Array.from(this.#byNamespace, ([name, { mode, parameters, raise }]) => [
          name,
          { mode, parameters, ...(raise === 1 ? undefined : { raise }) },
        ]),
      ),
      suppressed: this.#suppressed,
      ...(this.#unavailable === undefined ? undefined : { unavailable: this.#unavailable }),
      errors: this.#errors,
      ...(this.#lastError !== undefined ? { lastError: this.#lastError } : undefined),
      entries,
      capacity,
      evicted,
    };
  }

  #set(lane: Lane, mode: DetectorMode, overrides: Readonly<Record<string, number>>): void {
    lane.mode = mode;
    lane.parameters = inRange(this.detector, overrides);
    if (mode === 'off' || this.#unavailable !== undefined) lane.instance = undefined;
    else if (lane.instance?.configure) lane.instance.configure(lane.parameters);
    else lane.instance = this.detector.create(lane.parameters, this.#context);
  }

  #judgeRaised(finding: Finding, lane: Lane, each: (finding: Finding, mode: DetectorMode) => void): void {
    const raised = judgeRaised(finding, lane.raise);
    if (!raised.isOver) this.#suppressed++;
    each(raised.finding, raised.isOver ? lane.mode : 'observe');
  }

  #laneOf(who: Who): Lane {
    if (this.#byNamespace.size === 0 || who.local.namespace === undefined) return this.#default;
    return this.#byNamespace.get(who.local.namespace) ?? this.#default;
  }

  #lanes(): Lane[] {
    return [this.#default, ...this.#byNamespace.values()];
  }
}

function inRange(detector: Detector, overrides: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const values: Record<string, number> = { ...parameterValues(detector.parameters, overrides) };
  for (const [name, { minimum, maximum, default: fallback }] of Object.entries(detector.parameters)) {
    const value = values[name];
    values[name] = value === undefined || Number.isNaN(value) ? fallback : Math.min(Math.max(value, minimum), maximum);
  }
  return values;
}

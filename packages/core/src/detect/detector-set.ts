import type { Finding } from '../alert/alert.ts';
import type { Observation } from '../observation.ts';
import type { DetectorContext } from './context.ts';
import type { Detector, ListenerRef, Who } from './detector.ts';
import { LossMeter } from './loss-meter.ts';
import { detectors as allDetectors } from './registry.ts';
import { type DetectorOverride, type DetectorStatus, RunningDetector } from './running-detector.ts';

/** By detector id: the shape of `detectors:` in the configuration. */
export type DetectorSettings = Readonly<
  Record<string, DetectorOverride & { readonly namespaces?: Readonly<Record<string, DetectorOverride>> | undefined }>
>;

export interface DetectorSetOptions {
  readonly settings?: DetectorSettings;
  readonly context: DetectorContext;
  /** Default: all of the registry. */
  readonly detectors?: readonly Detector[];
}

type ByKind = { readonly [K in Observation['kind']]: RunningDetector[] };

/** Runs all detectors side by side; one that throws is counted and does not disturb the others. */
export class DetectorSet {
  readonly #all: readonly RunningDetector[];
  readonly #loss = new LossMeter();
  #byKind: ByKind = noDetectors();
  #observed: Finding[] = [];

  constructor(options: DetectorSetOptions) {
    this.#all = (options.detectors ?? allDetectors).map((detector) => new RunningDetector(detector, options.context));
    this.configure(options.settings ?? {});
  }

  /** Changes modes and parameters while running. State is kept, but for what is switched off. */
  configure(settings: DetectorSettings): void {
    this.#byKind = noDetectors();
    for (const running of this.#all) {
      running.configure(settings[running.detector.id] ?? {});
      if (!running.isOn) continue;
      for (const kind of Object.keys(this.#byKind) as Observation['kind'][]) {
        if (running.detector.observes?.includes(kind) ?? true) this.#byKind[kind].push(running);
      }
    }
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind === 'loss') this.#loss.lose(observation.timeMs, observation.count);
    else this.#loss.see(observation.timeMs);
    for (const running of this.#byKind[observation.kind]) running.observe(observation, who);
  }

  /** The findings that may become alerts. Those of detectors in mode `observe` are in `observed` until the next call. */
  evaluate(nowMs: number): Finding[] {
    const findings: Finding[] = [];
    this.#observed = [];
    const lossRatio = this.#loss.ratio(nowMs);
    for (const running of this.#all) {
      running.evaluate(nowMs, (finding, mode) => {
        (mode === 'alert' ? findings : this.#observed).push(lessSure(finding, lossRatio));
      });
    }
    return findings;
  }

  /** Findings of the last evaluation that raise no alert, as their detector is in mode `observe`. */
  get observed(): readonly Finding[] {
    return this.#observed;
  }

  /** When the next pending judgement falls due (epoch ms), or Infinity. */
  get nextDueMs(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const running of this.#all) {
      due = Math.min(due, running.nextDueMs);
    }
    return due;
  }

  /** Listeners to read afresh before the evaluation at `nextDueMs`, each once. */
  pendingListeners(): ListenerRef[] {
    const pending = new Map<string, ListenerRef>();
    for (const running of this.#all) {
      for (const listener of running.pendingListeners()) {
        pending.set(`${listener.netns}|${listener.ip}|${listener.port}`, listener);
      }
    }
    return [...pending.values()];
  }

  /**
   * The lowest value of a parameter in any namespace where the detector is on: what the kernel is told, as it fires for all.
   * Undefined when the detector is off everywhere, or has no such parameter.
   */
  lowestParameter(detectorId: string, name: string): number | undefined {
    return this.#all.find((running) => running.detector.id === detectorId)?.lowest(name);
  }

  status(): DetectorStatus[] {
    return this.#all.map((running) => running.status());
  }
}

function noDetectors(): ByKind {
  return { connection: [], datagrams: [], listener: [], 'syn-source': [], drop: [], probe: [], loss: [] };
}

/** What was lost may have been what speaks against the finding. */
function lessSure(finding: Finding, lossRatio: number): Finding {
  if (lossRatio === 0) return finding;
  const rounded = Math.round(lossRatio * 1000) / 1000;
  return {
    ...finding,
    confidence: finding.confidence * (1 - lossRatio),
    evidence: { ...finding.evidence, lossRatio: rounded },
  };
}

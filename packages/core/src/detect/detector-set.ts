import type { Finding } from '../alert/alert.ts';
import type { YieldTable } from '../alert/superseding.ts';
import type { Learning } from '../learn/learning.ts';
import type { Observation } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import { freezeLearning } from './alarm-freeze.ts';
import type { DetectorContext } from './context.ts';
import type { Detector, ListenerRef, Who } from './detector.ts';
import { Dispatch } from './dispatch.ts';
import { LossMeter } from './loss-meter.ts';
import { Ownership, type Yielded } from './ownership.ts';
import { FindingLog } from './recent-findings.ts';
import { detectors as allDetectors } from './registry.ts';
import { type DetectorSetting, type DetectorStatus, RunningDetector } from './running-detector.ts';
import { type LackingFacts, NOTHING_LACKS } from './source-facts.ts';

/** By detector id: the shape of `detectors:` in the configuration. */
export type DetectorSettings = Readonly<Record<string, DetectorSetting>>;

export interface DetectorSetOptions {
  readonly settings?: DetectorSettings;
  readonly context: DetectorContext;
  /** What the source cannot tell; nothing unless set. */
  readonly lacking?: LackingFacts;
  /** Default: all of the registry. */
  readonly detectors?: readonly Detector[];
}

/** Runs all detectors side by side; one that throws is counted and does not disturb the others. */
export class DetectorSet {
  readonly #all: readonly RunningDetector[];
  readonly #loss = new LossMeter();
  readonly #ownership: Ownership;
  readonly #learning: Learning;
  readonly #recent = new FindingLog();
  readonly #context: DetectorContext;
  #dispatch: Dispatch;
  #settings: DetectorSettings = {};
  #lacking: LackingFacts;
  #observed: Finding[] = [];
  #yielded: Yielded[] = [];

  constructor(options: DetectorSetOptions) {
    const detectors = options.detectors ?? allDetectors;
    const context: DetectorContext = { ...options.context, recentFindings: this.#recent };
    this.#context = context;
    this.#learning = context.learning;
    this.#ownership = new Ownership(detectors);
    this.#all = detectors.map((detector) => new RunningDetector(detector, context));
    this.#dispatch = new Dispatch([], context);
    this.#lacking = options.lacking ?? NOTHING_LACKS;
    this.configure(options.settings ?? {});
  }

  /** Changes modes and parameters while running. State is kept, but for what is switched off. */
  configure(settings: DetectorSettings): void {
    this.#settings = settings;
    for (const running of this.#all) running.configure(settings[running.detector.id] ?? {}, this.#lacking);
    this.#dispatch = new Dispatch(
      this.#all.filter(({ isOn }) => isOn),
      this.#context,
    );
  }

  /** What the source has turned out not to tell, or to tell after all. */
  setLacking(lacking: LackingFacts): void {
    this.#lacking = lacking;
    this.configure(this.#settings);
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind === 'loss') this.#loss.lose(observation.timeMs, observation.count);
    else this.#loss.see(observation.timeMs);
    this.#dispatch.observe(observation, who);
  }

  /**
   * The findings that may become alerts, one a cause. Those of detectors in mode `observe` are in `observed`, those that
   * another rule owns in `yielded`, until the next call.
   */
  evaluate(nowMs: number): Finding[] {
    const findings: Finding[] = [];
    const observed: Finding[] = [];
    const lossRatio = this.#loss.ratio(nowMs);
    for (const running of this.#all) {
      running.evaluate(nowMs, (finding, mode) => {
        (mode === 'alert' ? findings : observed).push(lessSure(finding, lossRatio));
      });
    }
    for (const finding of findings) {
      this.#recent.note(finding, nowMs);
      freezeLearning(this.#learning, finding, nowMs);
    }
    this.#yielded = [];
    const kept = this.#ownership.settle(findings, nowMs, this.#yielded);
    this.#observed = observed.filter((finding) => !this.#ownership.isOwned(finding, nowMs));
    return kept;
  }

  /** What the last evaluation found and nobody is alerted of, as its detector is in mode `observe`: each would be an alert. */
  get observed(): readonly Finding[] {
    return this.#observed;
  }

  /** What the last evaluation dropped because another rule speaks for the same cause. */
  get yielded(): readonly Yielded[] {
    return this.#yielded;
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
    return this.#all.map((running) => ({
      ...running.status(),
      yielded: this.#ownership.dropped(running.detector.id),
    }));
  }

  /** Which rules own what others see too, for the book of alerts. */
  get yieldsTo(): YieldTable {
    return Object.fromEntries(this.#all.map(({ detector: { id, yieldsTo } }) => [id, yieldsTo ?? []]));
  }

  /** Bounded state of the set itself. */
  get ownershipState(): TableState {
    return this.#ownership.state;
  }
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

import {
  type AlertEvent,
  CaptureTracker,
  Dissector,
  type Frame,
  type IntelList,
  IntelLists,
  type Observation,
  PayloadInspector,
  type Policies,
  type RuleSet,
} from '@netguard/core';
import type { Config } from '../config/schema.ts';
import type { IdentityFile } from '../identify/identity-file.ts';
import { Detection } from '../worker/detection.ts';
import { payloadLacks } from '../worker/payload-lacks.ts';
import { CaptureNames } from './capture-names.ts';

/** After the last packet time goes on for so long: what was not answered by then has failed, and windows close. */
const AFTER_END_MS = 3000;

export interface ReplayEngineOptions {
  readonly config: Config;
  readonly identities: IdentityFile | null;
  readonly policies: Policies;
  readonly intel?: readonly IntelList[];
  readonly rules?: RuleSet;
  /** Hears what becomes of alerts; `observed`: the detector only observes, nobody would be notified. */
  readonly onAlert: (event: AlertEvent, observed: boolean) => void;
  /** Sees every observation, before the detectors do. */
  readonly onObservation?: (observation: Observation) => void;
}

/**
 * Frame → packet → observation → who → detectors → alerts, by the capture's own time. Detectors, book of alerts and the
 * times at which they are asked are the daemon's (`worker/pipeline.ts`); only what stands before them differs.
 */
export class ReplayEngine {
  readonly dissector = new Dissector();
  readonly tracker: CaptureTracker;
  readonly detection: Detection;
  readonly payload: PayloadInspector;
  readonly rules: RuleSet | undefined;
  readonly #names: CaptureNames;
  readonly #onAlert: ReplayEngineOptions['onAlert'];
  readonly #onObservation: (observation: Observation) => void;
  #urgent = false;
  /** When a judgement falls due. An observation may change it, so it is asked for again after one. */
  #dueMs = Number.POSITIVE_INFINITY;
  #isDueKnown = true;
  #observations = 0;

  constructor({
    config,
    identities,
    policies,
    intel = [],
    rules,
    onAlert,
    onObservation = () => {},
  }: ReplayEngineOptions) {
    this.#names = new CaptureNames(config, identities, policies);
    this.#onAlert = onAlert;
    this.#onObservation = onObservation;
    const lists = new IntelLists();
    lists.set(intel);
    this.detection = new Detection(config, { ...this.#names.context, intel: lists }, payloadLacks(config));
    this.payload = new PayloadInspector({ observe: (found) => this.#observe(found) });
    this.payload.rules = rules;
    this.rules = rules;
    this.tracker = new CaptureTracker({
      limits: this.detection.kernelLimits(),
      payload: config.payload.mode === 'off' ? undefined : config.payload,
      observe: (observation) => this.#observe(observation),
      onTick: (nowMs) => this.#tick(nowMs),
    });
  }

  /** Takes the next frame. It is used during the call only. */
  frame(frame: Frame): void {
    const { dissector, tracker } = this;
    const isPacket = dissector.dissect(frame);
    const nowMs = tracker.timeOf(frame.timeMs);
    this.#advance(nowMs);
    if (isPacket) this.#packet(nowMs);
    while (dissector.overdue(nowMs)) this.#packet(nowMs);
  }

  /** The capture is over: what is pending is judged. */
  end(): void {
    const { nowMs } = this.tracker;
    if (nowMs === Number.NEGATIVE_INFINITY) return;
    while (this.dissector.overdue(Number.POSITIVE_INFINITY)) this.#packet(nowMs);
    this.#advance(nowMs + AFTER_END_MS);
    this.#tick(nowMs + AFTER_END_MS);
  }

  get observations(): number {
    return this.#observations;
  }

  #packet(nowMs: number): void {
    this.dissector.packet.timeMs = nowMs;
    this.tracker.packet(this.dissector.packet);
    if (this.#urgent) this.#evaluate(nowMs);
  }

  /** Lets time pass, and judges what falls due on the way. */
  #advance(toMs: number): void {
    for (let dueMs = this.#due(); dueMs <= toMs; ) {
      this.tracker.advance(dueMs);
      for (const { ip, port } of this.detection.pendingListeners()) this.tracker.readListener(ip, port);
      this.#evaluate(dueMs);
      const nextMs = this.#due();
      // A judgement that stays due waits for something that comes with the next packet.
      if (nextMs <= dueMs) break;
      dueMs = nextMs;
    }
    this.tracker.advance(toMs);
    if (this.#urgent) this.#evaluate(toMs);
  }

  #due(): number {
    if (!this.#isDueKnown) {
      this.#dueMs = this.detection.nextDueMs;
      this.#isDueKnown = true;
    }
    return this.#dueMs;
  }

  #observe(observation: Observation): void {
    this.#observations++;
    this.#isDueKnown = false;
    this.#onObservation(observation);
    if (observation.kind === 'syn-source' || ('trigger' in observation && observation.trigger === 'threshold')) {
      this.#urgent = true;
    }
    const who = this.#names.who(observation);
    if (observation.kind !== 'payload') this.detection.observe(observation, who);
    else this.payload.sample(observation, { local: who.local, remote: who.remote ?? who.local });
  }

  #tick(nowMs: number): void {
    this.payload.advance(nowMs);
    this.#evaluate(nowMs);
  }

  #evaluate(nowMs: number): void {
    this.#urgent = false;
    for (const event of this.detection.evaluate(nowMs)) this.#onAlert(event, false);
    for (const event of this.detection.observedEvents()) this.#onAlert(event, true);
    this.#isDueKnown = false;
  }
}

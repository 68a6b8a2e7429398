import type { Endpoint } from '../../endpoint.ts';
import type { ListenerObservation } from '../../observation.ts';
import type { ListenerRef } from '../detector.ts';
import { ListenerWindow, type Movement } from '../listener-window.ts';
import { QueueSpell } from '../queue-spell.ts';
import { SampledSources } from './sampled-sources.ts';
import { SourceTallies } from './source-tally.ts';

/** SYNs over the floor, waiting for the grace their handshakes get. */
export interface Pending {
  readonly atMs: number;
  readonly dueMs: number;
  /** What moved in the window that ended at `atMs`, and how many SYNs that is in one `windowMs`. */
  readonly moved: Movement;
  readonly rate: number;
}

/** A flood going on. Who is named for it is decided once, so that its alert keeps one fingerprint. */
export interface Alarm {
  readonly sinceMs: number;
  readonly source: Endpoint | null;
  /** First SYNs of before the flood. */
  baseSyns: number;
  /** First SYNs already in findings. */
  reportedSyns: number;
  distinctSources: number;
}

/** All that is kept of one listener group. */
export class ListenerState {
  readonly ref: ListenerRef;
  readonly window = new ListenerWindow();
  readonly spell = new QueueSpell();
  target: Endpoint;
  /** The newest reading's gauges and samples. */
  last: ListenerObservation | undefined;
  pending: Pending | undefined;
  alarm: Alarm | undefined;
  /** Made when first needed: most listeners never see a flood. */
  #tallies: SourceTallies | undefined;
  #sampled: SampledSources | undefined;

  constructor(ref: ListenerRef, target: Endpoint) {
    this.ref = ref;
    this.target = target;
  }

  get tallies(): SourceTallies {
    this.#tallies ??= new SourceTallies();
    return this.#tallies;
  }

  get hasTallies(): boolean {
    return this.#tallies !== undefined && this.#tallies.size > 0;
  }

  /** Sources as they were sampled since the judgement began, and during the flood. */
  get sampled(): SampledSources {
    this.#sampled ??= new SampledSources();
    return this.#sampled;
  }

  endAlarm(): void {
    this.alarm = undefined;
    this.#sampled = undefined;
  }

  /** Whether an evaluation has something to look at. */
  get isActive(): boolean {
    return (
      this.pending !== undefined || this.alarm !== undefined || this.hasTallies || !Number.isNaN(this.spell.sinceMs)
    );
  }
}

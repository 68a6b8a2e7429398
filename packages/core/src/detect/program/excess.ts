import type { ProgramObservation } from '../../observation.ts';
import type { Who } from '../detector.ts';

/** A set of labels whose value meets the condition of an alert, and since when. */
export class Excess {
  readonly key: string;
  readonly sinceMs: number;
  lastMs: number;
  /** It was over long enough once: from then on the lower level counts. */
  isTold = false;
  /** Measurements since the last finding. */
  unreported = 0;
  #last: ProgramObservation | undefined;
  #who: Who | undefined;

  constructor(key: string, timeMs: number) {
    this.key = key;
    this.sinceMs = timeMs;
    this.lastMs = timeMs;
  }

  /** True when it has now been over for long enough. The passing of time alone is no measurement. */
  meet(observation: ProgramObservation, who: Who): boolean {
    this.lastMs = observation.timeMs;
    this.unreported++;
    this.#last = observation;
    this.#who = who;
    if (this.isTold || this.lastMs - this.sinceMs < observation.condition.forMs) return false;
    this.isTold = true;
    return true;
  }

  get last(): ProgramObservation {
    if (this.#last === undefined) throw new Error('an excess without a measurement');
    return this.#last;
  }

  get who(): Who {
    if (this.#who === undefined) throw new Error('an excess without ends');
    return this.#who;
  }
}

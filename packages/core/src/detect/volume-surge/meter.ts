import type { Endpoint } from '../../endpoint.ts';
import type { Run } from '../../learn/workload-kind.ts';
import { Side } from './side.ts';

/** The volume of one workload on this node; of one run, for what runs and ends. */
export class Meter {
  /** Its name in the table of meters. */
  readonly key: string;
  /** `workloadKey`. */
  readonly workload: string;
  readonly run: Run | undefined;
  readonly served = new Side();
  readonly called = new Side();
  /** One of its endpoints, the latest. */
  endpoint: Endpoint;
  readonly startMs: number;
  movedMs: number;
  replicas = 1;
  changedMs = Number.NEGATIVE_INFINITY;
  /** Payload of the run so far, and since when it is over its limit. */
  runBytes = 0;
  runSinceMs = Number.NaN;

  constructor(key: string, workload: string, endpoint: Endpoint, run: Run | undefined, timeMs: number) {
    this.key = key;
    this.workload = workload;
    this.endpoint = endpoint;
    this.run = run;
    this.startMs = timeMs;
    this.movedMs = timeMs;
  }

  get isAlarmed(): boolean {
    return this.served.alarm !== undefined || this.called.alarm !== undefined || !Number.isNaN(this.runSinceMs);
  }
}

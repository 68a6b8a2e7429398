import type { Endpoint } from '../../endpoint.ts';
import type { AnomalyKind } from './anomaly-kind.ts';

/** A workload that says to one place what is not said there. */
export class Anomaly {
  readonly source: Endpoint;
  readonly sourceKey: string;
  /** With its port. */
  readonly target: Endpoint;
  readonly kind: AnomalyKind;
  /** What is learned of it. */
  readonly fact: string;
  readonly sinceMs: number;
  lastMs: number;
  messages = 0;
  unreported = 0;
  /** It was told and went quiet: more of it says nothing new. */
  isTold = false;

  constructor(source: Endpoint, sourceKey: string, target: Endpoint, kind: AnomalyKind, fact: string, timeMs: number) {
    this.source = source;
    this.sourceKey = sourceKey;
    this.target = target;
    this.kind = kind;
    this.fact = fact;
    this.sinceMs = timeMs;
    this.lastMs = timeMs;
  }
}

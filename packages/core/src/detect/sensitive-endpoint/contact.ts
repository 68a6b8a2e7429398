import type { Endpoint } from '../../endpoint.ts';
import type { SensitiveKind } from './sensitive-kind.ts';

/** A workload at a kind of sensitive endpoint that it did not know. */
export class SensitiveContact {
  readonly source: Endpoint;
  readonly sourceKey: string;
  readonly target: Endpoint;
  readonly kind: SensitiveKind;
  readonly fact: string;
  readonly sinceMs: number;
  lastMs: number;
  contacts = 0;
  isAnswered = false;
  unreported = 0;
  /** It was told and went quiet: more contacts say nothing new. */
  isTold = false;
  /** The program that did it, where the kernel told. */
  comm = '';

  constructor(
    source: Endpoint,
    sourceKey: string,
    target: Endpoint,
    kind: SensitiveKind,
    fact: string,
    timeMs: number,
  ) {
    this.source = source;
    this.sourceKey = sourceKey;
    this.target = target;
    this.kind = kind;
    this.fact = fact;
    this.sinceMs = timeMs;
    this.lastMs = timeMs;
  }
}

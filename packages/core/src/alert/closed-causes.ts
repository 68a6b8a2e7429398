import type { Finding, Severity } from './alert.ts';
import { compareSeverity } from './severity.ts';

/** A person closed it; what goes on of the same cause is not told again for this long. */
export const CLOSED_FOR_MS = 3_600_000;
const CAPACITY = 1000;

export interface ClosedCause {
  readonly fingerprint: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly closedMs: number;
}

/**
 * Causes whose alert a person closed while it went on. It stays closed until the cause has paused for the quiet time, got
 * graver, or gone on for an hour: a thing that keeps happening wants a setting or a silence, and an attack must not hide
 * behind one click.
 */
export class ClosedCauses {
  readonly #causes = new Map<string, ClosedCause & { lastFoundMs: number }>();

  close(cause: ClosedCause, lastFoundMs = cause.closedMs): void {
    this.#causes.delete(cause.fingerprint);
    this.#causes.set(cause.fingerprint, { ...cause, lastFoundMs });
    const [oldest] = this.#causes.keys();
    if (this.#causes.size > CAPACITY && oldest !== undefined) this.#causes.delete(oldest);
  }

  /** Whether a finding goes on with a closed cause, and so is no news. */
  swallows(finding: Finding, fingerprint: string, nowMs: number): boolean {
    const cause = this.#causes.get(fingerprint);
    if (cause === undefined) return false;
    if (compareSeverity(finding.severity, cause.severity) > 0 || Math.abs(nowMs - cause.closedMs) > CLOSED_FOR_MS) {
      this.#causes.delete(fingerprint);
      return false;
    }
    cause.lastFoundMs = nowMs;
    return true;
  }

  /** Forgets the causes that have paused for their rule's quiet time. */
  forgetQuiet(nowMs: number, quietMsOf: (rule: string) => number): void {
    for (const [fingerprint, { rule, lastFoundMs }] of this.#causes) {
      if (Math.abs(nowMs - lastFoundMs) >= quietMsOf(rule)) this.#causes.delete(fingerprint);
    }
  }
}

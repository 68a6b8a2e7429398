export type CheckStatus = 'ok' | 'warn' | 'fail';

/** One thing that NetGuard needs or would like of this machine. */
export interface DoctorCheck {
  /** Stable, for scripts. */
  readonly id: string;
  readonly title: string;
  readonly status: CheckStatus;
  /** Without it NetGuard does not start. Only these decide the exit status. */
  readonly required: boolean;
  /** What was found. */
  readonly detail: string;
  /** What does not work without it; empty when nothing is missing. */
  readonly lost: string;
  /** What to do; empty when there is nothing to do. */
  readonly fix: string;
}

export interface DoctorReport {
  readonly kernel: string;
  readonly checks: readonly DoctorCheck[];
  /** A required check failed: exit status 1. */
  readonly failed: boolean;
}

/** What a check knows of itself before it has looked. */
export type CheckHead = Pick<DoctorCheck, 'id' | 'title' | 'required'>;

export function passed(head: CheckHead, detail: string): DoctorCheck {
  return { ...head, status: 'ok', detail, lost: '', fix: '' };
}

/** `fail` for a required check, `warn` for any other. */
export function missing(head: CheckHead, detail: string, lost: string, fix: string): DoctorCheck {
  return { ...head, status: head.required ? 'fail' : 'warn', detail, lost, fix };
}

/** Works, but less well. */
export function degraded(head: CheckHead, detail: string, lost: string, fix: string): DoctorCheck {
  return { ...head, status: 'warn', detail, lost, fix };
}

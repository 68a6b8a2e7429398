/** At which counts the trackers raise observations at once: the same that the kernel programs are given (struct ng_limits). */
export interface CaptureLimits {
  /** First SYNs to one listener in a window, and from one source to one listener. */
  readonly listenerSyns: number;
  readonly sourceSyns: number;
  /** Distinct ports of a pair of source and target whose packets found no socket; doubled each time. */
  readonly probePorts: number;
  readonly windowMs: number;
  /** What handshakes get before a source over its limit is judged by them. */
  readonly graceMs: number;
}

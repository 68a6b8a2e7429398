/** Bytes that a workload sends outside within the window; of a run, in all. */
export const SENT_OUTSIDE = 'exfiltration.sent';

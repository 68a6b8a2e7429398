import { type Alert, type EvidenceSample, portsOf, workloadKey } from '@netguard/core';

/** Payload may come before the observation that raised the alert, and its sample a moment after it was last seen. */
const BEFORE_MS = 60_000;
const AFTER_MS = 10_000;

/** From when to when samples of an alert are, epoch milliseconds. */
export function alertWindow({ firstSeen, lastSeen }: Alert): { readonly fromMs: number; readonly toMs: number } {
  return { fromMs: Date.parse(firstSeen) - BEFORE_MS, toMs: Date.parse(lastSeen) + AFTER_MS };
}

/**
 * Whether a sample belongs to an alert: in its time, between its workloads (the one that it names, where it names one), at one of its
 * ports where it names any. An alert that names neither has no samples: they would be everybody's.
 */
export function evidenceMatch(alert: Alert): (sample: EvidenceSample) => boolean {
  const { fromMs, toMs } = alertWindow(alert);
  const ends = [alert.source, alert.target].filter((end) => end !== null).map(workloadKey);
  const ports = portsOf(alert);
  return ({ timeMs, localKey, remoteKey, local, remote }) =>
    ends.length > 0 &&
    timeMs >= fromMs &&
    timeMs <= toMs &&
    ends.every((end) => end === localKey || end === remoteKey) &&
    (ports.size === 0 || ports.has(local.port) || ports.has(remote.port));
}

import type { Endpoint } from '../../endpoint.ts';
import { LearningStore } from '../../learn/learning-store.ts';
import { converse, pod, stranger, together, world } from '../../learn/sample-traffic.ts';
import type { DetectorContext } from '../context.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const web = pod('web');
/** Where it sends each day, and where it never did. */
export const store = world('192.0.2.20');
export const thief = world('203.0.113.80');
export const LEARNED_MS = START_MS + 1_200_000;

/** So many bytes in all, evenly over the seconds, in one connection. */
export function upload(
  local: Endpoint,
  remote: Endpoint,
  bytes: number,
  fromMs: number,
  seconds: number,
  received = 20,
): Seen[] {
  const each = Math.round(bytes / seconds);
  return [
    ...converse({
      local,
      remote,
      role: 'client',
      port: 443,
      fromMs,
      seconds: Array.from({ length: seconds }, () => [each, received] as const),
    }),
  ];
}

/** Twenty minutes in which it sends 10 MB to its store. */
export function usual(): Seen[] {
  return upload(web, store, 10_000_000, START_MS, 1200);
}

/** Workloads that have learned after ten minutes. */
export function context(): Partial<DetectorContext> {
  return { learning: new LearningStore({ learningMs: 600_000, maxWorkloads: 100 }) };
}

export const attack: Scenario = (set) =>
  play(set, together(usual(), upload(web, thief, 200_000_000, LEARNED_MS, 120)), LEARNED_MS + 240_000);
/** As much, to the store that it knows. */
export const benign: Scenario = (set) =>
  play(set, together(usual(), upload(web, store, 200_000_000, LEARNED_MS, 120)), LEARNED_MS + 240_000);

/** A workload of its own that sends something out. */
export function strangers(index: number, timeMs: number): Seen[] {
  const local = { ...web, workload: { kind: 'Deployment', name: `w${index}` } };
  return [
    ...converse({
      local,
      remote: stranger(index),
      role: 'client',
      port: 443,
      fromMs: timeMs,
      seconds: [[9, 9]],
      stays: true,
    }),
  ];
}

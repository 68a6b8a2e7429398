import type { Endpoint } from '../../endpoint.ts';
import { LearningStore } from '../../learn/learning-store.ts';
import { converse, pod, stranger, together } from '../../learn/sample-traffic.ts';
import type { DetectorContext } from '../context.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const web = pod('web');
export const api = pod('api');
export const database = pod('db');
export const LEARNED_MS = START_MS + 120_000;

/** One connection a second, as the client sees them. */
export function calls(local: Endpoint, remote: Endpoint, port: number, fromMs: number, count: number): Seen[] {
  return together(
    ...Array.from({ length: count }, (_, index) =>
      converse({ local, remote, role: 'client', port, fromMs: fromMs + index * 1000, seconds: [[100, 100]] }),
    ),
  );
}

/** web calls api and api its database, for two minutes. */
export function usual(): Seen[] {
  return together(calls(web, api, 8080, START_MS, 120), calls(api, database, 5432, START_MS, 120));
}

/** Workloads that have learned after a minute. */
export function context(): Partial<DetectorContext> {
  return { learning: new LearningStore({ learningMs: 60_000, maxWorkloads: 100 }) };
}

export const attack: Scenario = (set) =>
  play(set, [...usual(), ...calls(web, database, 5432, LEARNED_MS, 30)], LEARNED_MS + 60_000);
/** As many contacts, of other pods of the same workloads. */
export const benign: Scenario = (set) =>
  play(set, [...usual(), ...calls(pod('api', 2), pod('db', 2), 5432, LEARNED_MS, 30)], LEARNED_MS + 60_000);

/** A workload and its peer that nothing else speaks of. */
export function strangers(index: number, timeMs: number): Seen[] {
  return [
    ...converse({
      local: web,
      remote: stranger(index),
      role: 'client',
      port: 443,
      fromMs: timeMs,
      seconds: [[100, 100]],
      stays: true,
    }),
  ];
}

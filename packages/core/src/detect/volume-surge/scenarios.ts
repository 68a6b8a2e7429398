import type { Endpoint } from '../../endpoint.ts';
import { LearningStore } from '../../learn/learning-store.ts';
import { converse, pod, stranger } from '../../learn/sample-traffic.ts';
import type { DetectorContext } from '../context.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const web = pod('web');
export const LEARNING_MS = 400_000;

/** Clients that each hold a connection to `server` and exchange so many bytes in each second of `[fromMs, fromMs + seconds)`. */
export function* clients(more: {
  readonly count: number;
  readonly bytesPerSecond: number;
  readonly fromMs: number;
  readonly seconds: number;
  readonly server?: Endpoint;
  readonly client?: (index: number) => Endpoint;
}): Generator<Seen, void, undefined> {
  const { count, bytesPerSecond, fromMs, seconds, server = web, client = stranger } = more;
  const each = Math.floor(bytesPerSecond / count);
  const open = Array.from({ length: count }, (_, index) =>
    converse({
      local: server,
      remote: client(index),
      role: 'server',
      port: 8080,
      fromMs,
      seconds: Array.from({ length: seconds }, () => [each - 200, 200] as const),
    }),
  );
  // Second by second, so that time runs forward without sorting it all.
  for (let second = 0; second < seconds; second++) {
    for (const one of open) {
      const { value } = one.next();
      if (value) yield value;
    }
  }
}

export function* usual(seconds: number, fromMs = START_MS, server = web): Generator<Seen, void, undefined> {
  yield* clients({ count: 5, bytesPerSecond: 50_000, fromMs, seconds, server });
}

function* attacked(): Generator<Seen, void, undefined> {
  yield* usual(LEARNING_MS / 1000);
  yield* clients({ count: 300, bytesPerSecond: 15_000_000, fromMs: START_MS + LEARNING_MS, seconds: 60 });
}

/** A workload that has learned in seven minutes. */
export function context(): Partial<DetectorContext> {
  return { learning: new LearningStore({ learningMs: 60_000, maxWorkloads: 100 }) };
}

export const attack: Scenario = (set) => play(set, attacked(), START_MS + LEARNING_MS + 120_000);
/** As many clients and bytes as the attack, as on any day. */
export const benign: Scenario = (set) =>
  play(
    set,
    clients({ count: 300, bytesPerSecond: 15_000_000, fromMs: START_MS, seconds: LEARNING_MS / 1000 + 60 }),
    START_MS + LEARNING_MS + 120_000,
  );

/** A workload of its own. */
export function strangers(index: number, timeMs: number): Seen[] {
  const local = { ...web, workload: { kind: 'Deployment', name: `w${index}` } };
  return [
    ...converse({
      local,
      remote: stranger(index),
      role: 'server',
      port: 80,
      fromMs: timeMs,
      seconds: [[100, 100]],
      stays: true,
    }),
  ];
}

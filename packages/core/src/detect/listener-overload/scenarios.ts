/** For tests only: an application that does not keep up, and one that does. */
import type { SimulatedListener } from '../listener-simulation.ts';
import { crowd, listener, START_MS } from '../syn-flood/scenarios.ts';

export const attack: readonly SimulatedListener[] = [
  listener([crowd(400, START_MS + 1000, 8000, 20)], { backlog: 8, acceptsPerSecond: 20 }),
];
export const benign: readonly SimulatedListener[] = [
  // A burst fills the queue for a moment; the application catches up.
  listener([crowd(400, START_MS + 1000, 300, 20)], { backlog: 8, acceptsPerSecond: 200 }),
];

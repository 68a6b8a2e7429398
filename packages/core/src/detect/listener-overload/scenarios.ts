/** For tests only: an application that does not keep up, and one that does. */
import { listeners } from '../listener-simulation.ts';
import type { Scenario } from '../scenario.ts';
import { crowd, listener, START_MS } from '../syn-flood/scenarios.ts';

export { strangers } from '../syn-flood/scenarios.ts';

export const attack: Scenario = listeners(
  [listener([crowd(400, START_MS + 1000, 8000, 20)], { backlog: 8, acceptsPerSecond: 20 })],
  10_000,
);
/* A burst fills the queue for a moment; the application catches up. */
export const benign: Scenario = listeners(
  [listener([crowd(400, START_MS + 1000, 300, 20)], { backlog: 8, acceptsPerSecond: 200 })],
  10_000,
);

/** For tests only: a target that is down, and one that is only restarted. */

import { connection, inOrder, pod, world } from '../../contacts/simulated-contacts.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const database = pod('shop', 'db', '10.244.1.50');

/** Each of `workloads` clients tries every `everyMs`; between `upFrom` and `upTo` they get through. */
export function clients(
  workloads: number,
  fromMs: number,
  forMs: number,
  everyMs: number,
  isUp: (atMs: number) => boolean,
): Seen[] {
  return inOrder(
    ...Array.from({ length: workloads }, (_, n) => {
      const from = pod('shop', `client-${n}`, `10.244.2.${n + 1}`);
      return Array.from({ length: Math.floor(forMs / everyMs) }, (_, i) => {
        const atMs = fromMs + i * everyMs + n;
        return isUp(atMs)
          ? connection({ atMs, from, to: database, port: 5432, close: 'fin', bytes: 300, localPort: 40_000 + i })
          : connection({ atMs, from, to: database, port: 5432, localPort: 40_000 + i });
      });
    }),
  );
}

export const attack: Scenario = (set) =>
  play(
    set,
    clients(6, START_MS, 30_000, 1000, () => false),
    START_MS + 40_000,
  );

/** As many clients: one restart of eight seconds, and before and after it they get through. */
export const benign: Scenario = (set) =>
  play(
    set,
    clients(6, START_MS, 30_000, 1000, (atMs) => atMs < START_MS + 5000 || atMs > START_MS + 13_000),
    START_MS + 60_000,
  );

export function strangers(index: number, timeMs: number): Seen[] {
  const from = pod('many', `w${index % 1000}`, `10.7.${(index % 1000) >> 8}.${index & 255}`);
  return [
    connection({
      atMs: timeMs,
      from,
      to: world(`${20 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}.9`),
      port: 443,
    }),
  ];
}

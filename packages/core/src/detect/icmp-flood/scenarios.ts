/** For tests only: ICMP floods, and what is as much traffic and none. */
import type { Endpoint } from '../../endpoint.ts';
import type { DetectorSet } from '../detector-set.ts';
import { datagrams, eachSecond, pod, world } from '../flood-observations.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';
import { spoofed } from '../syn-flood/scenarios.ts';

export const web = pod('10.244.1.5', 'shop', 'web');
export const monitor = pod('10.244.1.6', 'monitoring', 'ping');

/** Messages of one type, as the source keeps them: type and code stand where ports do. */
export function icmp(
  timeMs: number,
  local: Endpoint,
  remote: Endpoint,
  type: number,
  counts: { readonly received?: number; readonly sent?: number },
): Seen {
  const role = (counts.sent ?? 0) > 0 ? 'client' : 'server';
  return datagrams(timeMs, {
    local,
    localPort: type,
    remote,
    remotePort: 0,
    role,
    protocol: 'ICMP',
    payload: 56,
    ...counts,
  });
}

/** Forged addresses ping a pod; its kernel answers, and the answers are what live traffic shows. */
export const attack: Scenario = (set: DetectorSet) =>
  play(
    set,
    eachSecond(START_MS + 1000, 6, (timeMs, second) =>
      Array.from({ length: 3000 }, (_, nth) => icmp(timeMs, web, world(spoofed(second * 3000 + nth)), 0, { sent: 1 })),
    ),
    START_MS + 14_000,
  );

/** A monitor asks three thousand targets once a second each, and hears from them. */
export const benign: Scenario = (set: DetectorSet) =>
  play(
    set,
    eachSecond(START_MS + 1000, 6, (timeMs) =>
      Array.from({ length: 3000 }, (_, nth) => world(spoofed(nth))).flatMap((remote) => [
        icmp(timeMs, monitor, remote, 8, { sent: 1 }),
        icmp(timeMs, monitor, remote, 0, { received: 1 }),
      ]),
    ),
    START_MS + 14_000,
  );

/** A target that nothing else speaks of. */
export function strangers(index: number, timeMs: number): Seen[] {
  const target = { ...web, workload: { kind: 'Deployment', name: `web-${index}` } };
  return [icmp(timeMs, target, world(spoofed(index)), 8, { received: 1 })];
}

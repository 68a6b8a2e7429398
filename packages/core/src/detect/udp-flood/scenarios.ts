/** For tests only: UDP floods, and what is as much traffic and none. */
import type { Endpoint } from '../../endpoint.ts';
import type { DetectorSet } from '../detector-set.ts';
import { datagrams, eachSecond, pod, probe, world } from '../flood-observations.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';
import { spoofed } from '../syn-flood/scenarios.ts';

export const dns = pod('10.244.1.7', 'kube-system', 'coredns');
export const game = pod('10.244.1.8', 'play', 'game');

function from(remote: Endpoint, timeMs: number, received: number, sent = 0, port = 27_015): Seen {
  return datagrams(timeMs, { local: game, localPort: port, remote, remotePort: 4000, role: 'server', received, sent });
}

/** Each second `packets` datagrams, each from an invented address. */
export function spoofedFlood(packets: number, seconds: number): Seen[] {
  return eachSecond(START_MS + 1000, seconds, (timeMs, second) =>
    Array.from({ length: packets }, (_, nth) => from(world(spoofed(second * packets + nth)), timeMs, 1)),
  );
}

/** Game clients, whose server answers them a little less often than they send. */
export function players(count: number, seconds: number): Seen[] {
  return eachSecond(START_MS + 1000, seconds, (timeMs) =>
    Array.from({ length: count }, (_, nth) => from(world(`198.51.100.${nth % 250}`), timeMs, 60, 30)),
  );
}

const scenario =
  (seen: () => Seen[]): Scenario =>
  (set: DetectorSet) =>
    play(set, seen(), START_MS + 12_000);

export const attack: Scenario = scenario(() => spoofedFlood(6000, 5));
export const benign: Scenario = scenario(() => players(100, 5));

/** A target of datagrams, of probes and a sender that nothing else speaks of. */
export function strangers(index: number, timeMs: number): Seen[] {
  const target = { ...game, ip: spoofed(index), workload: { kind: 'Deployment', name: `game-${index}` } };
  const remote = world(spoofed(index + 1));
  return [
    datagrams(timeMs, { local: target, localPort: 53, remote, remotePort: 9, role: 'server', received: 80, sent: 1 }),
    probe(timeMs, { source: remote, target, shapes: { udp: 1 } }),
    datagrams(timeMs, { local: target, localPort: 4000, remote, remotePort: 9, role: 'client', sent: 80 }),
  ];
}

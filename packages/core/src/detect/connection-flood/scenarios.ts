/** For tests only: floods of connections that complete, and crowds. */
import type { Endpoint } from '../../endpoint.ts';
import type { ConnectionObservation } from '../../observation.ts';
import type { DetectorSet } from '../detector-set.ts';
import { eachSecond, pod, world } from '../flood-observations.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';
import { spoofed } from '../syn-flood/scenarios.ts';

export const web = pod('10.244.1.5', 'shop', 'web');

/** A connection that `web` took, over and done with. */
export function taken(timeMs: number, remote: Endpoint, id: string, more: Partial<ConnectionObservation> = {}): Seen {
  const counts = { receivedBytes: 300, sentBytes: 4000, receivedPackets: 4, sentPackets: 5, retransmits: 0 };
  return {
    observation: {
      kind: 'connection',
      timeMs,
      phase: 'closed',
      id,
      role: 'server',
      cgroupId: 1,
      netns: 1,
      local: { ip: web.ip, port: 8080 },
      remote: { ip: remote.ip, port: 40_000 },
      pid: 1,
      comm: 'nginx',
      established: true,
      isNew: true,
      preexisting: false,
      delta: counts,
      total: counts,
      unackedBytes: 0,
      srttUs: 0,
      startMs: timeMs - 20,
      closeReason: 'fin',
      ...more,
    },
    who: { local: web, remote },
  };
}

/** `perSecond` connections of the source that `source` gives for the nth. */
export function opened(
  perSecond: number,
  seconds: number,
  source: (nth: number) => Endpoint,
  more: Partial<ConnectionObservation> = {},
): Seen[] {
  return eachSecond(START_MS + 1000, seconds, (timeMs, second) =>
    Array.from({ length: perSecond }, (_, nth) => taken(timeMs, source(nth), `c${second}-${nth}`, more)),
  );
}

export const attack: Scenario = (set: DetectorSet) =>
  play(
    set,
    opened(2000, 8, () => world('203.0.113.9')),
    START_MS + 30_000,
  );

/** A flash crowd: as many connections, of two thousand clients. */
export const benign: Scenario = (set: DetectorSet) =>
  play(
    set,
    opened(2000, 8, (nth) => world(spoofed(nth))),
    START_MS + 30_000,
  );

/** A target, a pair and a held connection that nothing else speaks of. */
export function strangers(index: number, timeMs: number): Seen[] {
  const local = { ...web, workload: { kind: 'Deployment', name: `web-${index}` } };
  const seen = taken(timeMs, world(spoofed(index)), `s${index}`, { phase: 'live', closeReason: null });
  return [{ ...seen, who: { local, remote: world(spoofed(index)) } }];
}

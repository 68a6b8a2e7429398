/** For tests only: reflected attacks, and answers that were asked for. */
import type { Endpoint } from '../../endpoint.ts';
import type { DetectorSet } from '../detector-set.ts';
import { datagrams, eachSecond, pod, world } from '../flood-observations.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';
import { spoofed } from '../syn-flood/scenarios.ts';

export const web = pod('10.244.1.5', 'shop', 'web');

/** A response from a reflector's port to whatever port of ours. */
export function response(timeMs: number, remote: Endpoint, port: number, received = 1, local: Endpoint = web): Seen {
  return datagrams(timeMs, { local, localPort: 22, remote, remotePort: port, role: 'server', received, payload: 1400 });
}

/** `perSecond` responses, each from another open resolver of some thousands. */
export function responses(perSecond: number, seconds: number, port = 53): Seen[] {
  return eachSecond(START_MS + 1000, seconds, (timeMs, second) =>
    Array.from({ length: perSecond }, (_, nth) =>
      response(timeMs, world(spoofed((second * perSecond + nth) % 3000)), port),
    ),
  );
}

export const attack: Scenario = (set: DetectorSet) => play(set, responses(2000, 6), START_MS + 60_000);

/** As many answers, of one resolver that the pod asks. */
export const benign: Scenario = (set: DetectorSet) =>
  play(
    set,
    eachSecond(START_MS + 1000, 6, (timeMs) =>
      Array.from({ length: 2000 }, (_, nth) =>
        datagrams(timeMs, {
          local: web,
          localPort: 30_000 + nth,
          remote: world('8.8.8.8'),
          remotePort: 53,
          role: 'client',
          sent: 1,
          received: 1,
          isNew: true,
          payload: 1400,
        }),
      ),
    ),
    START_MS + 60_000,
  );

/** A target and an asked server that nothing else speaks of. */
export function strangers(index: number, timeMs: number): Seen[] {
  const local = { ...web, workload: { kind: 'Deployment', name: `web-${index}` } };
  const remote = world(spoofed(index));
  return [
    response(timeMs, remote, 53, 1, local),
    datagrams(timeMs, {
      local,
      localPort: 4000,
      remote: world(spoofed(index + 1)),
      remotePort: 53,
      role: 'client',
      sent: 1,
      isNew: true,
    }),
  ];
}

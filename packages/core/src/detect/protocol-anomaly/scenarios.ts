import type { Endpoint } from '../../endpoint.ts';
import { pod, stranger, world } from '../../learn/sample-traffic.ts';
import { clientHello, said, sshBanner } from '../application-observations.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const intruder = pod('web');
export const outside = world('203.0.113.22');

/** SSH banners of both ends on a port. */
export function ssh(port: number, server: Endpoint = outside, client: Endpoint = intruder, atMs = START_MS): Seen[] {
  const ends = { client, server, port, facts: sshBanner() };
  return [said({ ...ends, atMs, by: 'server' }), said({ ...ends, atMs: atMs + 10, by: 'client' })];
}

export const attack: Scenario = (set) => play(set, ssh(443), START_MS + 120_000);
/** As much, where each belongs. */
export const benign: Scenario = (set) =>
  play(
    set,
    [
      ...ssh(22),
      said({
        atMs: START_MS + 20,
        client: intruder,
        server: outside,
        port: 443,
        by: 'client',
        facts: clientHello('example.com'),
      }),
    ],
    START_MS + 120_000,
  );

export function strangers(index: number, timeMs: number): Seen[] {
  const client = { ...intruder, workload: { kind: 'Deployment', name: `w${index}` } };
  return ssh(443, stranger(index), client, timeMs);
}

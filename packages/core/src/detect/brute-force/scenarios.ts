/** For tests only: login loops as tools make them, and the traffic that looks like them and is none. */
import type { Endpoint } from '../../endpoint.ts';
import type { DetectorSet } from '../detector-set.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';
import { pod, type SessionSpec, session } from '../session-observations.ts';

export const attacker = pod('10.244.1.66', 'shop', 'attacker');
export const runner = pod('10.244.1.20', 'ci', 'runner');
export const bastion = pod('10.244.1.5', 'ops', 'bastion');
export const database = pod('10.244.1.9', 'shop', 'db');
export const outside: Endpoint = { ip: '203.0.113.7', kind: 'world' };

/** `spec` may differ from session to session. */
export function sessions(
  count: number,
  everyMs: number,
  spec: SessionSpec | ((nth: number) => SessionSpec),
  fromMs = START_MS,
): Seen[] {
  return Array.from({ length: count }, (_, nth) =>
    session(fromMs + (nth + 1) * everyMs, typeof spec === 'function' ? spec(nth) : spec),
  );
}

/** OpenSSH refuses: Zeek's trace of real guesses, where one in three sessions held two or three. */
export function refusedSsh(client: Endpoint, nth: number, server = bastion): SessionSpec {
  const more = nth % 5 === 0 ? 2 : nth % 4 === 0 ? 1 : 0;
  const [clientBytes, serverBytes] = [2581 + more * 152, 2336 + more * 56];
  return { client, server, port: 22, clientBytes, serverBytes, durationMs: 3600 + more * 2000 };
}

/** A run of ansible without ControlPersist: home, mkdir, put, run, rm; what `run` answers differs. */
export function ansible(nth: number): SessionSpec {
  const kinds = [
    { clientBytes: 3560, serverBytes: 3420 },
    { clientBytes: 3810, serverBytes: 3476 },
    { clientBytes: 98_000, serverBytes: 9200 },
    { clientBytes: 3700, serverBytes: 3900 + ((nth * 37) % 700) },
    { clientBytes: 3640, serverBytes: 3368 },
  ];
  return { client: runner, server: bastion, port: 22, durationMs: 400, ...kinds[nth % kinds.length]! };
}

const scenario =
  (seen: () => Seen[]): Scenario =>
  (set: DetectorSet) =>
    play(set, seen(), START_MS + 400_000);

/** From outside, one every four seconds. */
export const attack: Scenario = scenario(() => sessions(60, 4000, (nth) => refusedSsh(outside, nth)));
/** As many logins at the same place, that succeed. */
export const benign: Scenario = scenario(() => sessions(60, 4000, ansible));

/** A source and a service that nothing else speaks of. */
export function strangers(index: number, timeMs: number): Seen[] {
  const client: Endpoint = { ip: `203.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`, kind: 'world' };
  const server = pod(`10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`, 'shop', `ssh-${index}`);
  return [session(timeMs, refusedSsh(client, 1, server))];
}

/** For tests only: sweeps, and clients with as many contacts that are none. */
import { connection, inOrder, pod, probe, world } from '../../contacts/simulated-contacts.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const worm = pod('dev', 'shell', '10.244.1.9');
export const prometheus = pod('monitoring', 'prometheus', '10.244.0.8');

/** Connects to one port of `hosts` addresses, none of which answers. */
export function sweep(
  from: ReturnType<typeof pod>,
  fromMs: number,
  hosts: number,
  everyMs: number,
  port = 445,
): Seen[] {
  return Array.from({ length: hosts }, (_, n) =>
    connection({
      atMs: fromMs + n * everyMs,
      from,
      to: world(`10.9.${n >> 8}.${n & 255}`),
      port,
      close: n % 3 ? 'gave-up' : 'unreachable',
    }),
  );
}

/** Scrapes `targets`, every `deadEvery`th of which is gone. */
export function scrape(fromMs: number, targets: number, everyMs: number, deadEvery: number): Seen[] {
  return Array.from({ length: targets }, (_, n) => {
    const isDead = n % deadEvery === 0;
    return connection({
      atMs: fromMs + n * everyMs,
      from: prometheus,
      to: pod('apps', `app-${n >> 2}`, `10.244.${2 + (n >> 8)}.${n & 255}`, n & 3),
      port: 9100,
      close: isDead ? 'refused' : 'fin',
      bytes: isDead ? 0 : 4000,
    });
  });
}

export const attack: Scenario = (set) => {
  const outside = Array.from({ length: 12 }, (_, n) =>
    probe({
      atMs: START_MS + n * 60,
      from: world('203.0.113.7'),
      to: pod('shop', `web-${n}`, `10.244.1.${20 + n}`),
      shapes: { syn: 1 },
      distinctPorts: 1,
      lastPort: 23,
    }),
  );
  return play(set, inOrder(sweep(worm, START_MS, 60, 50), outside), START_MS + 5000);
};

export const benign: Scenario = (set) => play(set, scrape(START_MS, 500, 10, 10), START_MS + 20_000);

export function strangers(index: number, timeMs: number): Seen[] {
  const from = world(`${20 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}.9`);
  const inside = pod('many', `w${index}`, `10.${(index >>> 16) & 255}.${(index >>> 8) & 255}.${index & 255}`);
  return [
    probe({ atMs: timeMs, from, to: worm, shapes: { syn: 1 }, distinctPorts: 1, lastPort: index % 60_000 }),
    connection({ atMs: timeMs, from: inside, to: world('198.51.100.1'), port: index % 60_000 }),
  ];
}

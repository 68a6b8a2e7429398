/** For tests only: scans of an hour, and an hour of clients with dead peers. */
import { connection, inOrder, pod, probe, world } from '../../contacts/simulated-contacts.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const scanner = pod('dev', 'shell', '10.244.1.9');
export const web = pod('shop', 'web', '10.244.1.5');

/** nmap -T1: a probe each 15 s, seen at the target. */
export function paced(from: ReturnType<typeof world>, ports: number, everyMs: number, fromMs = START_MS): Seen[] {
  return Array.from({ length: ports }, (_, n) =>
    probe({
      atMs: fromMs + n * everyMs,
      from,
      to: web,
      shapes: { syn: 1 },
      distinctPorts: n + 1,
      lastPort: n + 1,
      firstMs: fromMs,
    }),
  );
}

export const attack: Scenario = (set) =>
  play(set, inOrder(paced(world('203.0.113.7'), 115, 15_000), slowConnects(115)), START_MS + 1_800_000);

function slowConnects(count: number): Seen[] {
  return Array.from({ length: count }, (_, n) =>
    connection({
      atMs: START_MS + n * 15_000,
      from: scanner,
      to: world(`198.51.100.${n}`),
      port: 6379,
      close: 'gave-up',
    }),
  );
}

/** As many failures in the same time: a crawler with dead links among those that work, and a client of a dead service. */
export const benign: Scenario = (set) => {
  const crawler = pod('search', 'crawler', '10.244.1.30');
  const seen = Array.from({ length: 460 }, (_, n) => {
    const isDead = n % 4 === 0;
    const to = world(`198.51.${n >> 8}.${n & 255}`);
    return connection({
      atMs: START_MS + n * 3750,
      from: crawler,
      to,
      port: 443,
      close: isDead ? 'timeout' : 'fin',
      bytes: isDead ? 0 : 900,
    });
  });
  const client = Array.from({ length: 115 }, (_, n) =>
    connection({ atMs: START_MS + n * 15_000, from: scanner, to: web, port: 8080 + (n % 4), localPort: 40_000 + n }),
  );
  return play(set, inOrder(seen, client), START_MS + 1_800_000);
};

export function strangers(index: number, timeMs: number): Seen[] {
  const from = world(`${20 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}.9`);
  const inside = pod('many', `w${index}`, `10.${(index >>> 16) & 255}.${(index >>> 8) & 255}.${index & 255}`);
  return [
    probe({ atMs: timeMs, from, to: web, shapes: { syn: 1 }, distinctPorts: 1, lastPort: index % 60_000 }),
    connection({ atMs: timeMs, from: inside, to: world('198.51.100.1'), port: index % 60_000 }),
  ];
}

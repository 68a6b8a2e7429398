/** For tests only: scans, and traffic with as many packets that is none. */
import { connection, datagrams, inOrder, pod, probe, probes, world } from '../../contacts/simulated-contacts.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const scanner = pod('dev', 'shell', '10.244.1.9');
export const web = pod('shop', 'web', '10.244.1.5');
export const outsider = world('203.0.113.7');

/** A scan by one of our pods of another one of ours: refused connects at the source, packets without a socket at the target. */
export function connectScan(fromMs: number, ports: number, everyMs: number): Seen[] {
  const closes = Array.from({ length: ports }, (_, n) =>
    connection({ atMs: fromMs + n * everyMs, from: scanner, to: web, port: n + 1, localPort: 40_000 + n }),
  );
  return inOrder(closes, probes({ from: scanner, to: web, shape: 'syn', fromMs, ports, everyMs }));
}

export const attack: Scenario = (set) =>
  play(
    set,
    inOrder(
      connectScan(START_MS, 200, 5),
      probes({ from: outsider, to: web, shape: 'fin', fromMs: START_MS, ports: 200, everyMs: 5 }),
    ),
    START_MS + 5000,
  );

/** As many failures, on few ports; as many packets without a socket, which are late replies; as many connections that work. */
export const benign: Scenario = (set) => {
  const resolver = pod('kube-system', 'coredns', '10.244.0.2');
  const seen: Seen[] = [];
  for (let n = 0; n < 200; n++) {
    const atMs = START_MS + n * 5;
    seen.push(connection({ atMs, from: scanner, to: web, port: 8080 + (n % 3), localPort: 41_000 + n }));
    seen.push(
      connection({ atMs, from: scanner, to: web, port: 9000 + n, localPort: 42_000 + n, close: 'fin', bytes: 500 }),
    );
    seen.push(datagrams({ atMs, from: web, to: resolver, port: 53, localPort: 33_000 + n, received: 0 }));
  }
  const late = probe({
    atMs: START_MS + 1500,
    from: resolver,
    to: web,
    shapes: { udp: 200 },
    distinctPorts: 195,
    lastPort: 33_199,
    firstMs: START_MS + 400,
  });
  const closed = probe({
    atMs: START_MS + 900,
    from: scanner,
    to: web,
    shapes: { syn: 200 },
    distinctPorts: 3,
    lastPort: 8082,
  });
  return play(set, inOrder(seen, [late, closed]), START_MS + 20_000);
};

export function strangers(index: number, timeMs: number): Seen[] {
  const from = world(`${20 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}.9`);
  const inside = pod('many', `w${index}`, `10.${(index >>> 16) & 255}.${(index >>> 8) & 255}.${index & 255}`);
  return [
    probe({ atMs: timeMs, from, to: web, shapes: { syn: 1 }, distinctPorts: 1, lastPort: index % 60_000 }),
    connection({ atMs: timeMs, from: inside, to: web, port: 81 }),
    connection({ atMs: timeMs, from, to: inside, port: 80, seenBy: 'server', close: 'fin' }),
  ];
}

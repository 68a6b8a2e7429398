import { converse, noise, pod, stranger, together, world } from '../../learn/sample-traffic.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const implant = pod('web');
export const commandServer = world('203.0.113.66');

/** Check-ins every `everyMs`, shortened by up to `jitter`, of about `bytes` each. */
export function checkIns(count: number, everyMs: number, jitter: number, bytes = 640): Seen[] {
  const random = noise(7);
  let atMs = START_MS;
  const parts: Iterable<Seen>[] = [];
  for (let index = 0; index < count; index++) {
    const seconds = [[bytes + Math.floor(20 * random()), 300 + Math.floor(100 * random())]] as const;
    parts.push(converse({ local: implant, remote: commandServer, role: 'client', port: 443, fromMs: atMs, seconds }));
    atMs += everyMs * (1 - jitter * random());
  }
  return together(...parts);
}

/** As many connections to one address as of somebody who reads: pages of all sizes, at any time. */
export function pages(count: number, meanMs: number, seed = 11): Seen[] {
  const random = noise(seed);
  let atMs = START_MS;
  const parts: Iterable<Seen>[] = [];
  for (let index = 0; index < count; index++) {
    const seconds = [[300 + Math.floor(2000 * random() ** 3), 500 + Math.floor(100_000 * random() ** 2)]] as const;
    parts.push(converse({ local: implant, remote: commandServer, role: 'client', port: 443, fromMs: atMs, seconds }));
    atMs -= Math.log(random()) * meanMs;
  }
  return together(...parts);
}

export const attack: Scenario = (set) => play(set, checkIns(40, 10_000, 0.2), START_MS + 420_000);
export const benign: Scenario = (set) => play(set, pages(40, 9000), START_MS + 420_000);

/** A workload that reaches an address nobody else does. */
export function strangers(index: number, timeMs: number): Seen[] {
  const local = { ...implant, workload: { kind: 'Deployment', name: `w${index}` } };
  return [
    ...converse({
      local,
      remote: stranger(index),
      role: 'client',
      port: 443,
      fromMs: timeMs,
      seconds: [[100, 100]],
      stays: true,
    }),
  ];
}

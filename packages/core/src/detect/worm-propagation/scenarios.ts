/** For tests only: worms, and clusters that talk as much on one port. */
import { connection, inOrder, pod, world } from '../../contacts/simulated-contacts.ts';
import type { Endpoint } from '../../endpoint.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const PORT = 445;
const STEP_MS = 200;

/** Pods of workloads of their own, two of each. */
export function podsOf(count: number, namespace = 'shop'): Endpoint[] {
  return Array.from({ length: count }, (_, n) => pod(namespace, `app-${n >> 1}`, `10.244.1.${n + 1}`, n & 1));
}

/** A connection with payload, as both ends see it. */
export function talk(from: Endpoint, to: Endpoint, atMs: number, port = PORT, bytes = 900): Seen[] {
  const common = { from, to, port, atMs, close: 'fin' as const, bytes, localPort: 30_000 + (atMs % 30_000) };
  return [connection({ ...common, seenBy: 'client' }), connection({ ...common, seenBy: 'server' })];
}

/** Addresses that nobody has, and that do not answer. */
export function darkHosts(from: Endpoint, atMs: number, count: number, port = PORT, net = '10.9.0'): Seen[] {
  return Array.from({ length: count }, (_, n) =>
    connection({
      atMs: atMs + n * 10,
      from,
      to: world(`${net}.${n + 1}`),
      port,
      close: n % 2 ? 'refused' : 'unreachable',
    }),
  );
}

export interface WormPlan {
  /** Patient zero first. */
  readonly pods: readonly Endpoint[];
  /** How many further ones each pod infects. */
  readonly fanOut: number;
  /** Hosts that do not answer, of each infected pod. */
  readonly dark: number;
  readonly fromMs: number;
  readonly port?: number;
}

/** A worm that goes from pod to pod: the nth infects `fanOut` next ones, a step after it was infected. */
export function worm({ pods, fanOut, dark, fromMs, port = PORT }: WormPlan): Seen[] {
  const seen: Seen[][] = [];
  const infectedMs = [fromMs];
  let next = 1;
  pods.forEach((from, n) => {
    const atMs = (infectedMs[n] as number) + STEP_MS;
    seen.push(darkHosts(from, atMs, dark, port, `10.9.${n}`));
    for (let k = 0; k < fanOut && next < pods.length; k++, next++) {
      const hitMs = atMs + 15 + k * 20;
      infectedMs[next] = hitMs;
      seen.push(talk(from, pods[next] as Endpoint, hitMs, port));
    }
  });
  return inOrder(...seen);
}

/** Every pod talks to every other, over and over, and fails on some that are gone. */
export function mesh(pods: readonly Endpoint[], fromMs: number, rounds: number, dead = 0, port = PORT): Seen[] {
  const seen: Seen[][] = [];
  for (let round = 0; round < rounds; round++) {
    pods.forEach((from, n) => {
      const atMs = fromMs + round * 5000 + n * 37;
      pods.forEach((to, m) => {
        if (from !== to) seen.push(talk(from, to, atMs + ((m * 7 + n) % pods.length) * 90, port));
      });
      if (dead > 0) seen.push(darkHosts(from, atMs + 450, dead, port, '10.244.9'));
    });
  }
  return inOrder(...seen);
}

export const attack: Scenario = (set) =>
  play(set, worm({ pods: podsOf(9), fanOut: 2, dark: 6, fromMs: START_MS }), START_MS + 30_000);

/** As many pods and more contacts, among them failed ones: a cluster that gossips and has lost three members. */
export const benign: Scenario = (set) => play(set, mesh(podsOf(9), START_MS, 4, 3), START_MS + 60_000);

/** Pods that call one that nobody else calls. */
export function strangers(index: number, timeMs: number): Seen[] {
  const from = pod(
    `n${index >> 8}`,
    `client-${index}`,
    `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
  );
  const to = pod(`n${index >> 8}`, `server-${index}`, `11.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`);
  return [connection({ atMs: timeMs, from, to, port: 8080, close: 'fin', bytes: 100 })];
}

/** For tests only: floods, and the traffic that looks like them and is none. */
import type { Endpoint } from '../../endpoint.ts';
import type { SimulatedListener, Traffic } from '../listener-simulation.ts';

export const START_MS = 1_700_000_000_000;

export const web: Endpoint = {
  ip: '10.244.1.5',
  kind: 'pod',
  namespace: 'shop',
  pod: 'web-7d4f-x',
  workload: { kind: 'Deployment', name: 'web' },
};

/** Another address for every SYN, as hping3 --rand-source. */
export function spoofed(nth: number): string {
  const mixed = Math.imul(nth + 1, 0x9e3779b1) >>> 0;
  return `${20 + ((mixed >>> 24) % 180)}.${(mixed >>> 16) & 255}.${(mixed >>> 8) & 255}.${mixed & 255}`;
}

/** A few hundred clients, as behind a public site. */
export function clients(nth: number): string {
  return `198.51.${100 + (nth % 2)}.${nth % 251}`;
}

export function listener(traffic: readonly Traffic[], more: Partial<SimulatedListener> = {}): SimulatedListener {
  return {
    endpoint: web,
    netns: 4026532001,
    ip: '10.244.1.5',
    port: 8080,
    backlog: 4096,
    acceptsPerSecond: 1_000_000,
    traffic,
    ...more,
  };
}

export function flood(synsPerSecond: number, fromMs: number, forMs: number, source = spoofed): Traffic {
  return { fromMs, toMs: fromMs + forMs, synsPerSecond, source, rttMs: Number.POSITIVE_INFINITY };
}

export function crowd(synsPerSecond: number, fromMs: number, forMs: number, rttMs = 100): Traffic {
  return { fromMs, toMs: fromMs + forMs, synsPerSecond, source: clients, rttMs, retransmits: true };
}

/** What the contract suite runs: an attack, and its benign twin at the same rate. */
export const attack: readonly SimulatedListener[] = [listener([flood(2000, START_MS + 2000, 4000)])];
export const benign: readonly SimulatedListener[] = [listener([crowd(2000, START_MS + 2000, 4000)])];

/** For tests only: floods, and the traffic that looks like them and is none. */
import type { Endpoint } from '../../endpoint.ts';
import type { ConnectionObservation, ListenerObservation } from '../../observation.ts';
import { listeners, type SimulatedListener, type Traffic } from '../listener-simulation.ts';
import { type Scenario, type Seen, START_MS } from '../scenario.ts';

export { START_MS };

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
export const attack: Scenario = listeners([listener([flood(2000, START_MS + 2000, 4000)])], 10_000);
export const benign: Scenario = listeners([listener([crowd(2000, START_MS + 2000, 4000)])], 10_000);

/** A listener, a client and a flooding source that nothing else speaks of. */
export function strangers(index: number, timeMs: number): Seen[] {
  const who = { local: web, remote: null };
  return [
    { observation: listenerAt(index, timeMs), who },
    { observation: connectionFrom(spoofed(index), timeMs), who },
    { observation: crossing(spoofed(index), index, timeMs), who },
  ];
}

function listenerAt(index: number, timeMs: number): ListenerObservation {
  return {
    kind: 'listener',
    timeMs,
    trigger: 'threshold',
    cgroupId: index,
    netns: index,
    local: { ip: '0.0.0.0', port: 80 },
    syns: 400,
    windowSyns: 400,
    synRetransmits: 100,
    queueFullSyns: index % 2 === 0 ? 300 : 0,
    completed: 0,
    acks: 0,
    oddFlags: 0,
    halfOpen: 100,
    backlog: 128,
    acceptQueue: index % 2 === 0 ? 129 : 0,
    distinctSources: 400,
    sampleSources: [spoofed(index)],
  };
}

function crossing(sourceIp: string, index: number, timeMs: number) {
  return {
    kind: 'syn-source',
    timeMs,
    cgroupId: index,
    netns: index % 1000,
    local: { ip: '0.0.0.0', port: 81 },
    sourceIp,
    windowMs: 1000,
    syns: 160,
    completed: 0,
  } as const;
}

function connectionFrom(ip: string, timeMs: number): ConnectionObservation {
  const none = { receivedBytes: 0, sentBytes: 0, receivedPackets: 0, sentPackets: 0, retransmits: 0 };
  return {
    kind: 'connection',
    timeMs,
    phase: 'closed',
    id: ip,
    role: 'server',
    cgroupId: 1,
    netns: 1,
    local: { ip: '10.1.1.1', port: 80 },
    remote: { ip, port: 4000 },
    pid: 1,
    comm: 'x',
    established: true,
    isNew: true,
    preexisting: false,
    delta: none,
    total: none,
    unackedBytes: 0,
    srttUs: 0,
    startMs: timeMs,
    closeReason: 'fin',
  };
}

/** Messages of a Worker for tests, valid in every field; each test overrides what it is about. */
import type { Alert, Edge, Endpoint, EndpointTotal, Flow } from '@netguard/core';
import type { HubbleStatus, ListenerRow, SourceStatus, Tick } from '../worker/messages.ts';

export const START_MS = Date.parse('2026-01-31T12:00:00.000Z');

export function podEndpoint(pod: string, namespace = 'shop', workload = pod.replace(/-[^-]*$/, '')): Endpoint {
  return {
    ip: '10.1.0.1',
    kind: 'pod',
    namespace,
    pod,
    container: 'app',
    workload: { kind: 'Deployment', name: workload },
  };
}

export function total(
  endpoint: Endpoint,
  receivedBytes: number,
  overrides: Partial<EndpointTotal> = {},
): EndpointTotal {
  return {
    endpoint,
    cgroupId: 1,
    protocol: 'TCP',
    receivedBytes,
    sentBytes: receivedBytes * 2,
    receivedPackets: receivedBytes / 100,
    sentPackets: receivedBytes / 50,
    ...overrides,
  };
}

export function hubbleStatus(fields: Partial<HubbleStatus> = {}): HubbleStatus {
  return {
    address: 'relay:443',
    isConnected: true,
    since: '2026-11-26T10:00:00.000Z',
    version: '1.18.2',
    flows: 500,
    flowsPerSecond: 42.5,
    reconnects: 2,
    gaps: 0,
    unavailableNodes: [],
    repeated: 300,
    skipped: 10,
    tellsHandshakes: true,
    ...fields,
  };
}

export const sourceStatus: SourceStatus = {
  programs: [{ name: 'ng_tcp_state', attached: true }],
  preexistingSockets: 'full',
  wholeHost: true,
  cgroupRoot: '/sys/fs/cgroup',
  kernel: '6.18.0',
};

export function tick(timeMs: number, overrides: Partial<Tick> = {}): Tick {
  return {
    timeMs,
    totals: [],
    listeners: [],
    drops: [],
    lost: {},
    programs: sourceStatus.programs,
    maps: [{ name: 'ng_listeners', entries: 3, capacity: 4096, bytes: 65_536 }],
    liveConnections: 0,
    unresolvedEndpoints: 0,
    rtt: [],
    retransmits: [],
    tables: [{ name: 'connections', entries: 0, capacity: 100, evicted: 0 }],
    worker: { cpuSeconds: 0.001, stallMs: 0 },
    ...overrides,
  };
}

export function listenerRow(endpoint: Endpoint, syns: number, overrides: Partial<ListenerRow> = {}): ListenerRow {
  return {
    endpoint,
    port: 80,
    address: '0.0.0.0',
    syns,
    completed: syns,
    synRetransmits: 0,
    queueFullSyns: 0,
    halfOpen: 0,
    acceptQueue: 0,
    backlog: 128,
    ...overrides,
  };
}

export function flow(id: string, overrides: Partial<Flow> = {}): Flow {
  return {
    time: new Date(START_MS).toISOString(),
    id,
    protocol: 'TCP',
    reporter: 'server',
    trafficDirection: 'INGRESS',
    verdict: 'FORWARDED',
    source: { ...podEndpoint('web-1'), port: 40_000 },
    destination: { ...podEndpoint('db-1', 'data'), port: 5432 },
    state: 'closed',
    closeReason: 'fin',
    result: 'established',
    start: new Date(START_MS - 1000).toISOString(),
    durationMs: 1000,
    requestBytes: 10,
    responseBytes: 20,
    requestPackets: 1,
    responsePackets: 2,
    retransmits: 0,
    node: 'node-1',
    ...overrides,
  };
}

export function edge(overrides: Partial<Edge> = {}): Edge {
  return {
    windowStart: new Date(START_MS).toISOString(),
    windowMs: 10_000,
    source: podEndpoint('web-1'),
    destination: podEndpoint('db-1', 'data'),
    port: 5432,
    protocol: 'TCP',
    reporter: 'server',
    requestBytes: 10,
    responseBytes: 20,
    connections: { established: 3, refused: 0, timeout: 0, reset: 0 },
    retransmits: 0,
    ...overrides,
  };
}

export function alert(id: string, overrides: Partial<Alert> = {}): Alert {
  return {
    schemaVersion: 1,
    id,
    fingerprint: `fp-${id}`,
    cluster: 'default',
    rule: 'syn-flood',
    category: 'flood',
    severity: 'high',
    status: 'open',
    confidence: 0.9,
    title: 'SYN flood on shop/web',
    description: 'Many SYNs, few handshakes.',
    source: null,
    target: podEndpoint('web-1'),
    firstSeen: new Date(START_MS).toISOString(),
    lastSeen: new Date(START_MS).toISOString(),
    count: 1000,
    evidence: { observed: 5000, threshold: 500, unit: 'SYN/s', windowMs: 1000 },
    mitre: [{ tactic: 'TA0040', technique: 'T1498.001' }],
    nodes: ['node-1'],
    suggestion: 'Look at the sources.',
    ...overrides,
  };
}

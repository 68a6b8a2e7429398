/** Values of the API for the tests, each with only what a test wants to differ. */
import type { Alert, Edge, Endpoint, Flow } from '@netguard/core';
import type {
  DetectorView,
  HubbleStatus,
  ListenerView,
  PodRow,
  SilenceView,
  StatusResponse,
} from '../client/api-types.ts';

export function podEndpoint(pod: string, fields: Partial<Endpoint> = {}): Endpoint {
  return {
    ip: '10.0.0.2',
    kind: 'pod',
    namespace: 'shop',
    pod,
    workload: { kind: 'Deployment', name: 'web' },
    ...fields,
  };
}

export function sampleFlow(fields: Partial<Flow> = {}): Flow {
  return {
    time: '2026-11-25T00:11:22.333Z',
    id: 'flow-1',
    protocol: 'TCP',
    reporter: 'server',
    trafficDirection: 'INGRESS',
    verdict: 'FORWARDED',
    source: podEndpoint('web-1', { port: 41234 }),
    destination: podEndpoint('api-0', { ip: '10.0.0.3', port: 8080, workload: { kind: 'StatefulSet', name: 'api' } }),
    state: 'closed',
    closeReason: 'fin',
    result: 'established',
    start: '2026-11-25T00:11:22.298Z',
    durationMs: 35,
    requestBytes: 512,
    responseBytes: 13_000,
    requestPackets: 4,
    responsePackets: 12,
    retransmits: 0,
    node: 'node-a',
    ...fields,
  };
}

export function sampleAlert(fields: Partial<Alert> = {}): Alert {
  return {
    schemaVersion: 1,
    id: '01J8ALERT',
    fingerprint: 'f00dcafe',
    cluster: 'default',
    rule: 'syn-flood',
    category: 'flood',
    severity: 'high',
    status: 'open',
    confidence: 0.95,
    title: 'SYN flood on shop/web-1:8080',
    description: '2,412 SYNs a second, of which 3 % completed their handshake.',
    source: null,
    sources: { distinctEstimate: 4096, top: [{ ip: '198.51.100.7', count: 120 }] },
    target: podEndpoint('web-1', { port: 8080 }),
    firstSeen: '2026-11-25T00:11:00.000Z',
    lastSeen: '2026-11-25T00:11:30.000Z',
    count: 24_000,
    evidence: { observed: 2412, threshold: 200, unit: 'SYN/s', windowMs: 1000, completionRatio: 0.03, halfOpen: 128 },
    mitre: [{ tactic: 'Impact', technique: 'T1499.001' }],
    nodes: ['node-a'],
    suggestion: 'Turn on SYN cookies and rate-limit the sources upstream.',
    ...fields,
  };
}

export function samplePod(pod: string, fields: Partial<PodRow> = {}): PodRow {
  return {
    endpoint: podEndpoint(pod),
    receiveBytes: 1_000_000,
    transmitBytes: 2_000_000,
    receivePackets: 1000,
    transmitPackets: 2000,
    byProtocol: {},
    receiveBytesPerSecond: 1000,
    transmitBytesPerSecond: 2000,
    receivePacketsPerSecond: 10,
    transmitPacketsPerSecond: 20,
    history: [0, 10, 20, 40],
    alertsOpen: 0,
    ...fields,
  };
}

export function sampleEdge(fields: Partial<Edge> = {}): Edge {
  return {
    windowStart: '2026-11-25T00:11:20.000Z',
    windowMs: 10_000,
    source: { ip: '', kind: 'pod', namespace: 'shop', workload: { kind: 'Deployment', name: 'web' } },
    destination: { ip: '', kind: 'pod', namespace: 'shop', workload: { kind: 'StatefulSet', name: 'api' } },
    port: 8080,
    protocol: 'TCP',
    reporter: 'server',
    requestBytes: 10_000,
    responseBytes: 90_000,
    connections: { established: 7, refused: 0, timeout: 0, reset: 1 },
    retransmits: 0,
    ...fields,
  };
}

export function sampleListener(fields: Partial<ListenerView> = {}): ListenerView {
  return {
    endpoint: podEndpoint('web-1'),
    port: 8080,
    address: '0.0.0.0',
    syns: 100,
    completed: 98,
    synRetransmits: 0,
    queueFullSyns: 0,
    halfOpen: 2,
    acceptQueue: 0,
    backlog: 128,
    synsPerSecond: 10,
    completedPerSecond: 9,
    history: [1, 2, 3],
    ...fields,
  };
}

export function sampleHubble(fields: Partial<HubbleStatus> = {}): HubbleStatus {
  return {
    address: 'relay:443',
    isConnected: true,
    since: '2026-11-26T10:00:00.000Z',
    version: '1.18.2',
    flows: 12_345,
    flowsPerSecond: 42.5,
    reconnects: 1,
    gaps: 0,
    unavailableNodes: [],
    repeated: 0,
    skipped: 0,
    tellsHandshakes: true,
    ...fields,
  };
}

export function sampleStatus(fields: Partial<StatusResponse> = {}): StatusResponse {
  return {
    version: '0.1.0',
    cluster: 'default',
    node: 'node-a',
    kernel: '6.18.0',
    startedAt: '2026-11-25T00:00:00.000Z',
    uptimeSeconds: 700,
    ready: true,
    source: { kind: 'ebpf', unavailableDetectors: [] },
    degraded: [],
    preexistingSockets: 'full',
    wholeHost: true,
    cgroupRoot: '/sys/fs/cgroup',
    programs: [{ name: 'ng_tcp_state', attached: true }],
    maps: [{ name: 'ng_sockets', entries: 10, capacity: 1000, bytes: 65_536 }],
    tables: [],
    lostEvents: {},
    liveConnections: 42,
    unresolvedEndpoints: 0,
    alertsOpen: 0,
    identityAgeSeconds: null,
    identity: { kubernetes: { state: 'off', ageSeconds: 0, resources: [] } },
    configReloadSuccessful: true,
    stateWriteFailures: 0,
    sinks: [],
    learning: { progress: 0.5, workloads: 4, learned: 1 },
    rules: null,
    payload: { mode: 'metadata', inspected: 1200, excluded: 0, unnamed: 0 },
    ...fields,
  };
}

export function sampleSilence(fields: Partial<SilenceView> = {}): SilenceView {
  return {
    id: '01J8SILENCE',
    matchers: [
      { name: 'rule', value: 'port-scan', isRegex: false, isEqual: true },
      { name: 'namespace', value: 'shop', isRegex: false, isEqual: true },
    ],
    startsAt: '2026-11-25T00:00:00.000Z',
    endsAt: '2026-11-25T01:12:00.000Z',
    createdBy: 'ann',
    comment: 'load test',
    createdAt: '2026-11-25T00:00:00.000Z',
    updatedAt: '2026-11-25T00:00:00.000Z',
    origin: 'api',
    status: { state: 'active' },
    ...fields,
  };
}

export function sampleDetector(fields: Partial<DetectorView> = {}): DetectorView {
  return {
    id: 'syn-flood',
    category: 'flood',
    description: 'many SYNs',
    mitre: [{ tactic: 'impact', technique: 'T1499.001' }],
    yieldsTo: [],
    mode: 'alert',
    defaultMode: 'alert',
    parameters: {
      listenerSynsPerWindow: {
        value: 200,
        default: 200,
        unit: 'SYN',
        minimum: 10,
        maximum: 10_000_000,
        description: 'First SYNs at one listener.',
        source: 'NetObserv: 300.',
      },
      completionRatio: {
        value: 0.5,
        default: 0.5,
        unit: 'share',
        minimum: 0.05,
        maximum: 0.95,
        description: 'Completed handshakes.',
        source: 'Our choice.',
      },
    },
    namespaces: {},
    errors: 0,
    yielded: 0,
    suppressed: 0,
    entries: 3,
    capacity: 100,
    evicted: 0,
    ...fields,
  };
}

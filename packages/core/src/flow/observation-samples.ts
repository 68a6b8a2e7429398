/** For tests only: observations with the fields that matter here. */
import type { Endpoint } from '../endpoint.ts';
import type { ConnectionObservation, Counts, DatagramObservation } from '../observation.ts';
import type { FlowEnds } from './live-flow.ts';

export const T0 = 1_700_000_000_000;

export const client: Endpoint = {
  ip: '10.0.0.1',
  kind: 'pod',
  namespace: 'shop',
  pod: 'web-1',
  workload: { kind: 'Deployment', name: 'web' },
};
export const server: Endpoint = {
  ip: '10.0.0.2',
  kind: 'pod',
  namespace: 'shop',
  pod: 'db-0',
  workload: { kind: 'StatefulSet', name: 'db' },
};
export const fromClient: FlowEnds = { local: client, remote: server };
export const fromServer: FlowEnds = { local: server, remote: client };

export function counts(receivedBytes: number, sentBytes: number): Counts {
  return { receivedBytes, sentBytes, receivedPackets: 2, sentPackets: 1 };
}

export function connection(more: Partial<ConnectionObservation> = {}): ConnectionObservation {
  return {
    kind: 'connection',
    timeMs: T0,
    phase: 'live',
    id: '1-0',
    role: 'client',
    cgroupId: 42,
    netns: 1,
    local: { ip: '10.0.0.1', port: 40_000 },
    remote: { ip: '10.0.0.2', port: 5432 },
    pid: 7,
    comm: 'psql',
    established: true,
    isNew: true,
    preexisting: false,
    delta: { ...counts(1000, 100), retransmits: 1 },
    total: { ...counts(5000, 500), retransmits: 3 },
    unackedBytes: 0,
    srttUs: 250,
    startMs: T0 - 1500,
    closeReason: more.phase === 'closed' ? 'fin' : null,
    ...more,
  };
}

export function datagrams(more: Partial<DatagramObservation> = {}): DatagramObservation {
  return {
    kind: 'datagrams',
    timeMs: T0,
    protocol: 'UDP',
    id: 'u1',
    role: 'client',
    cgroupId: 42,
    local: { ip: '10.0.0.1', port: 40_000 },
    remote: { ip: '10.0.0.2', port: 53 },
    isNew: true,
    loopback: false,
    delta: counts(90, 40),
    startMs: T0,
    ended: false,
    ...more,
  };
}
